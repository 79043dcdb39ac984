"""Indexing: makes what is said findable, after it was posted and beside all other work.

What is indexed of a chat is at any time exactly what its messages up to `search_chats.seq` say: indexing goes on from
there, and whoever changes or deletes a message mends the index in the same transaction. So there is no list of what is
still to be done that could be lost: a process knows which chats it has posted to; what it knew when it died is found by
looking through all chats, which each process does when it starts and once an hour.

Both hold the chat's row in `search_chats`, so that no process indexes a text while another one deletes it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic

from dialog.db import Database, Statement
from dialog.ids import now_ms
from dialog.protocol.messages import Message

from . import store
from .store.search import IndexedRow
from .store.times import Times, place_of
from .words import terms_of

CHATS = 64
MESSAGES = 400
CHARACTERS = 20_000
"""Indexed in one transaction at most."""
TURN = 16
"""Messages after which others get their turn."""
BUSY = 100
"""Messages posted in a second from which on this process is busy."""
REST, BUSY_REST = 1, 60
"""How many times as long as it has worked it rests, when it is idle and when it is busy, as long as it is."""
LOOK_UP = 0.5
"""How often it looks up from its rest."""
CHATS_LOOKED_AT = 500
LOOK_PAUSE = 0.02
LOOK_AGAIN = 3600.0
ENOUGH = 10_000
"""Chats that wait, while which nobody looks for more."""


def changed(old: Message, new: Message) -> list[Statement]:
    """Mend the index when a message becomes another; its chat is locked."""
    before, after = terms_of(old), terms_of(new)
    if before == after:
        return []
    statements = [store.search.hold([old.chat_id])]
    if gone := before - after:
        statements += store.terms.unmark(old.chat_id, old.seq, gone)
    if come := after - before:
        statements.append(store.terms.mark(store.terms.postings(old.chat_id, old.seq, come), late=True))
    return statements


def purged(chat_id: int, messages: Iterable[Message], upto: int) -> list[Statement]:
    """Mend the index when the rows of a chat's messages up to a number are deleted; the chat is locked."""
    statements = [store.search.hold([chat_id])]
    for message in messages:
        if terms := terms_of(message):
            statements += store.terms.unmark(chat_id, message.seq, terms)
    return [*statements, *store.times.forget_upto(chat_id, upto)]


class Indexing:
    """One process's part in indexing."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[int, int] = {}
        """Chats with something to index, and since when."""
        self._posted = 0
        self._counted_at = monotonic()
        self._was_busy = False
        self._looked_upto = 0
        self._look_at = 0.0

    def posted(self, results: Iterable[Message | BaseException]) -> None:
        """Take note of what was just posted."""
        now = now_ms()
        for result in results:
            if isinstance(result, Message):
                self._posted += 1
                self._waiting.setdefault(result.chat_id, now)

    def waiting_since(self) -> list[int]:
        """Since when each of the chats waits."""
        return list(self._waiting.values())

    async def index(self) -> bool:
        """Index some of what waits, and rest. Whether there is more."""
        taken = dict(list(self._waiting.items())[:CHATS])
        if not taken:
            return False
        for chat_id in taken:
            del self._waiting[chat_id]
        left, begun = list(taken), monotonic()
        try:
            left = await self._index(sorted(taken))
        finally:
            for chat_id in left:
                self._waiting.setdefault(chat_id, taken[chat_id])
        await self._rest(monotonic() - begun)
        return bool(self._waiting)

    async def _rest(self, worked: float) -> None:
        """Leave the machine to those who post, after so many seconds of work."""
        ends, rest = monotonic() + worked * BUSY_REST, worked * REST
        while rest > 0:
            await asyncio.sleep(rest)
            rest = min(ends - monotonic(), LOOK_UP) if self._is_busy() else 0

    def _is_busy(self) -> bool:
        """Whether many messages are posted: in the last whole second, or since."""
        seconds = monotonic() - self._counted_at
        if seconds >= 1:
            self._was_busy = self._posted / seconds > BUSY
            self._posted, self._counted_at = 0, monotonic()
        return self._was_busy or self._posted > BUSY

    async def _index(self, chat_ids: Sequence[int]) -> list[int]:
        """Index the next messages of these chats. Returns those that have more."""
        async with self._db.transaction() as tx:
            held = await tx.together([store.search.hold(chat_ids), *store.search.indexed(chat_ids)])
            chats = store.search.read_indexed(held[1:])
            for chat_id in set(chat_ids) - chats.keys():
                tx.later(*store.search.forget_chat(chat_id))
            spans = _spans(chats)
            if not spans:
                return []
            [rows] = await tx.together([store.messages.between([(one, *span) for one, span in spans.items()])])
            messages: defaultdict[int, dict[int, Message]] = defaultdict(dict)
            for message in store.messages.read(rows):
                messages[message.chat_id][message.seq] = message
            batch = Indexed()
            for chat_id, (first, last) in spans.items():
                await batch.take(chats[chat_id][0], first, last, messages[chat_id])
            tx.later(*batch.statements())
        reached = {row.chat_id: row.seq for row in batch.moved}
        return [chat_id for chat_id, (row, head) in chats.items() if reached.get(chat_id, row.seq) < head]

    async def look(self) -> bool:
        """Look through some more chats for what was posted and not indexed. Whether to go on at once."""
        if monotonic() < self._look_at or len(self._waiting) > ENOUGH:
            return False
        rows = await store.search.progress(self._db, self._looked_upto, CHATS_LOOKED_AT)
        now = now_ms()
        for row in rows:
            if (row.seq or 0) < row.head_seq:
                self._waiting.setdefault(row.chat_id, now)
        if len(rows) < CHATS_LOOKED_AT:
            self._looked_upto, self._look_at = 0, monotonic() + LOOK_AGAIN
            return False
        self._looked_upto = rows[-1].chat_id
        await asyncio.sleep(LOOK_PAUSE)
        return True


def _spans(chats: Mapping[int, tuple[IndexedRow, int]]) -> dict[int, tuple[int, int]]:
    """From where to where to go on in which chats: first where little is missing, so that what is new is found soon.

    Of what is left, as much as possible in one chat: messages of one block share most of their terms.
    """
    spans: dict[int, tuple[int, int]] = {}
    room = MESSAGES
    for row, head in sorted(chats.values(), key=lambda one: one[1] - one[0].seq):
        if row.seq < head and room:
            last = min(head, row.seq + room)
            spans[row.chat_id] = (row.seq + 1, last)
            room -= last - row.seq
    return spans


class Indexed:
    """What one transaction adds to the index."""

    def __init__(self) -> None:
        self.moved: list[IndexedRow] = []
        self._marks: defaultdict[tuple[int, int, int], bytes] = defaultdict(bytes)
        self._times: list[Times] = []
        self._characters = 0
        self._taken = 0

    async def take(self, row: IndexedRow, first: int, last: int, messages: dict[int, Message]) -> None:
        """Take in the next messages of a chat, as far as there is room. Some numbers may have none any more.

        Now and then others get their turn: who sends a message must not wait until thousands are indexed.
        """
        chat_id, at = row.chat_id, row.last_at
        seq = first - 1
        while seq < last and self._characters < CHARACTERS:
            seq += 1
            block, _ = place_of(seq)
            if message := messages.get(seq):
                at = max(at, message.sent_at)
                self._characters += len(message.text)
                for bucket, postings in store.terms.postings(chat_id, seq, terms_of(message)).items():
                    self._marks[bucket] += postings
                self._taken += 1
                if not self._taken % TURN:
                    await asyncio.sleep(0)
            if not (self._times and (self._times[-1].chat_id, self._times[-1].block) == (chat_id, block)):
                self._times.append(Times(chat_id, block, []))
            self._times[-1].times.append(at)
        if seq >= first:
            self.moved.append(IndexedRow(chat_id, seq, at))

    def statements(self) -> list[Statement]:
        """What stores it."""
        return [
            *([store.terms.mark(self._marks)] if self._marks else []),
            *([store.times.append(self._times)] if self._times else []),
            *([store.search.move(self.moved)] if self.moved else []),
        ]
