"""Staying in step: what changed in a chat, or in all of them, since the `rev` that a client holds."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Row, Statement, rows_as
from dialog.protocol.base import Actor, Invalid, NotFound, Refused
from dialog.protocol.chats import Chat, ChatChanges, ChatState, GetChat, Member, Mine, Role, Sync, Synced
from dialog.protocol.messages import Message
from dialog.service import command

from . import access, store
from .app import App
from .messages import trim
from .people import users


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
    [state] = await _states(app, [request])
    if sum(len(message.text) for message in state.messages) <= app.config.reply_text:
        return state
    [state] = await _states(app, [replace(request, reset=True)])
    newest_first = sorted(state.messages, key=lambda message: -message.seq)
    return replace(state, messages=trim(newest_first, app.config.reply_text)[::-1])


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
    states = _up_to(await _states(app, _affordable(requests, app.config.sync_rows)), app.config.reply_text)
    wanted = {member.user_id for state in states for member in state.members} | {actor.user_id}
    people = await users(app.bus, wanted)
    if actor.user_id not in people:
        raise Refused(NotFound())
    return Synced(
        chats=states,
        gone=[chat_id for chat_id in held if chat_id not in mine],
        people=list(people.values()),
        me=people[actor.user_id],
        more=len(states) < len(requests),
    )


def _held(command: Sync) -> dict[int, int]:
    try:
        return {int(chat_id): rev for chat_id, rev in command.chats.items()}
    except ValueError:
        raise Refused(Invalid(detail="The keys of `chats` are chat ids")) from None


def _request(app: App, chat: Chat, role: Role, since: int, page: int) -> Request:
    """`since` 0 means that the client holds nothing; one beyond the chat's `rev` comes from a lost future."""
    reset = since == 0 or since > chat.rev or chat.rev - since > app.config.changes_limit
    wire = Chat(**{name: getattr(chat, name) for name in Chat.__struct_fields__})
    return Request(chat=wire, role=role, since=since, reset=reset, page=page)


def _affordable(requests: list[Request], rows: int) -> list[Request]:
    """As many of the first requests as take `rows` rows together, at least one."""
    total = 0
    for number, request in enumerate(requests):
        total += request.cost
        if total > rows and number:
            return requests[:number]
    return requests


def _up_to(states: list[ChatState], text_limit: int) -> list[ChatState]:
    """As many of the first states as hold `text_limit` code points together, at least one."""
    total = 0
    for number, state in enumerate(states):
        total += sum(len(message.text) for message in state.messages)
        if total > text_limit and number:
            return states[:number]
    return states


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
