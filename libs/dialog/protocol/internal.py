"""Commands that only services may send: the gateway's allow-list does not hold them. And facts about pairs."""

from typing import Annotated

from msgspec import Meta

from .accounts import User
from .base import Command, Fact, Id, Millis, Nothing, Seq, Wire
from .presence import ChosenStatus


class SigningKey(Wire):
    """A public key that access tokens are checked with. `public_key` is PEM."""

    kid: str
    public_key: str
    not_after: Millis


class SigningKeys(Wire):
    keys: list[SigningKey]


class GetSigningKeys(Command[SigningKeys], tag="internal.signing_keys"):
    """The keys of today, yesterday and tomorrow."""


class Users(Wire):
    users: list[User]
    people_rev: Seq = 0
    """Of the viewer's own affairs, when they are among the users."""


class GetUsers(Command[Users], tag="internal.users"):
    """The profiles behind these ids, as `viewer` may see them; unknown ids are left out."""

    user_ids: Annotated[list[Id], Meta(max_length=1000)]
    viewer: Seq = 0
    """0 is anybody: for what is told to many."""


class RevokedSessionIds(Wire):
    session_ids: list[Id]
    until: Millis
    """Ask for what came after this next time."""


class GetRevokedSessions(Command[RevokedSessionIds], tag="internal.revoked_sessions"):
    """Sessions that ended after `since`: the safety net under the `session.revoked` event."""

    since: Millis


class GroupIds(Wire):
    chat_ids: list[Id]


class GetGroupIds(Command[GroupIds], tag="internal.group_ids"):
    """The groups whose topics a person's sockets hear."""

    user_id: Id


class Epoch(Wire):
    epoch: int
    """Raised by every restore from a backup."""


class GetEpoch(Command[Epoch], tag="internal.epoch"):
    """Which life of the database this is."""


class PartnerIds(Wire):
    user_ids: list[Id]


class GetDirectPartners(Command[PartnerIds], tag="internal.direct_partners"):
    """Those who share a direct chat with somebody."""

    user_id: Id


class GetFriendIds(Command[PartnerIds], tag="internal.friend_ids"):
    """The friends of somebody."""

    user_id: Id


class LiveSession(Wire):
    user_id: Id
    session_id: Id
    idle_for: float | None = None
    """Seconds since its last input; null when it never spoke of any."""


class ReportSessions(Command[Nothing], tag="internal.report_sessions"):
    """What one gateway process has on its sockets: every session now and then, and each that came or went."""

    gateway: str
    here: list[LiveSession]
    gone: list[LiveSession]


class Standing(Wire):
    """How somebody stands to one other person, and what they may do to them by that person's settings.

    What the `may` and `sees` fields say does not change with a block, so that nobody learns of one.
    """

    user_id: Id
    """The other person."""
    friends: bool
    blocks: bool
    """They block the other."""
    blocked: bool
    """The other blocks them."""
    may_write: bool
    may_add: bool
    """Into groups."""
    may_call: bool
    sees_last_seen: bool
    sees_profile: bool
    """Avatar and description."""
    lets_write: bool
    """The other way round: the other person may write to them."""
    version: Seq
    """Higher with each change of any of this, as that of a `Pair`."""


class Standings(Wire):
    standings: list[Standing]


class GetStandings(Command[Standings], tag="internal.standings"):
    """How `user_id` stands to each of these people, in their order; unknown ones are left out."""

    user_id: Id
    other_ids: Annotated[list[Id], Meta(max_length=1000)]


class PersonStatus(Wire):
    user_id: Id
    status: ChosenStatus
    shows_typing: bool = True
    """By their settings; it is told apart from the status."""


class Statuses(Wire):
    people: list[PersonStatus]


class GetStatuses(Command[Statuses], tag="internal.statuses"):
    """What each of these people chose to show, as of now."""

    user_ids: Annotated[list[Id], Meta(max_length=1000)]


class ChatCircle(Wire):
    """A chat as somebody in it hears and tells what passes, such as typing."""

    topics: list[str]
    """Where to tell it; none in a chat with more than `most` members."""
    apart: list[Id]
    """Members with whom there is a block, whichever way."""
    most: int


class GetChatCircle(Command[ChatCircle], tag="internal.chat_circle"):
    """Asked when somebody opens a chat. Refused with `not_found` when they are not in it."""

    user_id: Id
    chat_id: Id


class Pair(Wire):
    """What two people are to each other. The one with the higher `version` is the newer one."""

    low_id: Id
    high_id: Id
    friends: bool
    low_blocks: bool
    """The person with the lower id blocks the other."""
    high_blocks: bool
    low_refuses: bool
    """By their settings the person with the lower id takes no messages from the other."""
    high_refuses: bool
    version: Seq


class ApplyPair(Command[Nothing], tag="internal.apply_pair"):
    """Two people changed what they are to each other: asked by auth before it answers them, besides the fact."""

    pair: Pair


class PairChanged(Fact, tag="pair.changed"):
    """Two people became friends or no longer are, or one began or ceased to block the other. May come out of order."""

    pair: Pair
