"""What a profile looks like to others, by the settings of its owner."""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from dialog.batch import Batch
from dialog.db import Database
from dialog.protocol.accounts import User
from dialog.protocol.internal import Users
from dialog.protocol.settings import Whom

from . import store
from .config import Config
from .store.people import Person


class Asked(Struct, frozen=True):
    """Whose profiles somebody (or, as 0, nobody in particular) wants to see."""

    viewer: int
    user_ids: list[int]


def allows(whom: Whom, *, friends: bool) -> bool:
    """Whether somebody is among those to whom a thing is allowed."""
    return whom is Whom.EVERYONE or (whom is Whom.FRIENDS and friends)


def seen(config: Config, person: Person, *, friends: bool) -> User:
    """The profile as a friend or a stranger sees it."""
    if allows(person.who_sees_profile or config.who_sees_profile, friends=friends):
        return whole(person)
    return replace(whole(person), description="", avatar=None, private=True)


def whole(person: Person) -> User:
    """The profile as its owner sees it."""
    return User(
        id=person.id,
        username=person.username,
        display_name=person.display_name,
        description=person.description,
        avatar=person.avatar,
        rev=person.rev,
    )


async def see_together(config: Config, db: Database, asked: list[Asked]) -> list[Users]:
    """What each of these may see, with two statements for them all."""
    wanted = {user_id for one in asked for user_id in one.user_ids}
    found = {person.id: person for person in await store.people.people(db, sorted(wanted))}
    choosy = {
        id_ for id_, person in found.items() if (person.who_sees_profile or config.who_sees_profile) is Whom.FRIENDS
    }
    pairs = [(one.viewer, choosy.intersection(one.user_ids) - {one.viewer}) for one in asked if one.viewer]
    unsure = [(viewer, sorted(others)) for viewer, others in pairs if others]
    friends = await store.people.friends_among(db, unsure) if unsure else set[tuple[int, int]]()
    return [_users(config, one, found, friends) for one in asked]


def _users(config: Config, asked: Asked, found: dict[int, Person], friends: set[tuple[int, int]]) -> Users:
    people = [found[user_id] for user_id in dict.fromkeys(asked.user_ids) if user_id in found]
    me = found.get(asked.viewer)
    return Users(
        users=[
            whole(person) if person is me else seen(config, person, friends=(asked.viewer, person.id) in friends)
            for person in people
        ],
        people_rev=me.people_rev if me and me in people else 0,
    )


def open_views(config: Config, db: Database, *, size: int, waiting: int, pause: float) -> Batch[Asked, Users]:
    """Reads the profiles for all who ask at once."""
    return Batch(partial(see_together, config, db), size=size, waiting=waiting, pause=pause)
