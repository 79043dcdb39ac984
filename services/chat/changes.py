"""Staying in step: what changed in a chat, or in all of them, since the `rev` that a client holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Row, Statement, rows_as
from dialog.protocol.accounts import User
from dialog.protocol.base import MAX_ID, Actor, Invalid, NotFound, Refused
from dialog.protocol.chats import Chat, ChatChanges, ChatState, GetChat, Member, Mine, Role, Sync, Synced
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import Message
from dialog.service import command

from . import access, store
from .app import App
from .messages import trim
from .people import users

T = TypeVar("T", Message, Member)

ID_DIGITS = len(str(MAX_ID))
MESSAGE_COST = 4
"""In members: a message has more columns, and its text may be long."""


class Request(Struct, frozen=True):
    """One chat to report on: everything since `since`, or a fresh start with the newest `page` messages."""

    chat: Chat
    role: Role
    since: int
    reset: bool
    page: int

    @property
    def newest(self) -> range:
        """The numbers of the newest messages: `seq` is dense, a deleted message keeps its row. 0 is nobody's."""
        return range(max(0, self.chat.head_seq - self.page + 1), self.chat.head_seq + 1)

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
    return await _with_people(app, actor, await _state(app, actor, place, command.since))


async def _state(app: App, actor: Actor, place: access.Place, since: int) -> ChatState:
    request = _request(app, place.chat, place.role, since, app.config.page_messages)
    async with app.reading:
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
    held = _held(command)
    mine = await store.chats.of(app.db, actor.user_id)
    requests = [
        _request(app, chat, role, held.get(chat.id, 0), app.config.sync_messages)
        for chat, role in mine
        if held.get(chat.id) != chat.rev
    ]
    async with app.reading:
        states, people = await _filled(app, actor, requests)
    people |= await users(app.bus, {actor.user_id} - people.keys(), actor.user_id)
    if actor.user_id not in people:
        raise Refused(NotFound())
    return Synced(
        chats=states,
        gone=list(held.keys() - {chat.id for chat, _ in mine}),
        people=list(people.values()),
        me=people[actor.user_id],
        more=len(states) < len(requests),
    )


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


def _held(command: Sync) -> dict[int, int]:
    if not all(chat_id.isascii() and chat_id.isdecimal() and len(chat_id) <= ID_DIGITS for chat_id in command.chats):
        raise Refused(Invalid(detail="The keys of `chats` are chat ids"))
    return {int(chat_id): rev for chat_id, rev in command.chats.items()}


def _request(app: App, chat: Chat, role: Role, since: int, page: int) -> Request:
    """`since` 0 means that the client holds nothing; one beyond the chat's `rev` comes from a lost future."""
    reset = since == 0 or since > chat.rev or chat.rev - since > app.config.changes_limit
    return Request(chat=chat, role=role, since=since, reset=reset, page=page)


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
    """The states, read in one round trip and with four statements, however many they are.

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
    found = await app.db.together(statements)
    messages, members = _by_chat(Message, found[::2]), _by_chat(Member, found[1::2])
    return [
        ChatState(
            chat=request.chat,
            messages=sorted(messages[request.chat.id], key=attrgetter("seq")),
            members=members[request.chat.id],
            people=[],
            mine=Mine(role=request.role),
            reset=request.reset,
        )
        for request in requests
    ]


def _by_chat(kind: type[T], found: Iterable[list[Row]]) -> dict[int, list[T]]:
    grouped: defaultdict[int, list[T]] = defaultdict(list)
    for rows in found:
        for item in rows_as(kind, rows):
            grouped[item.chat_id].append(item)
    return grouped
