"""People you know: friends, requests, blocks.

One number per person, the `rev` of their own affairs, counts each lasting change of their relations and settings.
"""

from enum import StrEnum
from typing import ClassVar

from .accounts import User
from .base import Audience, Command, Event, Failure, Id, Millis, Seq, Status, Wire
from .settings import Settings
from .warnings import WarningNote


class RelationState(StrEnum):
    """How you stand to somebody. A request that is not answered lapses 30 days after it was made."""

    NONE = "none"
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    FRIEND = "friend"


class Relation(Wire):
    """What you and one other person are to each other, as you may know it."""

    user: User
    state: RelationState
    blocked: bool
    """You block them. They cannot tell."""
    since: Millis
    """When the request was made or you became friends; 0 for neither."""


class RelationNow(Wire):
    relation: Relation
    rev: Seq
    """Of your own affairs."""


class Relations(Wire):
    """Your own affairs. What is listed may be a little newer than `rev`, and events then tell it once more."""

    relations: list[Relation]
    """In the order of the ids of the people."""
    next: Seq
    """There are others: ask again with this as `after`. 0 when these were the last."""
    settings: Settings
    rev: Seq
    warnings: list[WarningNote] = []
    """Those from the operators that you have not dismissed; on the first page."""


class ListPeople(Command[Relations], tag="people.list"):
    """Your friends, requests and blocks, and your settings."""

    after: Seq = 0


class RequestFriend(Command[RelationNow], tag="friend.request"):
    """Ask somebody to be your friend. Accepts their request if there is one."""

    user_id: Id


class AcceptFriend(Command[RelationNow], tag="friend.accept"):
    """Accept a request."""

    user_id: Id


class DeclineFriend(Command[RelationNow], tag="friend.decline"):
    """Turn a request down. They are not told."""

    user_id: Id


class CancelFriend(Command[RelationNow], tag="friend.cancel"):
    """Take your own request back."""

    user_id: Id


class RemoveFriend(Command[RelationNow], tag="friend.remove"):
    """Be friends no longer."""

    user_id: Id


class AddBlock(Command[RelationNow], tag="block.add"):
    """Hear nothing from somebody any more. Ends friendship and requests; they cannot tell."""

    user_id: Id


class RemoveBlock(Command[RelationNow], tag="block.remove"):
    """Hear from somebody again. What they wrote meanwhile stays unheard."""

    user_id: Id


class RelationChanged(Event, tag="relation.changed"):
    """What you and somebody are to each other now. `none` without a block is no news to show: just drop it."""

    audience: ClassVar[Audience] = Audience.USER
    relation: Relation
    rev: Seq


class ProfileChanged(Event, tag="user.changed"):
    """The new profile of a friend, as you may see it."""

    audience: ClassVar[Audience] = Audience.USER
    user: User


class BlockedByYou(Failure, tag="blocked_by_you"):
    """You block this person: unblock them first."""

    status = Status.CONFLICT
