"""The people of a chat: their profiles, and what other services ask about who is with whom."""

from msgspec.structs import replace

from dialog.bus import Bus
from dialog.protocol.accounts import User, UserChanged
from dialog.protocol.base import Actor, NotFound, Refused
from dialog.protocol.chats import GetPeople, Member, MemberChanged, People
from dialog.protocol.internal import Epoch, GetDirectPartners, GetEpoch, GetGroupIds, GetUsers, GroupIds, PartnerIds
from dialog.service import command, on

from . import access, store
from .app import App

ASK_AT_ONCE = 1000


async def users(bus: Bus, user_ids: set[int], viewer: int = 0) -> dict[int, User]:
    """The profiles of those who exist, by id, as `viewer` or (0) anybody may see them."""
    wanted = sorted(user_ids)
    found: dict[int, User] = {}
    for start in range(0, len(wanted), ASK_AT_ONCE):
        answer = await bus.call(GetUsers(user_ids=wanted[start : start + ASK_AT_ONCE], viewer=viewer))
        found |= {user.id: user for user in answer.users}
    return found


@command
async def get_people(app: App, actor: Actor, command: GetPeople) -> People:
    await access.member_of(app.db, actor, command.chat_id)
    if not command.user_ids:
        return People(users=[])
    known = await store.members.ever_among(app.db, command.chat_id, command.user_ids)
    quoted = await store.forwarded.among(app.db, command.chat_id, command.user_ids)
    return People(users=list((await users(app.bus, {*known, *quoted}, actor.user_id)).values()))


@command
async def get_group_ids(app: App, _actor: Actor, command: GetGroupIds) -> GroupIds:
    return GroupIds(chat_ids=await app.groups.add(command.user_id))


@command
async def get_epoch(app: App, _actor: Actor, command: GetEpoch) -> Epoch:
    return Epoch(epoch=await store.chats.epoch(app.db))


@command
async def get_direct_partners(app: App, _actor: Actor, command: GetDirectPartners) -> PartnerIds:
    return PartnerIds(user_ids=await app.partners.add(command.user_id))


@on(UserChanged)
async def user_changed(app: App, fact: UserChanged) -> None:
    """A new profile is a change of the member in each of their chats, so that one `rev` per chat is all a client keeps.

    Heard twice it says the same twice: `User.rev` tells clients which profile is the newer one.
    """
    user = (await users(app.bus, {fact.user_id})).get(fact.user_id)
    if user is None:
        return
    for chat_id in await store.chats.ids_of(app.db, fact.user_id):
        try:
            await _tell_chat(app, chat_id, user)
        except Refused as refused:
            if not isinstance(refused.failure, NotFound):  # they have left it meanwhile
                raise


async def _tell_chat(app: App, chat_id: int, user: User) -> None:
    async with app.db.transaction() as tx:
        place, _ = await access.known_or_not(tx, user.id, chat_id)
        member: Member | None = await store.members.get(tx, chat_id, user.id)
        if member is None:
            return
        chat = replace(place.chat, rev=place.chat.rev + 1)
        changed = replace(member, rev=chat.rev)
        tx.later(store.members.change(changed), store.chats.move_rev(chat))
        event = MemberChanged(member=changed, user=user, member_count=chat.member_count)
        tx.publish(event, *access.topics(chat, place.barriers))
