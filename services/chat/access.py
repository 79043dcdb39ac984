"""The only way to obtain a chat. What is not yours to see does not exist."""

from msgspec import Struct

from dialog.db import Database, Transaction
from dialog.protocol.base import Actor, Forbidden, NotFound, Refused
from dialog.protocol.chats import Chat, ChatKind, NotAGroup, Role

from . import store
from .barriers import people_told


class Place(Struct, frozen=True):
    """A chat, and the role that the one who asks has in it."""

    chat: Chat
    role: Role
    barriers: int = 0
    """What stands between the two of a direct chat: bits of `barriers.Barrier`."""


def topics(chat: Chat, barriers: int = 0, hidden_from: int | None = None) -> tuple[str, ...]:
    """Who hears what happens in a chat: the topic of a group, or the two people of a direct chat.

    Of a direct chat with `barriers` maybe only one knows, and a message may be hidden from one.
    """
    if chat.kind is ChatKind.GROUP:
        return (f"chat.{chat.id}",)
    if not barriers and hidden_from is None:
        return (f"user.{chat.low_id}", f"user.{chat.high_id}")
    return tuple(f"user.{user_id}" for user_id in people_told(chat, barriers) if user_id != hidden_from)


async def member_of(db: Database, actor: Actor, chat_id: int) -> Place:
    """The chat as `actor` may read it, as far as they can tell. Raises Refused(NotFound)."""
    return _place(await db.together(store.chats.place(chat_id, actor.user_id)), reading=True)


async def acting_in(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """The chat for a change by `actor`: nobody else changes it until we commit. Raises Refused(NotFound)."""
    return _place(await tx.together(store.chats.locked_place(chat_id, actor.user_id)))


async def group_of(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """Like `acting_in`, for what only groups have. Raises Refused(NotAGroup)."""
    place = await acting_in(tx, actor, chat_id)
    if place.chat.kind is not ChatKind.GROUP:
        raise Refused(NotAGroup())
    return place


async def may_manage(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """The group, if its members are `actor`'s to choose. Raises Refused(Forbidden)."""
    place = await group_of(tx, actor, chat_id)
    if place.role is not Role.OWNER:
        raise Refused(Forbidden())
    return place


def may_delete(place: Place, actor: Actor, author_id: int) -> None:
    """Authors delete what is theirs, owners anything. Raises Refused(Forbidden)."""
    if actor.user_id != author_id and not (place.chat.kind is ChatKind.GROUP and place.role is Role.OWNER):
        raise Refused(Forbidden())


async def known_or_not(tx: Transaction, user_id: int, chat_id: int) -> tuple[Place, store.chats.Seat]:
    """A chat that somebody is in, known to them or not: for what is not done by them. Raises Refused(NotFound)."""
    chat, seat, barriers = store.chats.read_place(await tx.together(store.chats.locked_place(chat_id, user_id)))
    if chat is None or seat is None:
        raise Refused(NotFound())
    return Place(chat=chat, role=seat.role, barriers=barriers), seat


def _place(found: store.chats.PlaceRows, *, reading: bool = False) -> Place:
    chat, seat, barriers = store.chats.read_place(found)
    if chat is None or seat is None or seat.unaware:
        raise Refused(NotFound())
    return Place(chat=store.chats.known(chat, seat) if reading else chat, role=seat.role, barriers=barriers)
