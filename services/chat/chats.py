"""Chats: make a group, open the direct chat of two people, or one's saved messages."""

from msgspec.structs import replace

from dialog.db import Duplicate
from dialog.ids import new_id, now_ms
from dialog.protocol.base import Actor, NotFound, Refused
from dialog.protocol.chats import (
    Chat,
    ChatJoined,
    ChatKind,
    CreateChat,
    DirectOpened,
    GroupFull,
    Member,
    OpenDirect,
    OpenSaved,
    Role,
)
from dialog.service import command

from . import access, pairs, store
from .app import App
from .barriers import Barrier, bit
from .limits import spend
from .members import addable, addable_by
from .settings import clean_title


@command
async def create_chat(app: App, actor: Actor, command: CreateChat) -> Chat:
    await spend(app, actor, "openings", app.config.openings)
    title = clean_title(command.title)
    if made := await _made_before(app, actor, command.nonce):
        return made
    others = [user_id for user_id in dict.fromkeys(command.user_ids) if user_id != actor.user_id]
    if len(others) + 1 > app.config.group_size:
        raise Refused(GroupFull(limit=app.config.group_size))
    await addable_by(app, actor, {actor.user_id, *others})
    roles = {actor.user_id: Role.OWNER} | dict.fromkeys(others, Role.MEMBER)
    chat = Chat(
        id=new_id(),
        kind=ChatKind.GROUP,
        title=title,
        avatar=None,
        head_seq=0,
        rev=len(others) + 1,
        member_count=len(others) + 1,
        low_id=None,
        high_id=None,
        created_at=now_ms(),
    )
    try:
        return await _make(app, chat, roles, command.nonce)
    except Duplicate:  # asked for twice at once, or two ids of the same millisecond: once more is enough
        made = await _made_before(app, actor, command.nonce)
        return made or await _make(app, replace(chat, id=new_id()), roles, command.nonce)


async def _made_before(app: App, actor: Actor, nonce: str | None) -> Chat | None:
    """The group that `actor` made with this nonce. Raises Refused(NotFound) when they are not in it any more."""
    chat_id = await store.chats.made_group_id(app.db, actor.user_id, nonce) if nonce else None
    return (await access.member_of(app.db, actor, chat_id)).chat if chat_id else None


@command
async def open_direct(app: App, actor: Actor, command: OpenDirect) -> Chat:
    await spend(app, actor, "openings", app.config.openings)
    if command.user_id == actor.user_id:
        raise Refused(NotFound())  # there is no one else in that chat
    low_id, high_id = sorted((actor.user_id, command.user_id))
    chat_id = await store.chats.direct_chat_id(app.db, low_id, high_id)
    if chat_id is None:
        if app.manners.is_new(actor.user_id):
            await spend(app, actor, "directs", app.config.new_directs_daily)
        await addable(app, actor, {low_id, high_id})
        chat_id = await _claim(app, low_id, high_id)
    if await store.chats.get(app.db, chat_id) is None:
        await _make_direct(app, actor, chat_id, command.user_id)
    return await pairs.enter(app, actor, chat_id)


async def _claim(app: App, low_id: int, high_id: int) -> int:
    """The id of the one chat of these two, whoever is first. Making the chat itself may be left to a retry."""
    chat_id = new_id()
    try:
        await store.chats.claim_direct_chat(app.db, low_id, high_id, chat_id)
    except Duplicate:
        chat_id = await store.chats.direct_chat_id(app.db, low_id, high_id)
        if chat_id is None:
            raise
    return chat_id


async def _make_direct(app: App, actor: Actor, chat_id: int, other_id: int) -> None:
    """Make the chat. Whoever does not want to hear from `actor` does not learn of it."""
    low_id, high_id = sorted((actor.user_id, other_id))
    chat = Chat(
        id=chat_id,
        kind=ChatKind.DIRECT,
        title="",
        avatar=None,
        head_seq=0,
        rev=2,
        member_count=2,
        low_id=low_id,
        high_id=high_id,
        created_at=now_ms(),
    )
    standing = await pairs.between(app, actor.user_id, other_id)
    barriers = pairs.bits_of(actor.user_id, standing)
    unaware = standing.blocked or not standing.may_write
    if unaware:
        barriers |= bit(chat, other_id, Barrier.LOW_UNAWARE)
    try:
        async with app.db.transaction() as tx:
            tx.later(
                store.chats.insert(chat, barriers=barriers, friends=standing.friends, version=standing.version),
                store.members.put(_members(chat, {low_id: Role.MEMBER, high_id: Role.MEMBER}), chat.created_at),
            )
            if unaware:
                tx.later(store.members.set_unaware(chat.id, other_id, unaware=True))
            tx.publish(ChatJoined(chat=chat), *access.topics(chat, barriers))
            tx.tell(DirectOpened(low_id=low_id, high_id=high_id))
    except Duplicate:  # the other one of the two was quicker
        if await store.chats.get(app.db, chat_id) is None:
            raise
    await pairs.refresh(app, actor.user_id, other_id)


@command
async def open_saved(app: App, actor: Actor, command: OpenSaved) -> Chat:
    await spend(app, actor, "openings", app.config.openings)
    chat_id = await store.chats.saved_chat_id(app.db, actor.user_id) or await _claim_saved(app, actor.user_id)
    return await store.chats.get(app.db, chat_id) or await _make_saved(app, chat_id, actor.user_id)


async def _claim_saved(app: App, user_id: int) -> int:
    """As `_claim`, for one person."""
    chat_id = new_id()
    try:
        await store.chats.claim_saved_chat(app.db, user_id, chat_id)
    except Duplicate:
        chat_id = await store.chats.saved_chat_id(app.db, user_id)
        if chat_id is None:
            raise
    return chat_id


async def _make_saved(app: App, chat_id: int, user_id: int) -> Chat:
    chat = Chat(
        id=chat_id,
        kind=ChatKind.SAVED,
        title="",
        avatar=None,
        head_seq=0,
        rev=1,
        member_count=1,
        low_id=user_id,
        high_id=None,
        created_at=now_ms(),
    )
    try:
        return await _make(app, chat, {user_id: Role.OWNER})
    except Duplicate:  # another device was quicker
        made = await store.chats.get(app.db, chat_id)
        if made is None:
            raise
        return made


async def _make(app: App, chat: Chat, roles: dict[int, Role], nonce: str | None = None) -> Chat:
    """Store a new chat with its members, the one who makes it first, one change each, and tell them."""
    async with app.db.transaction() as tx:
        tx.later(store.chats.insert(chat), store.members.put(_members(chat, roles), chat.created_at))
        if nonce:
            tx.later(store.chats.note_group(next(iter(roles)), nonce, chat.id))
        tx.publish(ChatJoined(chat=chat), *(f"user.{user_id}" for user_id in roles))
    return chat


def _members(chat: Chat, roles: dict[int, Role]) -> list[Member]:
    return [
        Member(chat_id=chat.id, user_id=user_id, role=role, joined_seq=0, rev=number, left=False)
        for number, (user_id, role) in enumerate(roles.items(), start=1)
    ]
