"""Bans: who may not come back into a group."""

from dialog.ids import now_ms
from dialog.protocol.bans import Ban, BanMember, Bans, ListBans, UnbanMember
from dialog.protocol.base import Actor, Forbidden, NotFound, Nothing, Refused, TooLarge
from dialog.protocol.roles import Role
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .invites import decline
from .limits import spend
from .members import put_out
from .people import users


@command
@visible
async def ban_member(app: App, actor: Actor, command: BanMember) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    access.require(await access.member_of(app.db, actor, command.chat_id), Role.ADMIN)
    if command.user_id == actor.user_id:
        raise Refused(Forbidden())
    if not await users(app.bus, {command.user_id}):
        raise Refused(NotFound())
    async with app.db.transaction() as tx:
        place = await access.may_manage(tx, actor, command.chat_id)
        banned = {ban.user_id for ban in await store.bans.of(tx, command.chat_id)}
        if len(banned | {command.user_id}) > app.config.bans:
            raise Refused(TooLarge(limit=app.config.bans))
        member = await store.members.get(tx, command.chat_id, command.user_id)
        if member:
            access.above(place, member)
            put_out(tx, place.chat, member, actor.user_id)
        ban = Ban(user_id=command.user_id, banned_by=actor.user_id, banned_at=now_ms())
        tx.later(store.bans.put(command.chat_id, ban))
        await decline(tx, command.chat_id, command.user_id)
    return Nothing()


@command
async def unban_member(app: App, actor: Actor, command: UnbanMember) -> Nothing:
    await spend(app, actor, "managing", app.config.managing)
    async with app.db.transaction() as tx:
        await access.may_manage(tx, actor, command.chat_id)
        tx.later(store.bans.lift(command.chat_id, command.user_id))
    return Nothing()


@command
async def list_bans(app: App, actor: Actor, command: ListBans) -> Bans:
    await access.may_look_behind(app.db, actor, command.chat_id)
    bans = await store.bans.of(app.db, command.chat_id)
    people = await users(app.bus, {ban.user_id for ban in bans})
    return Bans(bans=bans, people=list(people.values()))
