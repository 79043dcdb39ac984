"""The outbox: what a transaction announces is stored with it, and so gets published also after a crash.

A row is written in the transaction, published right after COMMIT, and deleted in bulk once NATS has confirmed. What is
left behind by a process that died is published by any replica's relay. Publishing twice is harmless: clients apply by
`rev`, services check before they act.
"""

import asyncio
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import nats.errors
from msgspec import Raw, Struct

from .bus import Bus
from .crash import crash_point
from .ids import now_ms
from .log import get_logger
from .protocol.base import Event, Fact, Refused, tag_of
from .protocol.frames import ENCODER, encode_event

if TYPE_CHECKING:
    from .db import Database

_log = get_logger()


class Posted(Struct, frozen=True):
    """One thing to publish: an event frame for the topics of sockets, or a fact for services."""

    topics: tuple[str, ...]
    fact: str
    body: Raw


_ROWS = msgspec.json.Decoder(list[Posted])
_GONE = (nats.errors.Error, OSError, TimeoutError)


def posted_event(event: Event, topics: Sequence[str]) -> Posted:
    """An event for everyone on `topics` (`chat.<id>`, `user.<id>`)."""
    return Posted(topics=tuple(topics), fact="", body=Raw(encode_event(event)))


def posted_fact(fact: Fact) -> Posted:
    """A fact for the services."""
    return Posted(topics=(), fact=tag_of(type(fact)), body=Raw(ENCODER.encode(fact)))


class OutboxRow(Struct, frozen=True):
    id: int
    events: str


def new_outbox_row(posted: list[Posted], *, after: float = 0.0) -> dict[str, Any]:
    """The columns of a row that holds `posted`: JSON in base64, which needs no escaping in SQL, a slow thing to do.

    The relay leaves it alone for `after` seconds more than others.
    """
    events = b64encode(ENCODER.encode(posted)).decode()
    return {"id": secrets.randbits(63), "events": events, "created_at": now_ms() + int(after * 1000)}


def posted_in(row: OutboxRow) -> list[Posted]:
    """What a row holds; an older one may hold plain JSON."""
    return _ROWS.decode(row.events if row.events.startswith("[") else b64decode(row.events))


class Outbox:
    """One process's part in publishing what was committed."""

    def __init__(self, bus: Bus, *, interval: float, grace: float) -> None:
        self._bus = bus
        self._interval = interval
        self._grace_ms = int(grace * 1000)
        self._publishing: set[asyncio.Task[None]] = set()
        self._published: list[int] = []
        bus.on_trouble.append(self._published.clear)  # what was on its way may be lost: leave it to the relay

    def publish_soon(self, row_id: int, posted: list[Posted]) -> None:
        """Send what was just committed, in one write with the answers of those who wait for that."""
        task = asyncio.create_task(self._publish_after_answers(row_id, posted))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _publish_after_answers(self, row_id: int, posted: list[Posted]) -> None:
        await asyncio.sleep(0)  # the turn of the loop in which they are gathered
        await self.publish(row_id, posted)

    async def published(self) -> None:
        """Return when nothing is being sent any more."""
        if self._publishing:
            await asyncio.wait(self._publishing)

    async def publish(self, row_id: int, posted: list[Posted]) -> None:
        """Send what was just committed. A failure is not an error: the row is still there."""
        try:
            crash_point("before_publish")
            for number, item in enumerate(posted):
                for topic in item.topics:
                    await self._bus.publish(topic, bytes(item.body))
                if item.fact:
                    await self._bus.tell(item.fact, bytes(item.body), f"{row_id}-{number}")
        except _GONE as error:
            _log.warning("left to the outbox relay", row=row_id, error=repr(error))
        else:
            crash_point("after_publish")
            self._published.append(row_id)

    def settled(self, row_id: int) -> None:
        """What was put off with `Transaction.put_off` has been published in another way."""
        self._published.append(row_id)

    async def relay(self, db: "Database") -> None:
        """Once an interval: delete what NATS has confirmed, publish what was left behind. Runs until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self._delete_published(db)
                await self._publish_leftovers(db)
            except Refused:
                pass  # the database is away; the rows are still there when it is back
            except _GONE as error:
                _log.warning("outbox relay waits for the bus", error=repr(error))

    async def _delete_published(self, db: "Database") -> None:
        if not self._published:
            return
        done = list(self._published)
        troubles = self._bus.troubles
        await self._bus.flush()
        if self._bus.troubles == troubles:
            crash_point("before_outbox_delete")
            await db.execute("DELETE FROM outbox WHERE id IN %(ids)s", ids=tuple(done))
            crash_point("after_outbox_delete")
            del self._published[: len(done)]

    async def _publish_leftovers(self, db: "Database") -> None:
        if not self._bus.connected:
            return
        async with db.transaction() as tx:
            rows = await tx.fetch(
                OutboxRow,
                """
                SELECT id, events FROM outbox WHERE created_at < %(before)s
                ORDER BY created_at, id LIMIT 200 FOR UPDATE SKIP LOCKED
                """,
                before=now_ms() - self._grace_ms,
            )
            leftovers = [row for row in rows if row.id not in self._published]
        for row in leftovers:
            crash_point("relay_before_publish")
            await self.publish(row.id, posted_in(row))
            crash_point("relay_after_publish")
