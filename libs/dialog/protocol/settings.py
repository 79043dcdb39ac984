"""Privacy settings: what others may do to you, and what they may see of you."""

from enum import StrEnum
from typing import ClassVar

from .base import Audience, Command, Event, Fact, Id, Seq, Wire


class Whom(StrEnum):
    """Whom something is allowed."""

    EVERYONE = "everyone"
    FRIENDS = "friends"
    NOBODY = "nobody"


class Settings(Wire):
    """One person's choices, the same on all their devices."""

    who_may_write: Whom
    """In a direct chat."""
    who_may_add: Whom
    """Into groups."""
    who_may_call: Whom
    who_sees_last_seen: Whom
    who_sees_profile: Whom
    """Avatar and description. Names are for everyone."""
    read_receipts: bool
    """Whether others see how far you have read; whoever hides it does not see it of others either."""
    typing: bool
    """Whether others see that you are typing."""


class SettingsNow(Wire):
    settings: Settings
    rev: Seq
    """Of your own affairs, as in `people.list`."""


class GetSettings(Command[SettingsNow], tag="settings.get"):
    """What you have chosen, or else the defaults."""


class EditSettings(Command[SettingsNow], tag="settings.edit"):
    """Choose. A field that is left out stays as it is."""

    who_may_write: Whom | None = None
    who_may_add: Whom | None = None
    who_may_call: Whom | None = None
    who_sees_last_seen: Whom | None = None
    who_sees_profile: Whom | None = None
    read_receipts: bool | None = None
    typing: bool | None = None


class SettingsEdited(Event, tag="settings.changed"):
    """Your settings, for all your devices."""

    audience: ClassVar[Audience] = Audience.USER
    settings: Settings
    rev: Seq


class SettingsChanged(Fact, tag="settings.changed"):
    """Somebody chose anew. Holds what other services keep copies of; the one with the higher `rev` is the newer one."""

    user_id: Id
    read_receipts: bool
    typing: bool
    rev: Seq
