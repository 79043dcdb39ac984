"""Tells others how far people have received and read: at most once a second per chat and process.

A device that does not keep up may miss it; when it syncs it is told all of it anew. With each move a row is stored in
the outbox that goes once it is told. The row of a process that could not tell, or died, has another one tell
(`receipts.tell_again`).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import nats.errors
from msgspec import Struct, field

from dialog.bus import Bus
from dialog.crash import crash_point
from dialog.db import Database, Transaction
from dialog.log import get_logger
from dialog.protocol.base import Refused
from dialog.protocol.chats import Chat
from dialog.protocol.frames import encode_event
from dialog.protocol.receipts import RECEIPT_MEMBERS, Receipt, ReceiptMoved, ReceiptsUntold
from dialog.tasks import background

from . import access, store

_log = get_logger()
GATHER = 0.05
"""Seconds in which receipts of many chats are gathered."""
INTERVAL = 1.0
"""Seconds between two events of one chat."""
LATE = 3.0
"""Seconds after which receipts that nobody is known to have told are told by whoever comes first."""
WAITING = 10_000
"""Chats that may wait to be told."""


class Debt(Struct, eq=False):
    """A row in the outbox, and the chats that must be told before it can go."""

    row_id: int
    chat_ids: set[int]


def owe(tx: Transaction, chats: Iterable[Chat]) -> Debt | None:
    """Store that these chats are to be told: before the commit, for `Ticks.add` after it. None if none is."""
    chat_ids = {chat.id for chat in chats if chat.member_count <= RECEIPT_MEMBERS}
    return Debt(tx.put_off(ReceiptsUntold(chat_ids=sorted(chat_ids)), LATE), chat_ids) if chat_ids else None


class Waiting(Struct):
    """What is to be told in one chat, by person."""

    chat: Chat
    receipts: dict[int, Receipt]
    debts: list[Debt] = field(default_factory=list[Debt])


class Ticks:
    """One process's part in telling. A receipt is told soon, and what follows it within a second together."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db = db
        self._bus = bus
        self._waiting: dict[int, Waiting] = {}
        self._next: dict[int, float] = {}
        """When a chat that was told lately may be told again."""
        self._has_waiting = asyncio.Event()

    def add(self, chat: Chat, receipt: Receipt, debt: Debt | None) -> None:
        """Have the others in a chat told, soon, unless it is too large. Left to `tell_again` when too much waits."""
        if debt is None or chat.id not in debt.chat_ids:
            return
        waiting = self._waiting.get(chat.id)
        if waiting is None:
            if len(self._waiting) >= WAITING:
                return
            waiting = self._waiting[chat.id] = Waiting(chat, {})
            self._has_waiting.set()
        waiting.receipts[receipt.user_id] = receipt
        waiting.debts.append(debt)

    async def run(self) -> None:
        """Tell. Runs until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._has_waiting.wait()
            await asyncio.sleep(GATHER)
            now = loop.time()
            self._next = {chat_id: due for chat_id, due in self._next.items() if due > now}
            due = [self._waiting.pop(chat_id) for chat_id in self._waiting.keys() - self._next.keys()]
            self._next |= {waiting.chat.id: now + INTERVAL for waiting in due}
            if not self._waiting:
                self._has_waiting.clear()
            try:
                if due:
                    crash_point("before_receipts_told")
                    await self.tell(due)
            except (Refused, nats.errors.Error) as error:
                _log.info("receipts not told yet", chats=len(due), error=repr(error))

    async def tell(self, due: list[Waiting]) -> None:
        """In most chats everybody may hear it. Where somebody shows no receipts, or one of those who have moved stands
        apart from another by a block, each of the others is told by themselves.

        Raises Refused(Unavailable), nats.errors.Error.
        """
        off: defaultdict[int, set[int]] = defaultdict(set)
        for row in await store.receipts.showless(self._db, [waiting.chat.id for waiting in due]):
            off[row.chat_id].add(row.user_id)
        apart = await store.blocks.about(self._db, list({user_id for waiting in due for user_id in waiting.receipts}))
        lonely = {user_id for user_id, _ in apart}
        chosen = [one.chat.id for one in due if one.chat.id in off or not lonely.isdisjoint(one.receipts)]
        members: defaultdict[int, list[int]] = defaultdict(list)
        for row in await store.receipts.members_of(self._db, chosen) if chosen else ():
            members[row.chat_id].append(row.user_id)
        for waiting in due:
            chat, present = waiting.chat, members[waiting.chat.id]
            told = [one for one in waiting.receipts.values() if one.user_id not in off[chat.id]]
            if not off[chat.id] and apart.isdisjoint((one, user_id) for one in waiting.receipts for user_id in present):
                await self._tell_all(access.topics(chat), chat.id, told)
            else:
                for user_id in present:
                    theirs = [one for one in told if (user_id, one.user_id) not in apart]
                    if user_id not in off[chat.id]:
                        await self._tell_all([f"user.{user_id}"], chat.id, theirs)
            for debt in waiting.debts:
                debt.chat_ids.discard(chat.id)
                if not debt.chat_ids:
                    self._db.outbox.settled(debt.row_id)

    async def _tell_all(self, topics: Iterable[str], chat_id: int, receipts: list[Receipt]) -> None:
        frame = encode_event(ReceiptMoved(chat_id=chat_id, receipts=receipts))
        for topic in topics if receipts else ():
            await self._bus.publish(topic, frame)


@asynccontextmanager
async def open_ticks(db: Database, bus: Bus) -> AsyncGenerator[Ticks]:
    """One process's part in telling, at work within the block."""
    ticks = Ticks(db, bus)
    async with background(ticks.run()):
        yield ticks
