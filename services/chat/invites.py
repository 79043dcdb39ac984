"""Invites: links that let people into a group, and those who ask by them."""

import secrets

from dialog.cache import Rate
from dialog.db import Database, Transaction
from dialog.ids import now_ms
from dialog.protocol.accounts import User
from dialog.protocol.base import Actor, Invalid, NotFound, Nothing, Refused, TooLarge
from dialog.protocol.chats import GroupFull
from dialog.protocol.invites import (
    ApproveJoin,
    CreateInvite,
    DeclineJoin,
    Invite,
    InviteLook,
    InviteOver,
    Invites,
    InviteUse,
    JoinDeclined,
    JoinRequest,
    JoinRequested,
    JoinRequests,
    ListInvites,
    ListJoinRequests,
    LookAtInvite,
    RevokeInvite,
    UseInvite,
)
from dialog.protocol.notices import MemberJoined
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend
from .members import addable, bring_in
from .people import users

TOKEN_BYTES = 18
"""144 random bits: 24 characters."""
LOOKS = Rate(burst=30, every=2.0)
"""How fast one person may try tokens."""


@command
async def create_invite(app: App, actor: Actor, command: CreateInvite) -> Invite:
    await spend(app, actor, "managing", app.config.managing)
    now = now_ms()
    if command.expires_at is not None and command.expires_at <= now:
        raise Refused(Invalid(detail="`expires_at` has passed"))
    invite = Invite(
        chat_id=command.chat_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_by=actor.user_id,
        created_at=now,
        expires_at=command.expires_at,
        uses=command.uses,
        used=0,
        approval=command.approval,
    )
    async with app.db.transaction() as tx:
        await access.may_manage(tx, actor, command.chat_id)
        standing = [one for one in await store.invites.of(tx, command.chat_id) if not _expired(one, now)]
        if len(standing) >= app.config.invites:
            raise Refused(TooLarge(limit=app.config.invites))
        tx.later(store.invites.delete_expired(command.chat_id, now), store.invites.insert(invite))
    return invite


@command
async def list_invites(app: App, actor: Actor, command: ListInvites) -> Invites:
    await access.may_look_behind(app.db, actor, command.chat_id)
    now = now_ms()
    found = await store.invites.of(app.db, command.chat_id)
    return Invites(invites=[invite for invite in found if not _expired(invite, now)])


@command
async def revoke_invite(app: App, actor: Actor, command: RevokeInvite) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    async with app.db.transaction() as tx:
        await access.may_manage(tx, actor, command.chat_id)  # with its lock: whoever uses the invite now comes after
        tx.later(store.invites.delete(command.chat_id, command.token))
    return Nothing()


@command
async def look_at_invite(app: App, actor: Actor, command: LookAtInvite) -> InviteLook:
    await _slow_down(app, actor)
    invite = await store.invites.get(app.db, command.token)
    if invite is None:
        raise Refused(InviteOver())
    place = await access.seen_from_outside(app.db, actor, invite.chat_id)
    asked = await store.invites.request_of(app.db, invite.chat_id, actor.user_id) is not None
    if place.role is None and not asked:  # who has asked by it may go on waiting when it is over for others
        await _check(app.db, actor, invite)
    return InviteLook(
        title=place.chat.title,
        description=place.chat.description,
        member_count=place.chat.member_count,
        approval=invite.approval,
        joined=place.role is not None,
        asked=asked,
    )


@command
async def use_invite(app: App, actor: Actor, command: UseInvite) -> InviteUse:
    await _slow_down(app, actor)
    seen = await store.invites.get(app.db, command.token)
    if seen is None:
        raise Refused(InviteOver())
    me = (await addable(app, actor, {actor.user_id}))[actor.user_id]
    async with app.db.transaction() as tx:
        place = await access.coming_in(tx, actor, seen.chat_id)
        if place.role is not None:
            return InviteUse(chat=place.chat)
        # Once the group is locked nobody else uses or revokes this invite.
        invite = await store.invites.get(tx, command.token)
        if invite is None:
            raise Refused(InviteOver())
        if invite.approval and await store.invites.request_of(tx, invite.chat_id, actor.user_id):
            return InviteUse(chat=None)
        await _check(tx, actor, invite)
        if place.chat.member_count >= app.config.group_size:
            raise Refused(GroupFull(limit=app.config.group_size))
        tx.later(store.invites.count_use(invite.token))
        if invite.approval:
            await _ask(app, tx, invite.chat_id, me)
            return InviteUse(chat=None)
        tx.later(store.invites.delete_requests(invite.chat_id, [actor.user_id]))
        return InviteUse(chat=bring_in(tx, place.chat, [me], actor.user_id, MemberJoined()))


async def _slow_down(app: App, actor: Actor) -> None:
    """Nobody tries out tokens, nor watches groups by their invites. Raises Refused(TooManyRequests)."""
    await spend(app, actor, "invites", LOOKS)


async def _check(db: Database | Transaction, actor: Actor, invite: Invite) -> None:
    """Raises Refused(InviteOver) when the invite is not for this person or not for anybody any more.

    A ban looks the same, so that nobody learns of it.
    """
    used_up = invite.uses is not None and invite.used >= invite.uses
    if used_up or _expired(invite, now_ms()) or await store.bans.among(db, invite.chat_id, [actor.user_id]):
        raise Refused(InviteOver())


def _expired(invite: Invite, now: int) -> bool:
    return invite.expires_at is not None and invite.expires_at <= now


async def _ask(app: App, tx: Transaction, chat_id: int, user: User) -> None:
    """Put the question to the admins. Raises Refused(TooLarge) when too many wait already."""
    if len(await store.invites.requests(tx, chat_id)) >= app.config.join_requests:
        raise Refused(TooLarge(limit=app.config.join_requests))
    request = JoinRequest(user_id=user.id, requested_at=now_ms())
    tx.later(store.invites.put_request(chat_id, request))
    tx.publish(JoinRequested(chat_id=chat_id, request=request, user=user), *await _admins(tx, chat_id))


async def _admins(tx: Transaction, chat_id: int) -> list[str]:
    """The topics of those who decide."""
    return [f"user.{admin_id}" for admin_id in await store.members.admin_ids(tx, chat_id)]


@command
async def list_join_requests(app: App, actor: Actor, command: ListJoinRequests) -> JoinRequests:
    await access.may_look_behind(app.db, actor, command.chat_id)
    requests = await store.invites.requests(app.db, command.chat_id)
    people = await users(app.bus, {request.user_id for request in requests}, actor.user_id)
    return JoinRequests(requests=requests, people=list(people.values()))


@command
async def approve_join(app: App, actor: Actor, command: ApproveJoin) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    await access.may_look_behind(app.db, actor, command.chat_id)
    people = await addable(app, actor, {command.user_id})
    async with app.db.transaction() as tx:
        place = await access.may_manage(tx, actor, command.chat_id)
        if await store.members.get(tx, command.chat_id, command.user_id):
            return Nothing()
        if await store.invites.request_of(tx, command.chat_id, command.user_id) is None:
            raise Refused(NotFound())
        if place.chat.member_count >= app.config.group_size:
            raise Refused(GroupFull(limit=app.config.group_size))
        tx.later(store.invites.delete_requests(command.chat_id, [command.user_id]))
        bring_in(tx, place.chat, list(people.values()), command.user_id, MemberJoined())
    return Nothing()


@command
async def decline_join(app: App, actor: Actor, command: DeclineJoin) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    async with app.db.transaction() as tx:
        await access.may_manage(tx, actor, command.chat_id)
        await decline(tx, command.chat_id, command.user_id)
    return Nothing()


async def decline(tx: Transaction, chat_id: int, user_id: int) -> None:
    """Somebody asks no more, if they did."""
    if await store.invites.request_of(tx, chat_id, user_id):
        tx.later(store.invites.delete_requests(chat_id, [user_id]))
        tx.publish(JoinDeclined(chat_id=chat_id, user_id=user_id), *await _admins(tx, chat_id))
