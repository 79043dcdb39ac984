"""Commands that only services may send: the gateway's allow-list does not hold them."""

from typing import Annotated

from msgspec import Meta

from .accounts import User
from .base import Command, Id, Millis, Nothing, Wire
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


class GetUsers(Command[Users], tag="internal.users"):
    """The profiles behind these ids; unknown ids are left out."""

    user_ids: Annotated[list[Id], Meta(max_length=1000)]


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


class Standings(Wire):
    standings: list[Standing]


class GetStandings(Command[Standings], tag="internal.standings"):
    """How `user_id` stands to each of these people, in their order; unknown ones are left out."""

    user_id: Id
    other_ids: Annotated[list[Id], Meta(max_length=1000)]


class PersonStatus(Wire):
    user_id: Id
    status: ChosenStatus


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
