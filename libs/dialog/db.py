"""MySQL: SQL in, Structs out, and events that leave after COMMIT. The only module that knows the driver."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import asyncmy
import msgspec
from asyncmy import errors
from msgspec import Struct

from .bus import Bus
from .config import DatabaseSettings
from .crash import crash_point
from .log import get_logger
from .outbox import Outbox, Posted, new_outbox_row, posted_event, posted_fact
from .protocol.base import Event, Fact, Refused, Unavailable
from .tasks import background

T = TypeVar("T")
Row = dict[str, Any]

INSERT_OUTBOX = "INSERT INTO outbox (id, events, created_at) VALUES (%(id)s, %(events)s, %(created_at)s)"

_log = get_logger()
_DUPLICATE = 1062
ROW_WAIT = 1
"""Seconds to wait for a row that another connection holds: a process that hangs must not hold up all others."""
_GONE = (errors.OperationalError, errors.InterfaceError, errors.InternalError, OSError, asyncio.TimeoutError)


class Duplicate(Exception):
    """A unique key refused the row."""


class NotDurable(Exception):
    """The server could lose what it has confirmed; the text names the settings."""


class Statement(Struct, frozen=True):
    """SQL with named parameters, to be sent together with others.

    `{rows}` in it stands for `row` once per item of `rows`, joined by `glue`: the tuples of an INSERT, or the
    alternatives of a WHERE (MariaDB uses no index range for `(a, b) IN (…)`, but does for `a = … AND b = … OR …`).
    """

    sql: str
    params: Row = {}
    row: str = ""
    rows: Sequence[Row] = ()
    glue: str = ", "


def rows_as(kind: type[T], rows: Sequence[Row]) -> list[T]:
    """Rows as Structs whose fields are the columns."""
    return msgspec.convert(rows, list[kind], strict=False)


def _arguments(params: Row) -> Row:
    """Lists as the tuples that `IN` takes. Raises ValueError for an empty one, which is not SQL."""
    made = {name: tuple(value) if isinstance(value, list) else value for name, value in params.items()}
    if () in made.values():
        raise ValueError("an empty list cannot stand after IN")
    return made


def _written(cursor: Any, statement: Statement) -> str:
    sql: str = cursor.mogrify(statement.sql, _arguments(statement.params))
    if not statement.row:
        return sql
    return sql.replace("{rows}", statement.glue.join(cursor.mogrify(statement.row, row) for row in statement.rows), 1)


def _fetched(cursor: Any, rows: Sequence[tuple[Any, ...]]) -> list[Row]:
    if not cursor.description:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in rows]  # noqa: B905 (for thousands of rows, `strict=` costs a third more)


async def _send(cursor: Any, statements: Sequence[Statement]) -> list[list[Row]]:
    """One packet, one round trip. The rows of each statement; the first failure ends them all. Raises Duplicate."""
    try:
        await cursor.execute(";\n".join(_written(cursor, statement) for statement in statements))
        results = [_fetched(cursor, await cursor.fetchall())]
        while await cursor.nextset():
            results.append(_fetched(cursor, await cursor.fetchall()))
    except errors.IntegrityError as error:
        if error.args[0] == _DUPLICATE:
            raise Duplicate from error
        raise
    return results


class Transaction:
    """A transaction, READ COMMITTED. It begins with its first statement and takes one round trip more to commit."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._begun = False
        self._later: list[Statement] = []
        self._posted: list[Posted] = []

    async def together(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Send several statements in one round trip. Returns the rows of each. Raises Duplicate."""
        if self._begun:
            return await _send(self._cursor, statements)
        self._begun = True
        return (await _send(self._cursor, [BEGIN, *statements]))[1:]

    async def fetch(self, kind: type[T], sql: str, **params: Any) -> list[T]:
        """All rows, as Structs whose fields are the columns."""
        return rows_as(kind, (await self.together([Statement(sql, params)]))[0])

    async def fetch_one(self, kind: type[T], sql: str, **params: Any) -> T | None:
        """The first row, or None."""
        found = await self.fetch(kind, sql, **params)
        return found[0] if found else None

    async def execute(self, sql: str, **params: Any) -> int:
        """Run a statement now. Returns the number of rows it changed; raises Duplicate."""
        await self.together([Statement(sql, params)])
        return int(self._cursor.rowcount)

    def later(self, *statements: Statement) -> None:
        """Run these right before COMMIT, in the same round trip. What a duplicate key refuses ends the transaction."""
        self._later += statements

    def publish(self, event: Event, *topics: str) -> None:
        """Tell the sockets on `topics`, once this is committed."""
        self._posted.append(posted_event(event, topics))

    def tell(self, fact: Fact) -> None:
        """Tell the other services, once this is committed."""
        self._posted.append(posted_fact(fact))

    def put_off(self, fact: Fact, seconds: float) -> int:
        """Tell the services after so many seconds, unless `Outbox.settled` is given what this returns before."""
        row = new_outbox_row([posted_fact(fact)], after=seconds)
        self.later(Statement(INSERT_OUTBOX, row))
        return row["id"]

    async def commit(self) -> tuple[int, list[Posted]]:
        """Store what is to be told, and commit. For `Database.transaction`: returns the outbox row and its content."""
        row = new_outbox_row(self._posted) if self._posted else None
        if row:
            self.later(Statement(INSERT_OUTBOX, row))
        if self._begun or self._later:
            crash_point("before_commit")
            await self.together([*self._later, COMMIT])
            crash_point("after_commit")
        return (row["id"] if row else 0), self._posted

    async def roll_back(self) -> None:
        """Undo everything."""
        if self._begun:
            await _send(self._cursor, [ROLLBACK])


class Database:
    """A pool of connections to one service's database."""

    def __init__(self, pool: Any, outbox: Outbox, settings: DatabaseSettings, name: str) -> None:
        self._pool = pool
        self.outbox = outbox
        self._acquire_timeout = settings.mysql_acquire_timeout
        self._hold_timeout = settings.mysql_statement_timeout + 1
        self._name = name

    @asynccontextmanager
    async def _cursor(self) -> AsyncGenerator[Any]:
        """A cursor on a connection of our own, for a bounded time. Anything but a clean end throws the connection away.

        The driver's own read time-out would start and stop a timer for each row packet; one for all is much cheaper.
        """
        async with asyncio.timeout(self._acquire_timeout):
            try:
                connection = await self._pool.acquire()
            except RuntimeError as error:  # the driver's word for a server that hangs up while it connects
                raise ConnectionError(str(error)) from error
        try:
            async with asyncio.timeout(self._hold_timeout), connection.cursor() as cursor:
                yield cursor
        except BaseException as error:
            if not isinstance(error, (Refused, Duplicate)):
                connection.close()
            raise
        finally:
            self._pool.release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """Commit at the end of the block, or roll back on an exception. Soon after, what it announced is published.

        Raises Duplicate, and Refused(Unavailable) when the database cannot be asked or it is not known if it committed.
        """
        with self._refusing():
            async with self._cursor() as cursor:
                tx = Transaction(cursor)
                try:
                    yield tx
                    row_id, posted = await tx.commit()
                except (Refused, Duplicate):
                    await tx.roll_back()
                    raise
        if posted:
            self.outbox.publish_soon(row_id, posted)

    def _refusing(self) -> "_Refusing":
        return _Refusing(self._name)

    async def together(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Several SELECTs in one round trip. Returns the rows of each."""
        with self._refusing():
            async with self._cursor() as cursor:
                return await _send(cursor, statements)

    async def fetch(self, kind: type[T], sql: str, **params: Any) -> list[T]:
        """All rows of a SELECT, as Structs."""
        return rows_as(kind, (await self.together([Statement(sql, params)]))[0])

    async def fetch_one(self, kind: type[T], sql: str, **params: Any) -> T | None:
        """The first row of a SELECT, or None."""
        found = await self.fetch(kind, sql, **params)
        return found[0] if found else None

    async def execute(self, sql: str, **params: Any) -> int:
        """Run one statement in a transaction of its own. Returns the number of rows it changed; raises Duplicate."""
        with self._refusing():
            async with self._cursor() as cursor:
                await _send(cursor, [Statement(sql, params)])
                return int(cursor.rowcount)

    async def check(self) -> None:
        """Make a round trip. Raises when the database does not answer."""
        async with asyncio.timeout(1):
            await self.fetch_one(One, "SELECT 1 AS one")


BEGIN = Statement("START TRANSACTION")
COMMIT = Statement("COMMIT")
ROLLBACK = Statement("ROLLBACK")


class One(Struct):
    one: int


class _Refusing:
    """Turns a database that is away, stuck or overloaded into Refused(Unavailable)."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _GONE):
            # The driver's text may quote the statement, and with it what somebody wrote: only its number is logged.
            number = error.args[0] if error.args and isinstance(error.args[0], int) else ""
            _log.warning("database unavailable", database=self._name, error=type(error).__name__, number=number)
            raise Refused(Unavailable()) from None


@asynccontextmanager
async def open_database(settings: DatabaseSettings, bus: Bus) -> AsyncGenerator[Database]:
    """The database of this service, with its outbox relay running. Raises NotDurable and driver errors."""
    address = connection_arguments(settings.mysql_url)
    init = await _wait_for_server(address, settings)
    pool = await asyncmy.create_pool(
        minsize=1,
        maxsize=settings.mysql_connections,
        pool_recycle=300,
        autocommit=True,  # without it the driver's pool takes every connection for one within a transaction
        init_command=init,
        connect_timeout=settings.mysql_connect_timeout,
        **address,
    )
    outbox = Outbox(bus, interval=settings.outbox_interval, grace=settings.outbox_grace)
    db = Database(pool, outbox, settings, address["database"])
    try:
        async with background(outbox.relay(db)):
            yield db
        await outbox.published()
    finally:
        await _close(pool)


async def _close(pool: Any) -> None:
    """Take leave of the server; of one that does not answer, without."""
    pool.close()
    try:
        async with asyncio.timeout(1):
            await pool.wait_closed()
    except TimeoutError:
        pool.terminate()


def connection_arguments(url: str) -> dict[str, Any]:
    """`mysql://user:password@host:port/database` as the driver's arguments."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": parts.path.lstrip("/"),
        "charset": "utf8mb4",
    }


async def _wait_for_server(arguments: dict[str, Any], settings: DatabaseSettings) -> str:
    """Check the server as soon as it answers. Returns the statement that prepares each session."""
    deadline = time.monotonic() + settings.start_timeout
    while True:
        try:
            async with asyncio.timeout(settings.mysql_connect_timeout):
                connection = await asyncmy.connect(**arguments)
            break
        except (TimeoutError, errors.OperationalError, OSError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
    try:
        async with connection.cursor() as cursor:
            return await _prepare(cursor, settings)
    finally:
        connection.close()


async def _prepare(cursor: Any, settings: DatabaseSettings) -> str:
    await cursor.execute("SHOW VARIABLES")
    variables = {str(name): str(value).upper() for name, value in await cursor.fetchall()}
    wrong = durability_faults(variables)
    if wrong and settings.environment != "test":
        raise NotDurable("the database server may lose what it confirmed: " + "; ".join(wrong))
    mode = (
        "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', time_zone='+00:00'"
    )
    if "MARIADB" in variables["version"]:
        limit, isolation = f"max_statement_time={settings.mysql_statement_timeout}", "tx_isolation"
    else:
        limit, isolation = f"max_execution_time={int(settings.mysql_statement_timeout * 1000)}", "transaction_isolation"
    waits = f"innodb_lock_wait_timeout={ROW_WAIT}, lock_wait_timeout={ROW_WAIT}"
    return f"{mode}, {limit}, {waits}, {isolation}='READ-COMMITTED'"


def durability_faults(variables: dict[str, str]) -> list[str]:
    """Which server settings (upper-case values) break the promise that what is confirmed is on disk."""
    needed = {
        "innodb_flush_log_at_trx_commit": ("1",),
        "innodb_doublewrite": ("ON", "1", "DETECT_AND_RECOVER"),
        "character_set_server": ("UTF8MB4",),
    }
    if variables.get("log_bin") in ("ON", "1"):
        needed["sync_binlog"] = ("1",)
    return [
        f"{name} is {variables.get(name, 'unknown')}, must be {allowed[0]}"
        for name, allowed in needed.items()
        if variables.get(name) not in allowed
    ]
