"""Search: find what was said.

The index tells which messages of a person's chats have all terms, and when the newest of each chat was sent. The times
of the others are read from there on backwards, a block at a time, and only of the chats that are next. What is found so
is read, and shown if it is still there, may be seen, and says what was looked for.
"""

import heapq
from bisect import bisect_left
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from msgspec import Struct

from dialog.db import Database
from dialog.protocol.base import Actor, Refused, TooLarge
from dialog.protocol.messages import HIDDEN, Message
from dialog.protocol.search import SearchEmpty, SearchMessages, SearchPage, SearchPlace
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend
from .messages import trim
from .shown import Sight, shown
from .store.terms import FoundShelf
from .store.times import count_in, first_seq, place_of, time_in
from .words import Part, author, chosen, has, parts_of, things_in, units_of

LATEST = 2**53
BLOCKS_AT_FIRST, BLOCKS_AT_MOST = 32, 256
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
    chats: dict[int, Sight]
    """The chats to look at, as they see them."""

    @property
    def since(self) -> int:
        """What is found was not sent before this. It is never 0, which stands for times that are forgotten."""
        return max(self.command.after or 0, 1)

    @property
    def end(self) -> Hit:
        """What is found comes before this."""
        return _end(self.command)

    def is_in(self, message: Message) -> bool:
        """Whether it is what they look for: a term alone does not say so."""
        asked = self.command
        if asked.from_id not in (None, message.author_id) or not things_in(message).issuperset(asked.has):
            return False
        units = units_of(message.text)
        return all(part.found_in(units) for part in self.parts)


class Trail:
    """What the index found in one chat, the newest first: the message it has come to, and those before."""

    def __init__(self, chat_id: int, shelves: list[FoundShelf], after: int, upto: int) -> None:
        self.chat_id = chat_id
        self._shelves = shelves
        self._after = after
        self._block, self._times = -1, b""
        seq = next((seq for shelf in reversed(shelves) if (seq := shelf.newest(upto))), 0)
        self.seq = seq if seq > after else 0
        """Where it has come to, 0 at its end. Until it is turned to it, its newest message may be an earlier one."""

    def turn_to(self, upto: int) -> None:
        """Come to the newest message up to a number."""
        self._rest = (seq for shelf in reversed(self._shelves) for seq in shelf.seqs(upto))
        self.pass_by()

    def pass_by(self) -> None:
        """Come to the next message."""
        seq = next(self._rest, 0)
        self.seq = seq if seq > self._after else 0

    def look_into(self, block: int, times: bytes, end: Hit) -> None:
        """Know the times of the block it has come to, and turn to what comes before `end`."""
        self._block, self._times = block, times
        if (hit := self.hit()) and hit >= end:
            first, chat_id = first_seq(block), self.chat_id
            places = range(count_in(times))
            before = bisect_left(places, end, key=lambda place: (time_in(times, place), chat_id, first + place))
            self.turn_to(first + before - 1)

    def hit(self) -> Hit | None:
        """Where it has come to, if it is within that block."""
        block, place = place_of(self.seq)
        return (time_in(self._times, place), self.chat_id, self.seq) if block == self._block else None

    def began_at(self) -> int:
        """When that block began: all that is left outside of it was sent before."""
        return time_in(self._times, 0)


@command
async def search_messages(app: App, actor: Actor, command: SearchMessages) -> SearchPage:
    if len(command.text) > app.config.search_length:
        raise Refused(TooLarge(limit=app.config.search_length))
    parts = parts_of(command.text)
    if not parts and command.from_id is None and not command.has:
        raise Refused(SearchEmpty())
    await spend(app, actor, "searches", app.config.searches)
    async with app.reading:
        chats, trails = await _look_up(app.db, actor, command, _terms(command, parts))
        return await _page(app, Sought(actor.user_id, command, parts, chats), trails)


def _end(command: SearchMessages) -> Hit:
    page, before = command.page, command.before
    end = (LATEST if before is None else before, 0, 0)
    return min(end, (page.at, page.chat_id, page.seq)) if page else end


def _terms(command: SearchMessages, parts: Sequence[Part]) -> list[int]:
    filters = [has(what) for what in command.has]
    if command.from_id is not None:
        filters.append(author(command.from_id))
    return list(dict.fromkeys([*filters, *chosen(parts)]))


async def _look_up(
    db: Database, actor: Actor, command: SearchMessages, terms: Sequence[int]
) -> tuple[dict[int, Sight], list[Trail]]:
    """The chats to look at, and what has all terms in each of them. Raises Refused(NotFound)."""
    until, chats = _end(command)[0], dict[int, Sight]()
    if command.chat_id is None:
        user_id = actor.user_id
        seats, rows, blocks = await db.together(
            [store.search.places(user_id), store.terms.found(user_id, terms), store.times.begun(user_id, until)]
        )
        chats |= store.search.read_places(seats)
    else:
        chats[command.chat_id] = (await access.member_of(db, actor, command.chat_id)).own
        rows, blocks = await db.together(
            [store.terms.found_in(command.chat_id, terms), store.times.begun_in(command.chat_id, until)]
        )
    last = {row["chat_id"]: row["block"] for row in blocks if row["block"] is not None}
    places = {
        chat_id: shelves
        for chat_id, shelves in store.terms.read_found(rows, terms).items()
        if chat_id in chats and chat_id in last
    }
    upto = {chat_id: first_seq(last[chat_id] + 1) - 1 for chat_id in places}
    if until < LATEST and len(places) > BLOCKS_AT_FIRST:
        [rows] = await db.together([store.times.passing([(chat_id, last[chat_id]) for chat_id in places], until)])
        upto |= store.times.read_passing(rows, until)
    trails = [
        Trail(chat_id, shelves, after=chats[chat_id].mine.cleared_seq, upto=upto[chat_id])
        for chat_id, shelves in places.items()
    ]
    return chats, [trail for trail in trails if trail.seq]


async def _page(app: App, sought: Sought, trails: Sequence[Trail]) -> SearchPage:
    """The next messages. One more than asked for is looked for, to know whether there is another page."""
    limit = sought.command.limit
    found: list[tuple[Hit, Message]] = []
    batch: list[Hit] = []
    size, read, last = limit + 1, 0, None
    async with aclosing(_hits(app.db, sought, trails)) as hits:
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


async def _hits(db: Database, sought: Sought, trails: Sequence[Trail]) -> AsyncGenerator[Hit]:
    """What the index knows of, the newest first."""
    since, end = sought.since, sought.end
    waiting = [(-at, trail.chat_id, trail) for at, trail in await _newest(db, trails, end[0]) if at >= since]
    """Trails by a moment (negated) after which nothing that is left of them was sent."""
    heapq.heapify(waiting)
    known: list[tuple[int, int, int, Trail]] = []
    """Trails by the hit (negated) that they have come to."""

    def sort_in(trail: Trail) -> None:
        if hit := trail.hit():
            if hit[0] >= since:
                heapq.heappush(known, (-hit[0], -hit[1], -hit[2], trail))
        elif trail.seq and (at := min(trail.began_at(), end[0])) >= since:
            heapq.heappush(waiting, (-at, trail.chat_id, trail))

    size = BLOCKS_AT_FIRST
    while waiting or known:
        while waiting and (not known or waiting[0][0] <= known[0][0]):
            some = [heapq.heappop(waiting)[2] for _ in range(min(size, len(waiting)))]
            size = min(2 * size, BLOCKS_AT_MOST)
            for trail in await _looked_into(db, some, end):
                sort_in(trail)
        if known:
            at, chat_id, seq, trail = heapq.heappop(known)
            yield -at, -chat_id, -seq
            trail.pass_by()
            sort_in(trail)


async def _newest(db: Database, trails: Sequence[Trail], end: int) -> list[tuple[int, Trail]]:
    """When the newest of each trail was sent at the latest. A few are looked into in any case."""
    if len(trails) <= BLOCKS_AT_FIRST:
        return [(end, trail) for trail in trails]
    chats = {trail.chat_id: trail for trail in trails}
    [rows] = await db.together([store.times.moments([(trail.chat_id, trail.seq) for trail in trails])])
    return [(min(time_in(row["at"], 0), end), chats[row["chat_id"]]) for row in rows]


async def _looked_into(db: Database, trails: Sequence[Trail], end: Hit) -> list[Trail]:
    """These trails, knowing the times of the blocks they had come to. What is not there any more is left out."""
    for trail in trails:
        trail.turn_to(trail.seq)
    blocks = {(trail.chat_id, place_of(trail.seq)[0]): trail for trail in trails if trail.seq}
    if not blocks:
        return []
    [rows] = await db.together([store.times.of(blocks)])
    for row in rows:
        blocks[row["chat_id"], row["block"]].look_into(row["block"], row["times"], end)
    return [blocks[row["chat_id"], row["block"]] for row in rows]
