"""Members of groups: add, remove, leave, change roles."""

from msgspec.structs import replace

from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.accounts import User
from dialog.protocol.bans import Banned
from dialog.protocol.base import Actor, Forbidden, NotFound, Nothing, Refused
from dialog.protocol.chats import (
    AddMember,
    Chat,
    ChatJoined,
    ChatLeft,
    EditMember,
    GroupFull,
    LeaveChat,
    MayNotAdd,
    Member,
    MemberChanged,
    RemoveMember,
    Role,
    TooManyChats,
)
from dialog.protocol.internal import GetStandings
from dialog.protocol.notices import MemberLeft, MemberRemoved, MembersAdded, Notice, RoleGiven
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .limits import spend
from .notices import post_notice
from .people import users


async def addable(app: App, actor: Actor, user_ids: set[int]) -> dict[int, User]:
    """The people to bring into a chat. Raises Refused(NotFound, TooManyChats, TooManyRequests)."""
    await spend(app, actor, "gatherings", app.config.gatherings, len(user_ids))
    found = await users(app.bus, user_ids)
    if found.keys() != user_ids:
        raise Refused(NotFound())
    limit = app.config.chats_per_user
    if any(row.number >= limit for row in await store.chats.counts(app.db, list(user_ids))):
        raise Refused(TooManyChats(limit=limit))
    return found


async def addable_by(app: App, actor: Actor, user_ids: set[int]) -> dict[int, User]:
    """The people whom `actor` brings into a group. Raises Refused(MayNotAdd) and what `addable` raises.

    Who blocks them is as if only friends might add them: were they left out, the list of members would tell.
    """
    people = await addable(app, actor, user_ids)
    others = sorted(people.keys() - {actor.user_id})
    if others:
        found = (await app.bus.call(GetStandings(user_id=actor.user_id, other_ids=others))).standings
        if unwilling := [one.user_id for one in found if one.blocked or not one.may_add]:
            raise Refused(MayNotAdd(user_ids=unwilling))
    return people


@command
@visible
async def add_member(app: App, actor: Actor, command: AddMember) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    await access.member_of(app.db, actor, command.chat_id)  # before anything is said about who exists
    people = await addable_by(app, actor, set(command.user_ids))
    async with app.db.transaction() as tx:
        place = await access.group_of(tx, actor, command.chat_id)
        access.require(place, place.chat.may_add)
        present = await store.members.present_among(tx, command.chat_id, command.user_ids)
        new = [people[user_id] for user_id in dict.fromkeys(command.user_ids) if user_id not in present]
        if place.chat.member_count + len(new) > app.config.group_size:
            raise Refused(GroupFull(limit=app.config.group_size))
        if not new:
            return Nothing()
        user_ids = [user.id for user in new]
        if await store.bans.among(tx, command.chat_id, user_ids):
            raise Refused(Banned())
        tx.later(store.invites.delete_requests(command.chat_id, user_ids))
        bring_in(tx, place.chat, new, actor.user_id, MembersAdded(user_ids=user_ids))
    return Nothing()


def bring_in(tx: Transaction, chat: Chat, new: list[User], author_id: int, notice: Notice) -> Chat:
    """One change per person and the notice of it all; each of them learns of the chat on their own topic."""
    joined_seq = chat.head_seq
    joined: list[Member] = []
    for user in new:
        chat = replace(chat, rev=chat.rev + 1, member_count=chat.member_count + 1)
        member = Member(
            chat_id=chat.id, user_id=user.id, role=Role.MEMBER, joined_seq=joined_seq, rev=chat.rev, left=False
        )
        joined.append(member)
        event = MemberChanged(member=member, user=user, member_count=chat.member_count)
        tx.publish(event, *access.topics(chat))
    chat = post_notice(tx, chat, author_id, notice)
    tx.later(store.members.put(joined, now_ms()), store.chats.move_members(chat))
    tx.publish(ChatJoined(chat=chat), *(f"user.{user.id}" for user in new))
    return chat


@command
@visible
async def remove_member(app: App, actor: Actor, command: RemoveMember) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    if command.user_id == actor.user_id:
        raise Refused(Forbidden())  # leaving is `chat.leave`
    async with app.db.transaction() as tx:
        place = await access.may_manage(tx, actor, command.chat_id)
        member = await store.members.get(tx, command.chat_id, command.user_id)
        if member is None:
            raise Refused(NotFound())
        access.above(place, member)
        put_out(tx, place.chat, member, actor.user_id)
    return Nothing()


def put_out(tx: Transaction, chat: Chat, member: Member, author_id: int) -> None:
    """Somebody is put out of a group."""
    chat = _end(tx, chat, member)
    chat = post_notice(tx, chat, author_id, MemberRemoved(user_id=member.user_id))
    tx.later(store.chats.move_members(chat))


@command
async def leave_chat(app: App, actor: Actor, command: LeaveChat) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    async with app.db.transaction() as tx:
        place = await access.group_of(tx, actor, command.chat_id)
        member = await store.members.get(tx, command.chat_id, actor.user_id)
        if member is None:
            raise Refused(NotFound())
        heir = await store.members.heir(tx, command.chat_id, actor.user_id) if member.role is Role.OWNER else None
        chat = post_notice(tx, _end(tx, place.chat, member), actor.user_id, MemberLeft())
        if heir:
            chat = _give_role(tx, chat, heir, Role.OWNER)
            chat = post_notice(tx, chat, actor.user_id, RoleGiven(user_id=heir.user_id, role=Role.OWNER))
        if chat.member_count == 0:
            tx.later(store.invites.forget_chat(chat.id), store.invites.forget_requests(chat.id))
        tx.later(store.chats.move_members(chat))
        if command.delete_mine:
            tx.later(store.clearing.withdraw(chat.id, actor.user_id, chat.head_seq, now_ms()))
    return Nothing()


def _end(tx: Transaction, chat: Chat, member: Member) -> Chat:
    """Somebody is out. Their sockets are told first, so that they hear no more of the group."""
    chat = replace(chat, rev=chat.rev + 1, member_count=chat.member_count - 1)
    ended = replace(member, rev=chat.rev, role=Role.MEMBER, left=True)
    tx.later(store.members.end(ended, chat.head_seq))
    tx.later(store.clearing.ask_purge(chat.id, now_ms()))  # those who stay may all have cleared it
    tx.later(store.preferences.begin_anew(member.user_id, chat.id, now_ms()))
    tx.publish(ChatLeft(chat_id=chat.id, rev=chat.rev), f"user.{member.user_id}")
    tx.publish(MemberChanged(member=ended, user=None, member_count=chat.member_count), *access.topics(chat))
    return chat


@command
@visible
async def edit_member(app: App, actor: Actor, command: EditMember) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    async with app.db.transaction() as tx:
        place = await access.group_of(tx, actor, command.chat_id)
        access.require(place, Role.OWNER)
        member = await store.members.get(tx, command.chat_id, command.user_id)
        if member is None:
            raise Refused(NotFound())
        if member.role is command.role:
            return Nothing()
        if member.user_id == actor.user_id:
            raise Refused(Forbidden())  # a group has an owner: make somebody else one
        chat = _give_role(tx, place.chat, member, command.role)
        if command.role is Role.OWNER:
            mine = await store.members.get(tx, command.chat_id, actor.user_id)
            if mine:
                chat = _give_role(tx, chat, mine, Role.ADMIN)
        chat = post_notice(tx, chat, actor.user_id, RoleGiven(user_id=member.user_id, role=command.role))
        tx.later(store.chats.move_members(chat))
    return Nothing()


def _give_role(tx: Transaction, chat: Chat, member: Member, role: Role) -> Chat:
    chat = replace(chat, rev=chat.rev + 1)
    changed = replace(member, rev=chat.rev, role=role)
    tx.later(store.members.change(changed))
    tx.publish(MemberChanged(member=changed, user=None, member_count=chat.member_count), *access.topics(chat))
    return chat
