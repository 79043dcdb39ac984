"""Members of groups: add, remove, leave."""

from msgspec.structs import replace

from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.accounts import User
from dialog.protocol.base import Actor, Forbidden, NotFound, Nothing, Refused, TooManyRequests
from dialog.protocol.chats import (
    AddMember,
    Chat,
    ChatJoined,
    ChatLeft,
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
from dialog.service import command

from . import access, store
from .app import App
from .people import users


async def addable(app: App, actor: Actor, user_ids: set[int]) -> dict[int, User]:
    """The people to bring into a chat. Raises Refused(NotFound, TooManyChats, TooManyRequests)."""
    if wait := app.gatherings.spend(f"user:{actor.user_id}", app.config.gatherings, len(user_ids)):
        raise Refused(TooManyRequests(retry_after=round(wait, 1)))
    found = await users(app.bus, user_ids)
    if found.keys() != user_ids:
        raise Refused(NotFound())
    limit = app.config.chats_per_user
    if any(row.number >= limit for row in await store.chats.counts(app.db, list(user_ids))):
        raise Refused(TooManyChats(limit=limit))
    return found


async def addable_by(app: App, actor: Actor, people: dict[int, User]) -> dict[int, User]:
    """Those whom `actor` really brings into a group. Raises Refused(MayNotAdd).

    Who blocks them does not come, and they are not told why.
    """
    others = sorted(people.keys() - {actor.user_id})
    if not others:
        return people
    found = (await app.bus.call(GetStandings(user_id=actor.user_id, other_ids=others))).standings
    if unwilling := [standing.user_id for standing in found if not standing.may_add]:
        raise Refused(MayNotAdd(user_ids=unwilling))
    blockers = {standing.user_id for standing in found if standing.blocked}
    return {user_id: user for user_id, user in people.items() if user_id not in blockers}


@command
async def add_member(app: App, actor: Actor, command: AddMember) -> Nothing:
    await access.member_of(app.db, actor, command.chat_id)  # before anything is said about who exists
    people = await addable_by(app, actor, await addable(app, actor, set(command.user_ids)))
    async with app.db.transaction() as tx:
        place = await access.may_manage(tx, actor, command.chat_id)
        present = await store.members.present_among(tx, command.chat_id, command.user_ids)
        new = [people[user_id] for user_id in dict.fromkeys(command.user_ids) if user_id in people.keys() - present]
        if place.chat.member_count + len(new) > app.config.group_size:
            raise Refused(GroupFull(limit=app.config.group_size))
        _join(tx, place.chat, new)
    return Nothing()


def _join(tx: Transaction, chat: Chat, new: list[User]) -> None:
    """One change per person; each of them learns of the chat on their own topic."""
    joined: list[Member] = []
    for user in new:
        chat = replace(chat, rev=chat.rev + 1, member_count=chat.member_count + 1)
        member = Member(
            chat_id=chat.id, user_id=user.id, role=Role.MEMBER, joined_seq=chat.head_seq, rev=chat.rev, left=False
        )
        joined.append(member)
        event = MemberChanged(member=member, user=user, member_count=chat.member_count)
        tx.publish(event, *access.topics(chat))
    if joined:
        tx.later(store.members.put(joined, now_ms()), store.chats.move_members(chat))
        tx.publish(ChatJoined(chat=chat), *(f"user.{user.id}" for user in new))


@command
async def remove_member(app: App, actor: Actor, command: RemoveMember) -> Nothing:
    if command.user_id == actor.user_id:
        raise Refused(Forbidden())  # leaving is `chat.leave`
    async with app.db.transaction() as tx:
        place = await access.may_manage(tx, actor, command.chat_id)
        member = await store.members.get(tx, command.chat_id, command.user_id)
        if member is None:
            raise Refused(NotFound())
        _end(tx, place.chat, member)
    return Nothing()


@command
async def leave_chat(app: App, actor: Actor, command: LeaveChat) -> Nothing:
    async with app.db.transaction() as tx:
        place = await access.group_of(tx, actor, command.chat_id)
        member = await store.members.get(tx, command.chat_id, actor.user_id)
        if member is None:
            raise Refused(NotFound())
        owner, heir = await store.members.owner_and_heir(tx, command.chat_id, actor.user_id)
        promoted = heir if owner is None and member.role is Role.OWNER else None
        chat = _end(tx, place.chat, member)
        if promoted:
            _promote(tx, chat, promoted)
    return Nothing()


def _end(tx: Transaction, chat: Chat, member: Member) -> Chat:
    """Somebody is out. Their sockets are told first, so that they hear no more of the group."""
    chat = replace(chat, rev=chat.rev + 1, member_count=chat.member_count - 1)
    ended = replace(member, rev=chat.rev, role=Role.MEMBER, left=True)
    tx.later(store.members.end(ended, chat.head_seq), store.chats.move_members(chat))
    tx.publish(ChatLeft(chat_id=chat.id, rev=chat.rev), f"user.{member.user_id}")
    tx.publish(MemberChanged(member=ended, user=None, member_count=chat.member_count), *access.topics(chat))
    return chat


def _promote(tx: Transaction, chat: Chat, member: Member) -> None:
    chat = replace(chat, rev=chat.rev + 1)
    promoted = replace(member, rev=chat.rev, role=Role.OWNER)
    tx.later(store.members.change(promoted), store.chats.move_rev(chat))
    tx.publish(MemberChanged(member=promoted, user=None, member_count=chat.member_count), *access.topics(chat))
