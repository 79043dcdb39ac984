"""Staying in step: what changed in a chat, or in all of them, since the `rev` that a client holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

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
from .messages import trim
from .own import Own, SidesRead
from .people import users
from .pointers import shown_to
from .shown import shown

T = TypeVar("T", Message, Member)

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
        read_seq = await store.receipts.read_seq(app.db, place.chat.id, actor.user_id)
        own = Own(place.chat, replace(place.mine, read_seq=read_seq), place.keeps)
        request = _request(app, own, since, app.config.page_messages)
        [state] = await _states(app, actor, [request])
        return (await _fitting(app, actor, request, state))[0]


async def _fitting(app: App, actor: Actor, request: Request, state: ChatState) -> tuple[ChatState, int]:
    """The state and its size, or a fresh start with fewer messages when they are larger than a reply should be."""
    size = _size(state)
    if size <= app.config.reply_bytes or _size(state.messages) <= app.config.reply_bytes:
        return state, size
    [state] = await _states(app, actor, [replace(request, reset=True)])
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
    held, marks = _held(command.chats), _held(command.marks)
    as_of = now_ms() - MOVES_LATE_MS
    moved = await _moved(app, actor, command)
    of_actor, of_schedule = await app.db.together([store.chats.of(actor.user_id), store.scheduled.of(actor.user_id)])
    mine = [Own(chat, seat.mine, seat.kept.hidden_rev > 0) for chat, seat in store.chats.read_of(of_actor)]
    requests: list[Request] = []
    unchanged: dict[int, Own] = {}
    for own in mine:
        chat_id = own.chat.id
        since = held.get(chat_id, 0) if marks.get(chat_id, 0) == own.mine.mark else 0
        if since == own.chat.rev:
            unchanged[chat_id] = own
        else:
            requests.append(_request(app, own, since, app.config.sync_messages))
    changed = len(requests)
    requests += [
        _request(app, unchanged[chat_id], held[chat_id], app.config.sync_messages)
        for chat_id in moved
        if chat_id in unchanged
    ]
    async with app.reading:
        states, people = await _filled(app, actor, requests)
    people |= await users(app.bus, {actor.user_id} - people.keys(), actor.user_id)
    if actor.user_id not in people:
        raise Refused(NotFound())
    return Synced(
        chats=states,
        gone=list(held.keys() - {own.chat.id for own in mine}),
        people=list(people.values()),
        me=people[actor.user_id],
        more=len(states) < len(requests),
        scheduled=store.scheduled.read(of_schedule),
        as_of=as_of if len(states) == len(requests) else _as_of(command, moved, states[changed:]),
    )


async def _moved(app: App, actor: Actor, command: Sync) -> dict[int, int]:
    """The chats in which receipts or preferences have moved since the client was last told, and when: oldest first."""
    if not command.moved_since:
        return {}
    rows = await store.receipts.moved_since(app.db, actor.user_id, command.moved_since)
    return {row.chat_id: row.moved_at for row in rows}


def _as_of(command: Sync, moved: dict[int, int], told: list[ChatState]) -> int:
    """Up to when the moves have been told, in a reply that does not hold them all."""
    return max((moved[state.chat.id] for state in told), default=command.moved_since)


async def _filled(app: App, actor: Actor, requests: list[Request]) -> tuple[list[ChatState], dict[int, User]]:
    """The states that fit into one reply, in their order and at least one, and the people in them.

    Read slice by slice, so that what does not fit any more is not read, memory is bounded, and other commands get their
    turn in between. People count with the first state that they are in.
    """
    states: list[ChatState] = []
    people: dict[int, User] = {}
    size = 0
    for part in _slices(requests, app.config.sync_rows):
        read = [
            await _fitting(app, actor, request, state)
            for request, state in zip(part, await _states(app, actor, part), strict=True)
        ]
        met = {member.user_id for state, _ in read for member in state.members} - people.keys()
        found = await users(app.bus, met, actor.user_id)
        for state, state_size in read:
            new = {id_: found.pop(id_) for member in state.members if (id_ := member.user_id) in found}
            size += state_size + _size(list(new.values()))
            if states and size > app.config.reply_bytes:
                return states, people
            states.append(state)
            people |= new
    return states, people


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


async def _states(app: App, actor: Actor, requests: Sequence[Request]) -> list[ChatState]:
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
        statements.append(store.messages.at(newest, actor.user_id))
        statements.append(store.members.now([request.chat.id for request in fresh]))
    if known:
        statements += [store.messages.since(known, actor.user_id), store.members.since(known)]
    sides_read = SidesRead(actor.user_id, [request.own for request in requests])
    found = await app.db.together([*statements, *sides_read.statements])
    sides = sides_read.read(found[len(statements) :])
    found = found[: len(statements)]
    read = [message for rows in found[::2] for message in store.messages.read(rows)]
    owns = {request.chat.id: request.own for request in requests}
    messages = _by_chat(await shown(app.db, actor.user_id, read, owns))
    members = _by_chat([member for rows in found[1::2] for member in rows_as(Member, rows)])
    receipts = {chat_id: shown_to(actor.user_id, pointers) for chat_id, pointers in sides.pointers.items()}
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
