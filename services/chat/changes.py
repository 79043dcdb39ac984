"""Staying in step: what changed in a chat, or in all of them, since the `rev` that a client holds."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, AsyncIterable, Coroutine, Iterable, Iterator, Sequence
from contextlib import aclosing
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Statement, rows_as
from dialog.ids import now_ms
from dialog.protocol.accounts import User
from dialog.protocol.base import MAX_ID, Actor, Invalid, NotFound, Refused
from dialog.protocol.chats import Chat, ChatChanges, ChatState, GetChat, Member, Mine, Sync, Synced
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import Message
from dialog.protocol.receipts import Receipt
from dialog.service import command

from . import access, store
from .app import App
from .limits import keep_pace
from .messages import trim
from .own import Own, SidesRead
from .people import users
from .pointers import shown_to
from .shown import shown
from .viewers import Viewer

T = TypeVar("T", Message, Member)
Done = TypeVar("Done")
Read = list[tuple[ChatState, int]]
"""A slice of states, with their sizes."""

ID_DIGITS = len(str(MAX_ID))
MOVES_LATE_MS = 60_000
"""By how much receipts may be committed later than they say, or the clock of a replica be behind another's."""
NONE_SHOWN: tuple[list[Receipt], list[int]] = ([], [])
MESSAGE_COST = 4
"""In members: a message has more columns, and its text may be long."""


class Request(Struct, frozen=True):
    """One chat to report on: everything since `since`, or a fresh start with the newest `page` messages."""

    own: Own
    since: int
    reset: bool
    page: int

    @property
    def chat(self) -> Chat:
        """The chat as it was read."""
        return self.own.chat

    @property
    def mine(self) -> Mine:
        """What concerns only the one who asks, as far as it was read with the chat."""
        return self.own.mine

    @property
    def newest(self) -> range:
        """The numbers of the newest messages: `seq` is dense, a deleted message keeps its row. 0 is nobody's."""
        first = max(self.mine.cleared_seq, self.chat.head_seq - self.page) + 1
        return range(min(first, self.chat.head_seq), self.chat.head_seq + 1)

    @property
    def cost(self) -> int:
        """What it may take to read, in members."""
        if self.reset:
            return self.page * MESSAGE_COST + self.chat.member_count
        return (self.chat.rev - self.since) * MESSAGE_COST


@command
async def get_chat(app: App, actor: Actor, command: GetChat) -> ChatState:
    place = await access.member_of(app.db, actor, command.chat_id)
    return await _with_people(app, actor, await _state(app, actor, place, since=0))


@command
async def chat_changes(app: App, actor: Actor, command: ChatChanges) -> ChatState:
    place = await access.member_of(app.db, actor, command.chat_id)
    since = command.since if command.mark == place.mine.mark else 0
    return await _with_people(app, actor, await _state(app, actor, place, since))


async def _state(app: App, actor: Actor, place: access.Place, since: int) -> ChatState:
    async with app.reading:
        viewer = await app.viewers.add(actor.user_id)
        [read] = await app.db.together([store.receipts.read_seq(place.chat.id, actor.user_id)])
        own = Own(place.chat, replace(place.mine, read_seq=read[0]["read_seq"] if read else 0), place.keeps)
        request = _request(app, own, since, app.config.page_messages)
        [state] = await _states(app, viewer, [request])
        return (await _fitting(app, viewer, request, state))[0]


async def _fitting(app: App, viewer: Viewer, request: Request, state: ChatState) -> tuple[ChatState, int]:
    """The state and its size, or a fresh start with fewer messages when they are larger than a reply should be."""
    size = _size(state)
    if size <= app.config.reply_bytes or _size(state.messages) <= app.config.reply_bytes:
        return state, size
    [state] = await _states(app, viewer, [replace(request, reset=True)])
    newest_first = sorted(state.messages, key=lambda message: -message.seq)
    state = replace(state, messages=trim(newest_first, app.config.reply_bytes)[::-1])
    return state, _size(state)


def _size(value: object) -> int:
    return len(ENCODER.encode(value))


async def _with_people(app: App, actor: Actor, state: ChatState) -> ChatState:
    found = await users(app.bus, {member.user_id for member in state.members}, actor.user_id)
    return replace(state, people=list(found.values()))


@command
async def sync(app: App, actor: Actor, command: Sync) -> Synced:
    keep_pace(app, actor, "syncs", app.config.syncs)
    held, marks = _held(command.chats), _held(command.marks)
    as_of = now_ms() - MOVES_LATE_MS
    found, viewer, scheduled = await asyncio.gather(
        store.chats.of(app.db, actor.user_id, moves=command.moved_since > 0),
        app.viewers.add(actor.user_id),
        app.schedules.add(actor.user_id),
    )
    changed: list[Request] = []
    moved: list[tuple[int, Request]] = []
    for chat, seat, moves in found:
        since = held.get(chat.id, 0) if marks.get(chat.id, 0) == seat.mine.mark else 0
        own = Own(chat, seat.mine, seat.kept.hidden_rev > 0)
        request = _request(app, own, since, app.config.sync_messages)
        if since != chat.rev:
            changed.append(request)
        elif moves.moved_at > command.moved_since > 0:
            moved.append((moves.moved_at, request))
    moved.sort(key=itemgetter(0))
    requests = [*changed, *(request for _, request in moved)]
    states, people = await _filled(app, viewer, requests)
    people |= await users(app.bus, {actor.user_id} - people.keys(), actor.user_id)
    if actor.user_id not in people:
        raise Refused(NotFound())
    if more := len(states) < len(requests):  # up to when the moves have been told in a reply that does not hold all
        told = max(0, len(states) - len(changed))
        left_at = moved[told][0] if moved else 0  # several may have moved at the same moment
        as_of = max((moved_at for moved_at, _ in moved[:told] if moved_at < left_at), default=command.moved_since)
    return Synced(
        chats=states,
        gone=list(held.keys() - {chat.id for chat, _, _ in found}),
        people=list(people.values()),
        me=people[actor.user_id],
        more=more,
        scheduled=scheduled,
        as_of=as_of,
    )


async def _filled(app: App, viewer: Viewer, requests: list[Request]) -> tuple[list[ChatState], dict[int, User]]:
    """The states that fit into one reply, in their order and at least one, and the people in them.

    Read slice by slice, so that little is read of what does not fit any more, memory is bounded, and other commands get
    their turn in between. While states are made of one slice the database reads the next, and auth tells who is in the
    one before. People count with the first state that they are in.
    """
    states: list[ChatState] = []
    people: dict[int, User] = {}
    size = 0
    async with (
        aclosing(_in_turn(_reading(app, viewer, requests))) as reads,
        aclosing(_in_turn(_meeting(app, viewer, reads))) as slices,
    ):
        async for read, found in slices:
            for state, state_size in read:
                new = {id_: found.pop(id_) for member in state.members if (id_ := member.user_id) in found}
                size += state_size + _size(list(new.values()))
                if states and size > app.config.reply_bytes:
                    return states, people
                states.append(state)
                people |= new
    return states, people


async def _reading(app: App, viewer: Viewer, requests: list[Request]) -> AsyncGenerator[Coroutine[Any, Any, Read]]:
    for part in _slices(requests, app.config.sync_rows):
        yield _read(app, viewer, part)


async def _meeting(
    app: App, viewer: Viewer, reads: AsyncIterable[Read]
) -> AsyncGenerator[Coroutine[Any, Any, tuple[Read, dict[int, User]]]]:
    """Each slice with those in it who are in none before, up to the one that fills the reply by itself."""
    known: set[int] = set()
    size = 0
    async for read in reads:
        met = {member.user_id for state, _ in read for member in state.members} - known
        yield _met(app, viewer, read, met)
        known |= met
        size += sum(state_size for _, state_size in read)
        if size > app.config.reply_bytes:
            return


async def _met(app: App, viewer: Viewer, read: Read, user_ids: set[int]) -> tuple[Read, dict[int, User]]:
    return read, await users(app.bus, user_ids, viewer.user_id)


async def _in_turn(jobs: AsyncGenerator[Coroutine[Any, Any, Done]]) -> AsyncGenerator[Done]:
    """What these come to, in their order. While one is waited for, the next is under way."""
    under_way: deque[asyncio.Task[Done]] = deque()
    try:
        async with aclosing(jobs):
            async for job in jobs:
                under_way.append(asyncio.create_task(job))
                if len(under_way) > 1:
                    yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _read(app: App, viewer: Viewer, part: list[Request]) -> Read:
    async with app.reading:
        states = await _states(app, viewer, part)
        return [await _fitting(app, viewer, request, state) for request, state in zip(part, states, strict=True)]


def _held(numbers: dict[str, int]) -> dict[int, int]:
    if not all(chat_id.isascii() and chat_id.isdecimal() and len(chat_id) <= ID_DIGITS for chat_id in numbers):
        raise Refused(Invalid(detail="The keys of `chats` and `marks` are chat ids"))
    return {int(chat_id): number for chat_id, number in numbers.items()}


def _request(app: App, own: Own, since: int, page: int) -> Request:
    """`since` 0 means that the client holds nothing; one beyond the chat's `rev` comes from a lost future."""
    rev = own.chat.rev
    reset = since == 0 or since > rev or rev - since > app.config.changes_limit
    return Request(own=own, since=since, reset=reset, page=page)


def _slices(requests: list[Request], rows: int) -> Iterator[list[Request]]:
    """The requests in slices that take at most `rows` rows, or one request."""
    part: list[Request] = []
    total = 0
    for request in requests:
        if part and total + request.cost > rows:
            yield part
            part, total = [], 0
        part.append(request)
        total += request.cost
    if part:
        yield part


async def _states(app: App, viewer: Viewer, requests: Sequence[Request]) -> list[ChatState]:
    """The states, read in one round trip and with six statements, however many they are, and few more for what is
    unread; what of them somebody has hidden takes one more.

    The chats' rows were read before: what was committed since then may be in the state already. Its `rev` is beyond the
    chat's, and the client, which goes by the chat's `rev`, will hear of it once more.
    """
    fresh = [request for request in requests if request.reset]
    known = {request.chat.id: request.since for request in requests if not request.reset}
    statements: list[Statement] = []
    if fresh:
        newest = [(request.chat.id, seq) for request in fresh for seq in request.newest]
        statements.append(store.messages.at(newest, viewer.user_id))
        statements.append(store.members.now([request.chat.id for request in fresh]))
    if known:
        statements += [store.messages.since(known, viewer.user_id), store.members.since(known)]
    sides_read = SidesRead(viewer.user_id, [request.own for request in requests], viewer.apart.blocked)
    found = await app.db.together([*statements, *sides_read.statements])
    sides = sides_read.read(found[len(statements) :])
    found = found[: len(statements)]
    read = [message for rows in found[::2] for message in store.messages.read(rows)]
    owns = {request.chat.id: request.own for request in requests}
    messages = _by_chat(await shown(app.db, viewer.user_id, read, owns))
    members = _by_chat([member for rows in found[1::2] for member in rows_as(Member, rows)])
    receipts = {
        chat_id: shown_to(viewer.onlooker(owns[chat_id].chat), pointers) for chat_id, pointers in sides.pointers.items()
    }
    return [
        ChatState(
            chat=request.chat,
            messages=sorted(messages[request.chat.id], key=attrgetter("seq")),
            members=members[request.chat.id],
            people=[],
            mine=sides.mine(request.own),
            reset=request.reset,
            receipts=receipts.get(request.chat.id, NONE_SHOWN)[0],
            receipts_off=receipts.get(request.chat.id, NONE_SHOWN)[1],
        )
        for request in requests
    ]


def _by_chat(found: Iterable[T]) -> dict[int, list[T]]:
    grouped: defaultdict[int, list[T]] = defaultdict(list)
    for item in found:
        grouped[item.chat_id].append(item)
    return grouped
