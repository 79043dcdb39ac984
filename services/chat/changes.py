"""Staying in step: what changed in a chat, or in all of them, since the `rev` that a client holds."""

from collections.abc import Iterator, Sequence

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

ID_DIGITS = len(str(MAX_ID))


class Request(Struct, frozen=True):
    """One chat to report on: everything since `since`, or a fresh start with the newest `page` messages."""

    chat: Chat
    role: Role
    since: int
    reset: bool
    page: int

    def statements(self) -> list[Statement]:
        """Messages, then members."""
        if self.reset:
            return [store.newest_messages(self.chat.id, self.page), store.members_now(self.chat.id)]
        return [store.messages_since(self.chat.id, self.since), store.members_since(self.chat.id, self.since)]

    @property
    def cost(self) -> int:
        """How many rows it may take."""
        return self.page + self.chat.member_count if self.reset else self.chat.rev - self.since


@command
async def get_chat(app: App, actor: Actor, command: GetChat) -> ChatState:
    place = await access.member_of(app.db, actor, command.chat_id)
    return await _with_people(app, await _state(app, place, since=0))


@command
async def chat_changes(app: App, actor: Actor, command: ChatChanges) -> ChatState:
    place = await access.member_of(app.db, actor, command.chat_id)
    return await _with_people(app, await _state(app, place, command.since))


async def _state(app: App, place: access.Place, since: int) -> ChatState:
    request = _request(app, place.chat, place.role, since, app.config.page_messages)
    async with app.reading:
        [state] = await _states(app, [request])
        return await _fitting(app, request, state)


async def _fitting(app: App, request: Request, state: ChatState) -> ChatState:
    """The state, or a fresh start with fewer messages when it is larger than a reply should be."""
    if _size(state.messages) <= app.config.reply_bytes:
        return state
    [state] = await _states(app, [replace(request, reset=True)])
    newest_first = sorted(state.messages, key=lambda message: -message.seq)
    return replace(state, messages=trim(newest_first, app.config.reply_bytes)[::-1])


def _size(value: object) -> int:
    return len(ENCODER.encode(value))


async def _with_people(app: App, state: ChatState) -> ChatState:
    found = await users(app.bus, {member.user_id for member in state.members})
    return replace(state, people=list(found.values()))


@command
async def sync(app: App, actor: Actor, command: Sync) -> Synced:
    held = _held(command)
    mine = {chat.id: chat for chat in await store.chats_of(app.db, actor.user_id)}
    requests = [
        _request(app, chat, chat.role, held.get(chat.id, 0), app.config.sync_messages)
        for chat in mine.values()
        if held.get(chat.id) != chat.rev
    ]
    async with app.reading:
        states, people = await _filled(app, requests)
    people |= await users(app.bus, {actor.user_id} - people.keys())
    if actor.user_id not in people:
        raise Refused(NotFound())
    return Synced(
        chats=states,
        gone=[chat_id for chat_id in held if chat_id not in mine],
        people=list(people.values()),
        me=people[actor.user_id],
        more=len(states) < len(requests),
    )


async def _filled(app: App, requests: list[Request]) -> tuple[list[ChatState], dict[int, User]]:
    """The states that fit into one reply, in their order and at least one, and the people in them.

    Read slice by slice, so that what does not fit any more is not read.
    """
    states: list[ChatState] = []
    people: dict[int, User] = {}
    size = 0
    for part in _slices(requests, app.config.sync_rows):
        for request, read in zip(part, await _states(app, part), strict=True):
            state = await _fitting(app, request, read)
            size += _size(state)
            if states and size > app.config.reply_bytes:
                break
            states.append(state)
        new = {member.user_id for state in states for member in state.members} - people.keys()
        people |= await users(app.bus, new)
        size += _size([people[user_id] for user_id in new & people.keys()])
        if size > app.config.reply_bytes:
            break
    return states, people


def _held(command: Sync) -> dict[int, int]:
    if not all(chat_id.isascii() and chat_id.isdecimal() and len(chat_id) <= ID_DIGITS for chat_id in command.chats):
        raise Refused(Invalid(detail="The keys of `chats` are chat ids"))
    return {int(chat_id): rev for chat_id, rev in command.chats.items()}


def _request(app: App, chat: Chat, role: Role, since: int, page: int) -> Request:
    """`since` 0 means that the client holds nothing; one beyond the chat's `rev` comes from a lost future."""
    reset = since == 0 or since > chat.rev or chat.rev - since > app.config.changes_limit
    wire = Chat(**{name: getattr(chat, name) for name in Chat.__struct_fields__})
    return Request(chat=wire, role=role, since=since, reset=reset, page=page)


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


async def _states(app: App, requests: Sequence[Request]) -> list[ChatState]:
    """The states, read in one round trip.

    The chats' rows were read before: what was committed since then may be in the state already. Its `rev` is beyond the
    chat's, and the client, which goes by the chat's `rev`, will hear of it once more.
    """
    if not requests:
        return []
    found = await app.db.together([statement for request in requests for statement in request.statements()])
    return [
        _read(request, messages, members)
        for request, messages, members in zip(requests, found[::2], found[1::2], strict=True)
    ]


def _read(request: Request, messages: list[Row], members: list[Row]) -> ChatState:
    return ChatState(
        chat=request.chat,
        messages=sorted(rows_as(Message, messages), key=lambda message: message.seq),
        members=rows_as(Member, members),
        people=[],
        mine=Mine(role=request.role),
        reset=request.reset,
    )
