"""People, chats and messages in any number, written straight to the databases as the services would have.

Access tokens are signed with auth's own key: what is measured checks them as it always does.
"""

import asyncio
import itertools
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncmy
from msgspec import Struct

from dialog.bus import Bus
from dialog.config import load
from dialog.db import connection_arguments, open_database
from dialog.ids import new_id, now_ms
from services.auth.config import Config as AuthConfig
from services.auth.signer import Signer
from tests.servers import Servers

from .jobs import Person

Row = dict[str, Any]

AT_ONCE = 2000
"""Rows in one INSERT."""
STORED_AT_ONCE = 100_000
"""Messages in one."""
CLEAN = 50
"""Pages that are still to be written when nothing much is."""
SETTLE_SECONDS = 20

_STORED = """
INSERT INTO dialog_chat.messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at)
SELECT %(chat_id)s, seq, %(members)s + seq, %(author_id)s, CONCAT('0198', LPAD(seq, 8, '0')), 'text',
       CONCAT(seq, ': the ferry leaves at ten past six, and the last one back is at eleven; bring a coat.'),
       %(now)s + seq
FROM seq_{first}_to_{last}
"""


_SAID = "INSERT INTO dialog_chat.messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at) VALUES"
_UNINDEXED = """
SELECT SUM(head_seq - COALESCE(seq, 0)) FROM dialog_chat.chats LEFT JOIN dialog_chat.search_chats ON chat_id = id
"""
_INDEX_BYTES = """
SELECT SUM(data_length + index_length) FROM information_schema.tables
WHERE table_schema = 'dialog_chat' AND table_name IN ('search_chats', 'search_blocks', 'search_terms')
"""


# A load generator counts the messages of each socket in the last twelve digits of their nonces.
_WRONG = """
SELECT COUNT(*), COUNT(*) - COUNT(DISTINCT chat_id, author_id, nonce),
       COALESCE(SUM(seq <> COALESCE(seq_before, 0) + 1
                    OR LEFT(nonce, 24) = LEFT(nonce_before, 24) AND nonce <= nonce_before), 0)
FROM (
    SELECT chat_id, author_id, seq, nonce, LAG(seq) OVER by_seq AS seq_before, LAG(nonce) OVER by_seq AS nonce_before
    FROM dialog_chat.messages WHERE chat_id IN %(chat_ids)s
    WINDOW by_seq AS (PARTITION BY chat_id ORDER BY seq)
) AS told
"""


class Wrong(Struct, frozen=True):
    """How many messages are stored, how many of them more than once, and how many have a number they should not."""

    stored: int
    doubled: int
    numbers: int


class People:
    """Makes people and their chats. Ids are handed out in one row, from the past, so that none collides."""

    def __init__(self, connection: Any, signer: Signer) -> None:
        self._connection = connection
        self._signer = signer
        self._ids = itertools.count(new_id() - (1 << 32))

    async def make(self, number: int) -> list[int]:
        """The ids of so many new people."""
        ids = list(itertools.islice(self._ids, number))
        digest = secrets.token_bytes(32)
        await self._insert(
            "dialog_auth.users",
            (
                {
                    "id": id_,
                    "username": f"bench.{id_}",
                    "display_name": f"Person {id_}",
                    "description": "",
                    "rev": 1,
                    "password_hash": "",
                    "recovery_hash": digest,
                    "policy_version": "bench",
                    "created_at": now_ms(),
                }
                for id_ in ids
            ),
        )
        return ids

    def enter(self, user_ids: Iterable[int]) -> list[Person]:
        """What it takes to connect as these people, for the next five minutes."""
        return [Person(self._signer.sign(user_id, next(self._ids))[0]) for user_id in user_ids]

    async def sign_in(self, user_ids: Iterable[int]) -> list[Person]:
        """The same for those who also change what auth keeps: it looks their sessions up."""
        sessions = [(user_id, next(self._ids)) for user_id in user_ids]
        await self._insert(
            "dialog_auth.sessions",
            (
                {
                    "id": session_id,
                    "user_id": user_id,
                    "device_name": "",
                    "address": "",
                    "token_hash": secrets.token_bytes(32),
                    "rotated_at": now_ms(),
                    "created_at": now_ms(),
                    "last_seen_at": now_ms(),
                }
                for user_id, session_id in sessions
            ),
        )
        return [Person(self._signer.sign(user_id, session_id)[0]) for user_id, session_id in sessions]

    async def groups(self, members: Sequence[Sequence[int]]) -> list[int]:
        """The ids of new groups of these people, whose first one owns it."""
        ids = list(itertools.islice(self._ids, len(members)))
        chats = [_chat(id_, "group", len(people)) for id_, people in zip(ids, members, strict=True)]
        await self._insert("dialog_chat.chats", chats)
        await self._insert("dialog_chat.members", _members(ids, members, "owner"))
        return ids

    async def directs(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """The ids of new direct chats of these pairs."""
        ids = list(itertools.islice(self._ids, len(pairs)))
        sides = [{"low_id": min(pair), "high_id": max(pair)} for pair in pairs]
        await self._insert(
            "dialog_chat.chats", (_chat(id_, "direct", 2) | side for id_, side in zip(ids, sides, strict=True))
        )
        await self._insert(
            "dialog_chat.direct_chats", (side | {"chat_id": id_} for id_, side in zip(ids, sides, strict=True))
        )
        await self._insert("dialog_chat.members", _members(ids, pairs, "member"))
        return ids

    async def store(self, chat_id: int, author_id: int, members: int, number: int) -> None:
        """So many messages, in a chat of `members` that holds none yet."""
        async with self._connection.cursor() as cursor:
            for first in range(1, number + 1, STORED_AT_ONCE):
                last = min(first + STORED_AT_ONCE - 1, number)
                values = {"chat_id": chat_id, "author_id": author_id, "members": members, "now": now_ms() - number}
                await cursor.execute(_STORED.format(first=first, last=last), values)
            await cursor.execute(
                "UPDATE dialog_chat.chats SET head_seq = %s, rev = %s WHERE id = %s",
                (number, members + number, chat_id),
            )

    async def read(self, chat_ids: Sequence[int], members: Sequence[Sequence[int]], seq: int) -> None:
        """Everybody in these chats, whose members these are, has received and read them up to message `seq`."""
        await self._insert(
            "dialog_chat.receipts",
            (
                {"chat_id": id_, "user_id": user_id, "read_seq": seq, "delivered_seq": seq, "moved_at": now_ms()}
                for id_, people in zip(chat_ids, members, strict=True)
                for user_id in people
            ),
        )

    async def say(
        self, chat_id: int, people: Sequence[int], number: int, days: int, message: Callable[[], str]
    ) -> None:
        """So many different messages of these people, read by all, over so many days, in a chat that holds none yet."""
        now, step = now_ms(), days * 86_400_000 // number
        async with self._connection.cursor() as cursor:
            for first in range(1, number + 1, AT_ONCE):
                rows = ",".join(
                    f"({chat_id},{seq},{seq},{people[seq % len(people)]},'0198{seq:08}','text','{message()}',"
                    f"{now - (number - seq) * step - seq % 1000})"
                    for seq in range(first, min(first + AT_ONCE, number + 1))
                )
                await cursor.execute(f"{_SAID} {rows}")
            await self._insert(
                "dialog_chat.receipts",
                [
                    {
                        "chat_id": chat_id,
                        "user_id": user_id,
                        "read_seq": number,
                        "delivered_seq": number,
                        "moved_at": now,
                    }
                    for user_id in people
                ],
            )
            values = (number, len(people) + number, chat_id)
            await cursor.execute("UPDATE dialog_chat.chats SET head_seq = %s, rev = %s WHERE id = %s", values)

    async def unindexed(self) -> int:
        """How many messages cannot be found yet."""
        async with self._connection.cursor() as cursor:
            await cursor.execute(_UNINDEXED)
            return int((await cursor.fetchone())[0] or 0)

    async def index_bytes(self) -> int:
        """How large the index is."""
        async with self._connection.cursor() as cursor:
            await cursor.execute(_INDEX_BYTES)
            return int((await cursor.fetchone())[0])

    async def settle(self) -> None:
        """Wait until the server has written down what it holds, which would else happen while we measure."""
        async with self._connection.cursor() as cursor:
            await cursor.execute("SET GLOBAL innodb_max_dirty_pages_pct = 0")
            deadline = monotonic() + SETTLE_SECONDS
            dirty = "Innodb_buffer_pool_pages_dirty"
            while await _status(cursor, dirty) > CLEAN and monotonic() < deadline:  # noqa: ASYNC110 (in the server)
                await asyncio.sleep(0.1)
            await cursor.execute("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT")

    async def wrong(self, chat_ids: Sequence[int]) -> "Wrong":
        """What is wrong with the messages of these chats, in each of which one person sends, one after the other."""
        async with self._connection.cursor() as cursor:
            await cursor.execute(_WRONG, {"chat_ids": tuple(chat_ids)})
            stored, doubled, numbers = await cursor.fetchone()
        return Wrong(int(stored), int(doubled), int(numbers))

    async def questions(self) -> int:
        """How many statements the database server has been sent so far, this one included."""
        async with self._connection.cursor() as cursor:
            return await _status(cursor, "Questions")

    async def _insert(self, table: str, rows: Iterable[Row]) -> None:
        """Of each row those columns that the table has: an older or newer one has fewer or more."""
        waiting = iter(rows)
        async with self._connection.cursor() as cursor:
            await cursor.execute(f"SHOW COLUMNS FROM {table}")
            columns = {str(name) for name, *_ in await cursor.fetchall()}
            while some := list(itertools.islice(waiting, AT_ONCE)):
                names = [name for name in some[0] if name in columns]
                places = ", ".join(f"%({name})s" for name in names)
                await cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", some)


async def _status(cursor: Any, name: str) -> int:
    await cursor.execute("SHOW GLOBAL STATUS LIKE %s", (name,))
    return int((await cursor.fetchone())[1])


def _chat(chat_id: int, kind: str, members: int) -> Row:
    return {
        "id": chat_id,
        "kind": kind,
        "title": "Bench" if kind == "group" else "",
        "head_seq": 0,
        "rev": members,
        "member_rev": members,
        "member_count": members,
        "created_at": now_ms(),
    }


def _members(ids: Sequence[int], members: Sequence[Sequence[int]], first_role: str) -> Iterable[Row]:
    for chat_id, people in zip(ids, members, strict=True):
        for number, user_id in enumerate(people, start=1):
            yield {
                "chat_id": chat_id,
                "user_id": user_id,
                "role": first_role if number == 1 else "member",
                "joined_seq": 0,
                "joined_at": now_ms(),
                "rev": number,
            }


@asynccontextmanager
async def open_people(servers: Servers) -> AsyncGenerator[People]:
    """People on these servers. Auth runs already: its key signs."""
    connection = await asyncmy.connect(**connection_arguments(servers.mysql_url("admin")), autocommit=True)
    try:
        async with connection.cursor() as cursor:
            await cursor.execute("SET max_statement_time = 0, sql_log_bin = 0, sql_mode = ''")
        yield People(connection, await _signer(servers))
    finally:
        connection.close()


async def _signer(servers: Servers) -> Signer:
    """With the keys that are there now; they sign for longer than any benchmark takes."""
    settings = {name: value for name, value in servers.environment.items() if not name.startswith(_OTHERS)}
    config = load(AuthConfig, "auth", settings)
    bus = await Bus.connect(config, "bench")
    try:
        async with open_database(config, bus) as db:
            signer = Signer(config, db)
            await signer.refresh()
    finally:
        await bus.close()
    return signer


_OTHERS = ("DIALOG_GATEWAY_", "DIALOG_CHAT_", "DIALOG_PRESENCE_")
