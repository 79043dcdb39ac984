"""Search: find what was said.

The index tells in which blocks of a person's chats all terms occur, and then the times of these blocks, the newest
first, until it is certain that none of the others holds anything newer. What is found so is read, and shown if it is
still there, may be seen, and says what was looked for.
"""

import heapq
from bisect import bisect_left
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from msgspec import Struct

from dialog.db import Database
from dialog.ids import now_ms
from dialog.protocol.base import Actor, Refused, TooLarge
from dialog.protocol.messages import HIDDEN, Message
from dialog.protocol.search import SearchEmpty, SearchMessages, SearchPage, SearchPlace
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend
from .messages import trim
from .shown import Sight, shown
from .store.search import FoundBlock, seqs_of, time_in
from .words import Part, author, chosen, has, parts_of, things_in, units_of

RECENT_MS = 90 * 86_400_000
"""How far back is looked at first."""
LATEST = 2**53
BLOCKS_AT_FIRST, BLOCKS_AT_MOST = 16, 256
"""Whose times are read together."""
READ_AT_ONCE = 100
READ_AT_MOST = 1000
"""Messages read for one page, if few of them say what was looked for."""

Hit = tuple[int, int, int]
"""When, in which chat and where in it. The greater of two comes first."""


class Sought(Struct, frozen=True):
    """What somebody looks for, and where."""

    user_id: int
    command: SearchMessages
    parts: list[Part]
    terms: list[int]
    chats: dict[int, Sight]
    """The chats to look at, as they see them."""

    @property
    def after(self) -> int:
        return self.command.after or 0

    @property
    def end(self) -> Hit:
        """What is found comes before this."""
        page, before = self.command.page, self.command.before
        end = (LATEST if before is None else before, 0, 0)
        return min(end, (page.at, page.chat_id, page.seq)) if page else end

    def is_in(self, message: Message) -> bool:
        """Whether it is what they look for: a term alone does not say so."""
        asked = self.command
        if asked.from_id not in (None, message.author_id) or not things_in(message).issuperset(asked.has):
            return False
        units = units_of(message.text)
        return all(part.found_in(units) for part in self.parts)


@command
async def search_messages(app: App, actor: Actor, command: SearchMessages) -> SearchPage:
    if len(command.text) > app.config.search_length:
        raise Refused(TooLarge(limit=app.config.search_length))
    parts = parts_of(command.text)
    if not parts and command.from_id is None and not command.has:
        raise Refused(SearchEmpty())
    await spend(app, actor, "searches", app.config.searches)
    async with app.reading:
        chats = await _places(app.db, actor, command.chat_id)
        sought = Sought(actor.user_id, command, parts, _terms(command, parts), chats)
        return await _page(app, sought)


def _terms(command: SearchMessages, parts: Sequence[Part]) -> list[int]:
    filters = [has(what) for what in command.has]
    if command.from_id is not None:
        filters.append(author(command.from_id))
    return list(dict.fromkeys([*filters, *chosen(parts)]))


async def _places(db: Database, actor: Actor, chat_id: int | None) -> dict[int, Sight]:
    """The chats to look at. Raises Refused(NotFound)."""
    if chat_id is None:
        [rows] = await db.together([store.search.places(actor.user_id)])
        return {**store.search.read_places(rows)}
    return {chat_id: (await access.member_of(db, actor, chat_id)).own}


async def _page(app: App, sought: Sought) -> SearchPage:
    """The next messages. One more than asked for is looked for, to know whether there is another page."""
    limit = sought.command.limit
    found: list[tuple[Hit, Message]] = []
    batch: list[Hit] = []
    size, read, last = limit + 1, 0, None
    async with aclosing(_hits(app.db, sought)) as hits:
        async for hit in hits:
            batch.append(hit)
            if len(batch) < size:
                continue
            found += await _seen(app.db, sought, batch)
            read, size, last, batch = read + len(batch), READ_AT_ONCE, hit, []
            if len(found) > limit or read >= READ_AT_MOST:
                break
        else:
            found += await _seen(app.db, sought, batch)
            last = None
    if len(found) > limit:
        last = found[limit - 1][0]
    messages = trim([message for _, message in found[:limit]], app.config.reply_bytes)
    if len(messages) < min(limit, len(found)):
        last = found[len(messages) - 1][0]
    return SearchPage(messages=messages, next=SearchPlace(at=last[0], chat_id=last[1], seq=last[2]) if last else None)


async def _seen(db: Database, sought: Sought, hits: Sequence[Hit]) -> list[tuple[Hit, Message]]:
    """Those of the messages that are what is looked for, as somebody sees them. What they may not see is none."""
    if not hits:
        return []
    [rows] = await db.together([store.messages.at([(chat_id, seq) for _, chat_id, seq in hits], sought.user_id)])
    there = [message for message in store.messages.read(rows) if message.deleted_at is None]
    seen = await shown(db, sought.user_id, there, sought.chats)
    found = {(one.chat_id, one.seq): one for one in seen if one.kind != HIDDEN and sought.is_in(one)}
    return [(hit, found[hit[1:]]) for hit in hits if hit[1:] in found]


async def _hits(db: Database, sought: Sought) -> AsyncGenerator[Hit]:
    """What the index knows of, the newest first: what is recent, and then the rest."""
    recent = max(sought.after, min(sought.end[0], now_ms()) - RECENT_MS)
    for since, end in ((recent, sought.end), (sought.after, (recent, 0, 0))):
        if (since, 0, 0) < end:
            async for hit in _hits_between(db, sought, since, end):
                yield hit


async def _hits_between(db: Database, sought: Sought, since: int, end: Hit) -> AsyncGenerator[Hit]:
    blocks = [
        (-min(one.last_at, end[0]), number, one) for number, one in enumerate(await _blocks(db, sought, since, end))
    ]
    heapq.heapify(blocks)
    known: list[tuple[int, int, int, Iterator[Hit]]] = []
    """The next hit of each block that was looked into, negated, and those after it."""
    size = BLOCKS_AT_FIRST
    while blocks or known:
        while blocks and (not known or blocks[0][0] <= known[0][0]):
            some = [heapq.heappop(blocks)[2] for _ in range(min(size, len(blocks)))]
            size = min(2 * size, BLOCKS_AT_MOST)
            for rest in await _looked_into(db, sought, some, since, end):
                _push(known, rest)
        if known:
            at, chat_id, seq, rest = heapq.heappop(known)
            yield -at, -chat_id, -seq
            _push(known, rest)


def _push(known: list[tuple[int, int, int, Iterator[Hit]]], rest: Iterator[Hit]) -> None:
    if hit := next(rest, None):
        at, chat_id, seq = hit
        heapq.heappush(known, (-at, -chat_id, -seq, rest))


async def _blocks(db: Database, sought: Sought, since: int, end: Hit) -> list[FoundBlock]:
    """Where all terms occur in one message, in the chats that may be looked at."""
    if sought.command.chat_id is None:
        statement = store.search.found(sought.user_id, sought.terms, since, end[0])
    else:
        statement = store.search.found_in(sought.command.chat_id, sought.terms, since, end[0])
    [rows] = await db.together([statement])
    return [one for one in store.search.read_found(rows) if one.chat_id in sought.chats]


async def _looked_into(
    db: Database, sought: Sought, blocks: Sequence[FoundBlock], since: int, end: Hit
) -> list[Iterator[Hit]]:
    [rows] = await db.together([store.search.times([(one.chat_id, one.block) for one in blocks])])
    times = {(row["chat_id"], row["block"]): row["times"] for row in rows}
    return [
        _hits_in(one, times[one.chat_id, one.block], max(since, 1), end, sought.chats[one.chat_id].mine.cleared_seq)
        for one in blocks
        if (one.chat_id, one.block) in times
    ]


def _hits_in(found: FoundBlock, times: bytes, since: int, end: Hit, cleared_seq: int) -> Iterator[Hit]:
    """What was found in a block, the newest first; `times` never fall."""
    first_seq = store.search.first_seq(found.block)
    before = bisect_left(
        range(store.search.count_in(times)),
        end,
        key=lambda place: (time_in(times, place), found.chat_id, first_seq + place),
    )
    for seq in seqs_of(found.block, found.bits & ((1 << before) - 1)):
        at = time_in(times, seq - first_seq)
        if at < since or seq <= cleared_seq:
            return
        yield at, found.chat_id, seq
