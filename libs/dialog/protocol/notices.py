"""Notices: the messages of kind `system`, by which a group tells what was changed in it."""

from .base import Id, Wire
from .roles import Role


class MemberJoined(Wire, tag="joined", tag_field="type"):
    """The author came in by an invite."""


class MembersAdded(Wire, tag="added", tag_field="type"):
    """The author brought these people in."""

    user_ids: list[Id]


class MemberLeft(Wire, tag="left", tag_field="type"):
    """The author left."""


class MemberRemoved(Wire, tag="removed", tag_field="type"):
    """The author put somebody out. Whether they were banned as well is for admins to know."""

    user_id: Id


class RoleGiven(Wire, tag="role", tag_field="type"):
    """The author gave somebody this role. As the last thing an owner does before leaving: who owns the group now."""

    user_id: Id
    role: Role


class GroupRenamed(Wire, tag="renamed", tag_field="type"):
    """The author gave the group this title."""

    title: str


class GroupDescribed(Wire, tag="described", tag_field="type"):
    """The author changed the description. It is not repeated, so that what is taken out of it is gone."""


class SettingsChanged(Wire, tag="settings", tag_field="type"):
    """The author changed how the group works. What did not change is null."""

    slow_mode: int | None = None
    may_send: Role | None = None
    may_add: Role | None = None
    may_edit: Role | None = None
    may_pin: Role | None = None
    may_call: Role | None = None
    may_delete: Role | None = None


class DisappearingSet(Wire, tag="disappearing", tag_field="type"):
    """The author let what is said from now on disappear after so many seconds; null: it stays."""

    after: int | None


Notice = (
    MemberJoined
    | MembersAdded
    | MemberLeft
    | MemberRemoved
    | RoleGiven
    | GroupRenamed
    | GroupDescribed
    | SettingsChanged
    | DisappearingSet
)
"""What a message of kind `system` says; `type` tells which."""
