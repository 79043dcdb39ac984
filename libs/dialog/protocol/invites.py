"""Invites: links that let people into a group."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .accounts import User
from .base import Audience, Command, Event, Failure, Id, Millis, Nothing, Status, Wire
from .chats import Chat

InviteToken = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]
"""The secret part of an invite's link."""


class Invite(Wire):
    """A way into a group, for whoever has the token."""

    chat_id: Id
    token: str
    created_by: Id
    created_at: Millis
    expires_at: Millis | None
    uses: int | None
    """How many people may use it; null for any number."""
    used: int
    """How many have joined with it, or asked to."""
    approval: bool
    """Whoever uses it asks to join, and an admin decides."""


class Invites(Wire):
    invites: list[Invite]
    """The latest first; expired ones are gone."""


class InviteLook(Wire):
    """What somebody may see of a group before they join it."""

    title: str
    description: str
    member_count: int
    approval: bool
    """They would ask to join."""
    joined: bool
    """They are in it already."""
    asked: bool
    """They have asked to join, and wait for an answer."""


class InviteUse(Wire):
    """What came of using an invite."""

    chat: Chat | None
    """The group that one is in now; null when admins were asked."""


class JoinRequest(Wire):
    """Somebody asks to be let into a group."""

    user_id: Id
    requested_at: Millis


class JoinRequests(Wire):
    requests: list[JoinRequest]
    """Those who have waited longest first."""
    people: list[User]
    """Those who ask."""


class CreateInvite(Command[Invite], tag="invite.create"):
    """Make a link into a group; for its admins."""

    chat_id: Id
    expires_at: Millis | None = None
    uses: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    approval: bool = False


class ListInvites(Command[Invites], tag="invite.list"):
    """The links into a group; for its admins."""

    chat_id: Id


class RevokeInvite(Command[Nothing], tag="invite.revoke"):
    """Make a link useless; for admins. Whoever has asked to join with it still waits for an answer."""

    chat_id: Id
    token: InviteToken


class LookAtInvite(Command[InviteLook], tag="invite.look"):
    """What group a link leads to."""

    token: InviteToken


class UseInvite(Command[InviteUse], tag="invite.join"):
    """Join a group by a link, or ask to. Using it again changes nothing, and counts once."""

    token: InviteToken


class ListJoinRequests(Command[JoinRequests], tag="invite.requests"):
    """Who asks to be let into a group; for its admins."""

    chat_id: Id


class ApproveJoin(Command[Nothing], tag="invite.approve"):
    """Let somebody in who has asked; for admins."""

    chat_id: Id
    user_id: Id


class DeclineJoin(Command[Nothing], tag="invite.decline"):
    """Do not let somebody in who has asked; for admins. They are not told."""

    chat_id: Id
    user_id: Id


class JoinRequested(Event, tag="invite.requested"):
    """Told to the owner and the admins of a group: somebody asks to be let in."""

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    request: JoinRequest
    user: User


class JoinDeclined(Event, tag="invite.declined"):
    """Told to the owner and the admins of a group: somebody who asked is not let in, and asks no more.

    Of those who are let in they hear by `member.changed`.
    """

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    user_id: Id


class InviteOver(Failure, tag="invite_over"):
    """There is no such invite, or not any more (expired, used up, revoked), or it is not for you."""

    status = Status.NOT_FOUND
