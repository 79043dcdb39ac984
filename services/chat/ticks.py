"""Tells others how far people have received and read: at most once a second per chat and process.

What is told this way may be dropped; a client that syncs is told all of it anew.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import nats.errors
from msgspec import Struct

from dialog.bus import Bus
from dialog.db import Database
from dialog.log import get_logger
from dialog.protocol.base import Refused
from dialog.protocol.chats import Chat
from dialog.protocol.frames import encode_event
from dialog.protocol.receipts import Receipt, ReceiptMoved
from dialog.tasks import background

from . import access, store

_log = get_logger()
GATHER = 0.05
"""Seconds in which receipts of many chats are gathered."""
INTERVAL = 1.0
"""Seconds between two events of one chat."""
WAITING = 10_000
"""Chats that may wait to be told."""


class Waiting(Struct):
    """What is to be told in one chat, by person."""

    chat: Chat
    receipts: dict[int, Receipt]


class Ticks:
    """One process's part in telling. A receipt is told soon, and what follows it within a second together."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db = db
        self._bus = bus
        self._waiting: dict[int, Waiting] = {}
        self._next: dict[int, float] = {}
        """When a chat that was told lately may be told again."""
        self._has_waiting = asyncio.Event()

    def add(self, chat: Chat, receipt: Receipt) -> None:
        """Have the others in a chat told, soon. Dropped when too much waits."""
        waiting = self._waiting.get(chat.id)
        if waiting is None:
            if len(self._waiting) >= WAITING:
                return
            waiting = self._waiting[chat.id] = Waiting(chat, {})
            self._has_waiting.set()
        waiting.receipts[receipt.user_id] = receipt

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
                    await self._tell(due)
            except (Refused, nats.errors.Error) as error:
                _log.info("receipts not told", chats=len(due), error=repr(error))

    async def _tell(self, due: list[Waiting]) -> None:
        """In most chats everybody may hear it. Where somebody shows no receipts, or one of those who have moved stands
        apart from another by a block, each of the others is told by themselves."""
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
                continue
            for user_id in present:
                theirs = [one for one in told if (user_id, one.user_id) not in apart]
                if user_id not in off[chat.id]:
                    await self._tell_all([f"user.{user_id}"], chat.id, theirs)

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
