"""Preferences: how one person wants a chat, on all their devices and for nobody else."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .base import MAX_ID, Audience, Command, Event, Failure, Id, Millis, Seq, Status, Wire

FOR_EVER = MAX_ID
"""`muted_until` of a chat that stays mute."""

Draft = Annotated[str, Meta(max_length=8000)]


class NotificationLevel(StrEnum):
    ALL = "all"
    MENTIONS = "mentions"
    NONE = "none"


class Preferences(Wire):
    """How somebody wants a chat. `rev` grows with each change of it: of two, the later one holds."""

    rev: Seq = 0
    muted_until: Millis = 0
    """2^53 - 1: for ever."""
    level: NotificationLevel = NotificationLevel.ALL
    pinned_at: Millis = 0
    """0: not pinned."""
    archived: bool = False
    important: bool = False
    """Its messages pierce "do not disturb"."""
    marked_unread: bool = False
    """Until the chat is read again. Nobody else's receipts know of it."""
    draft: str = ""


class SetPreferences(Command[Preferences], tag="chat.prefs"):
    """Change what is given, and leave the rest as it is."""

    chat_id: Id
    muted_until: Millis | None = None
    level: NotificationLevel | None = None
    pinned: bool | None = None
    archived: bool | None = None
    important: bool | None = None
    marked_unread: bool | None = None


class SetDraft(Command[Preferences], tag="draft.set"):
    """Keep what was begun to be written for the person's other devices. The last one holds; an empty text clears it."""

    chat_id: Id
    text: Draft


class PrefsChanged(Event, tag="prefs.changed"):
    """All you prefer about a chat, as it now is."""

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    prefs: Preferences


class TooManyPinned(Failure, tag="too_many_pinned"):
    status = Status.CONFLICT
    limit: int
