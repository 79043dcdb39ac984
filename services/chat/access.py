"""The only way to obtain a chat. What is not yours to see does not exist."""

from collections.abc import Mapping

from msgspec import Struct

from dialog.db import Database, Transaction
from dialog.protocol.base import Actor, Failure, Forbidden, NotFound, Refused
from dialog.protocol.chats import Chat, ChatKind, Member, Mine, NotAGroup, Role
from dialog.protocol.messages import Message, NotAccepting

from . import store
from .barriers import Barrier, bit, other_in, people_told
from .own import Own
from .store.chats import LockedChat


class Place(Struct, frozen=True):
    """A chat, and what the one who asks is and has done in it."""

    chat: Chat
    role: Role
    mine: Mine
    barriers: int = 0
    """What stands between the two of a direct chat: bits of `barriers.Barrier`."""
    keeps: bool = False
    """Whether some of the chat was ever kept from the one who asks."""

    @property
    def own(self) -> Own:
        """What of it concerns only them."""
        return Own(self.chat, self.mine, self.keeps)


class Door(Struct, frozen=True):
    """A group as seen by somebody who may not be in it: then they have no role."""

    chat: Chat
    role: Role | None


class Seen(Struct, frozen=True):
    """A message that `viewer` sees."""

    viewer: int
    stored: Message
    hidden_from: int | None
    versions: Mapping[int, Message]
    """What it still is for those from whom later changes of it are kept."""

    @property
    def message(self) -> Message:
        """As the viewer sees it."""
        return self.versions.get(self.viewer, self.stored)


def topics(chat: Chat | LockedChat, barriers: int = 0, hidden_from: int | None = None) -> tuple[str, ...]:
    """Who hears what happens in a chat: the topic of a group, the two people of a direct chat, the one of a saved.

    Of a direct chat with `barriers` maybe only one knows, and a change may be hidden from one.
    """
    if chat.kind is ChatKind.GROUP:
        return (f"chat.{chat.id}",)
    if chat.kind is ChatKind.SAVED:
        return (f"user.{chat.low_id}",)
    if not barriers and hidden_from is None:
        return (f"user.{chat.low_id}", f"user.{chat.high_id}")
    return tuple(f"user.{user_id}" for user_id in people_told(chat, barriers) if user_id != hidden_from)


async def member_of(db: Database, actor: Actor, chat_id: int) -> Place:
    """The chat as `actor` may read it, as far as they can tell. Raises Refused(NotFound)."""
    return _place(await db.together(store.chats.place(chat_id, actor.user_id)), reading=True)


async def acting_in(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """The chat for a change by `actor`: nobody else changes it until we commit. Raises Refused(NotFound)."""
    return _place(await tx.together(store.chats.locked_place(chat_id, actor.user_id)))


async def place_of(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """Like `member_of`, within a transaction. Raises Refused(NotFound)."""
    return _place(await tx.together(store.chats.place(chat_id, actor.user_id)), reading=True)


async def own_place(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """The chat for a change that concerns only `actor`: their other devices change nothing until we commit.

    Raises Refused(NotFound).
    """
    return _place(await tx.together(store.chats.own_place(chat_id, actor.user_id)))


async def group_of(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """Like `acting_in`, for what only groups have. Raises Refused(NotAGroup)."""
    place = await acting_in(tx, actor, chat_id)
    if place.chat.kind is not ChatKind.GROUP:
        raise Refused(NotAGroup())
    return place


async def may_manage(tx: Transaction, actor: Actor, chat_id: int) -> Place:
    """The group, if `actor` is one of its admins. Raises Refused(Forbidden)."""
    place = await group_of(tx, actor, chat_id)
    require(place, Role.ADMIN)
    return place


async def may_look_behind(db: Database, actor: Actor, chat_id: int) -> Place:
    """The same, for reading what only admins see."""
    place = await member_of(db, actor, chat_id)
    if place.chat.kind is not ChatKind.GROUP:
        raise Refused(NotAGroup())
    require(place, Role.ADMIN)
    return place


async def seen_from_outside(db: Database, actor: Actor, chat_id: int) -> Door:
    """The group that an invite leads to, for `actor`, who need not be in it. Raises Refused(NotFound)."""
    return _door(await db.together(store.chats.place(chat_id, actor.user_id)))


async def coming_in(tx: Transaction, actor: Actor, chat_id: int) -> Door:
    """The same for a change: nobody else comes, goes or changes the group until we commit."""
    return _door(await tx.together(store.chats.locked_place(chat_id, actor.user_id)))


def _door(found: store.chats.PlaceRows) -> Door:
    chat, seat, _ = store.chats.read_place(found)
    if chat is None:
        raise Refused(NotFound())
    return Door(chat=chat, role=seat.mine.role if seat else None)


def require(place: Place, lowest: Role) -> None:
    """Raises Refused(Forbidden) unless whoever acts has this role or a higher one."""
    if not place.role.reaches(lowest):
        raise Refused(Forbidden())


def above(place: Place, member: Member) -> None:
    """Raises Refused(Forbidden) unless whoever acts has a higher role than `member`."""
    if not place.role.outranks(member.role):
        raise Refused(Forbidden())


def why_silent(chat: Chat | LockedChat, barriers: int, role: Role, user_id: int) -> Failure | None:
    """Why somebody who is in a chat may not write there, if they may not: its settings, or the other one's."""
    if chat.may_send is not Role.MEMBER and not role.reaches(chat.may_send):
        return Forbidden()
    return NotAccepting() if barriers and _is_refused(chat, barriers, user_id) else None


def may_write(place: Place, actor: Actor) -> None:
    """What may not be sent may not be brought in by an edit. Raises Refused(Forbidden, NotAccepting)."""
    if failure := why_silent(place.chat, place.barriers, place.role, actor.user_id):
        raise Refused(failure)


def may_touch(place: Place, actor: Actor) -> None:
    """Reacting and pinning go to everybody who reads a chat, also where only admins write; but they bring nothing to
    somebody who takes no messages from this person. Raises Refused(NotAccepting)."""
    if place.barriers and _is_refused(place.chat, place.barriers, actor.user_id):
        raise Refused(NotAccepting())


def _is_refused(chat: Chat | LockedChat, barriers: int, user_id: int) -> bool:
    """Whether the other one of a direct chat takes no messages from this person."""
    return bool(barriers & bit(chat, other_in(chat, user_id), Barrier.LOW_REFUSES))


def may_delete(place: Place, actor: Actor, author_id: int) -> None:
    """Authors delete what is theirs; in groups those whom `may_delete` names anything. Raises Refused(Forbidden)."""
    if actor.user_id != author_id:
        if place.chat.kind is not ChatKind.GROUP:
            raise Refused(Forbidden())
        require(place, place.chat.may_delete)


def may_pin(place: Place) -> None:
    """In groups, those whom `may_pin` names. Raises Refused(Forbidden)."""
    if place.chat.kind is ChatKind.GROUP:
        require(place, place.chat.may_pin)


def may_mention_all(place: Place) -> None:
    """In groups, admins. Raises Refused(Forbidden)."""
    if place.chat.kind is ChatKind.GROUP:
        require(place, Role.ADMIN)


def may_set_disappearing(place: Place) -> None:
    """In groups, admins. Raises Refused(Forbidden)."""
    if place.chat.kind is ChatKind.GROUP:
        require(place, Role.ADMIN)


async def seen_message(tx: Transaction, actor: Actor, place: Place, seq: int) -> Seen:
    """A message that `actor` sees: there is one, not deleted, and they have not cleared or hidden it.

    Raises Refused(NotFound).
    """
    found = await store.messages.get(tx, place.chat.id, seq, actor.user_id)
    if found is None or found.message.deleted_at is not None or seq <= place.mine.cleared_seq:
        raise Refused(NotFound())
    if place.mine.mark and await store.hidden.among(tx, actor.user_id, [(place.chat.id, seq)]):
        raise Refused(NotFound())
    versions = await store.versions.of(tx, place.chat.id, seq) if place.chat.kind is ChatKind.DIRECT else {}
    return Seen(viewer=actor.user_id, stored=found.message, hidden_from=found.hidden_from, versions=versions)


async def known_or_not(tx: Transaction, user_id: int, chat_id: int) -> tuple[Place, store.chats.Seat]:
    """A chat that somebody is in, known to them or not: for what is not done by them. Raises Refused(NotFound)."""
    chat, seat, barriers = store.chats.read_place(await tx.together(store.chats.locked_place(chat_id, user_id)))
    if chat is None or seat is None:
        raise Refused(NotFound())
    return Place(chat=chat, role=seat.mine.role, mine=seat.mine, barriers=barriers), seat


def _place(found: store.chats.PlaceRows, *, reading: bool = False) -> Place:
    chat, seat, barriers = store.chats.read_place(found)
    if chat is None or seat is None or seat.kept.unaware:
        raise Refused(NotFound())
    return Place(
        chat=store.chats.known(chat, seat.kept) if reading else chat,
        role=seat.mine.role,
        mine=seat.mine,
        barriers=barriers,
        keeps=seat.kept.hidden_rev > 0,
    )
