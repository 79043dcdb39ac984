"""Profiles: finding people, and who hears of a new profile."""

from dialog.protocol.accounts import FindUser, FoundUser, UserChanged
from dialog.protocol.base import Actor, NotFound, Refused
from dialog.protocol.internal import GetUsers, Users
from dialog.protocol.people import ProfileChanged
from dialog.service import command, on

from . import access, store
from .app import FEW, App
from .usernames import is_well_shaped
from .views import Asked, see_together, seen


@command
async def get_users(app: App, actor: Actor, command: GetUsers) -> Users:
    """The profiles behind some ids; unknown ids are left out. Those who ask for a few at once share the statements."""
    if not command.user_ids:
        return Users(users=[])
    asked = Asked(command.viewer, command.user_ids)
    if len(command.user_ids) > FEW:
        return (await see_together(app.config, app.db, [asked]))[0]
    return await app.profiles.add(asked)


@command
async def find_user(app: App, actor: Actor, command: FindUser) -> FoundUser:
    """The person with exactly this username."""
    await access.within(app, f"find:{access.caller(actor)}", app.config.finds)
    user = await store.accounts.user_by_name(app.db, command.username) if is_well_shaped(command.username) else None
    if user is None:
        raise Refused(NotFound())
    [found] = await see_together(app.config, app.db, [Asked(actor.user_id, [user.id])])
    if not found.users:
        raise Refused(NotFound())  # erased meanwhile
    return FoundUser(user=found.users[0])


@on(UserChanged)
async def tell_friends(app: App, fact: UserChanged) -> None:
    """Everybody else hears of a new profile in the chats they share. Twice is harmless: `User.rev` tells the newer."""
    after = 0
    while friends := await app.friends.add((fact.user_id, after)):
        after = friends[-1]
        async with app.db.transaction() as tx:
            tx.later(store.people.count_on(friends))  # those who are away learn from this that they missed something
            [person] = await store.people.people(tx, [fact.user_id]) or [None]
            if person is not None:
                event = ProfileChanged(user=seen(app.config, person, friends=True))
                tx.publish(event, *(f"user.{friend}" for friend in friends))
