"""Presence: who is here, what they chose to show, and who is typing."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Fact, Failure, Id, Millis, Nothing, Status, Wire

STATUS_TEXT = 128
"""Characters of a status text."""
TYPING_EVERY = 3.0
"""Seconds between two notices that somebody is typing in a chat."""
TYPING_LASTS = 6.0
"""Seconds after which somebody of whom nothing more is heard has stopped typing."""


class Availability(StrEnum):
    """What others see. Whoever is invisible is offline."""

    ONLINE = "online"
    IDLE = "idle"
    DND = "dnd"
    OFFLINE = "offline"


class Choice(StrEnum):
    """What somebody chose to show: what they are doing, "do not disturb", or nothing."""

    AUTO = "auto"
    DND = "dnd"
    INVISIBLE = "invisible"


class Presence(Wire):
    """Somebody as others see them. Who is offline has neither `text` nor `until`."""

    user_id: Id
    status: Availability
    text: str = ""
    until: Millis | None = None
    """When the text and "do not disturb" end by themselves."""
    last_seen: Millis | None = None
    """When they were last seen, of somebody offline whose settings let you know it. Not told in events."""


class ChosenStatus(Wire):
    """What somebody chose to show, for their own devices. It outlives every connection."""

    status: Choice
    text: str
    until: Millis | None
    """When it ends by itself; what follows is `auto` without a text."""
    since: Millis
    """When `status` became what it is."""
    rev: int
    """Grows with each change: the higher one is the newer one."""

    def at(self, now: int) -> "ChosenStatus":
        """What it is at this moment, whether or not anybody has noted its end."""
        if self.until is None or self.until > now:
            return self
        return ChosenStatus(status=Choice.AUTO, text="", until=None, since=self.until, rev=self.rev + 1)


NOTHING_CHOSEN = ChosenStatus(status=Choice.AUTO, text="", until=None, since=0, rev=0)


class PresenceList(Wire):
    people: list[Presence]


class GetPresence(Command[PresenceList], tag="presence.get"):
    """Who of these is here, oneself as others see one. Strangers and those one has blocked read as offline."""

    user_ids: Annotated[list[Id], Meta(max_length=1000)]


class GetStatus(Command[ChosenStatus], tag="status.get"):
    """What you chose to show."""


class SetStatus(Command[ChosenStatus], tag="status.set"):
    """Choose what others see, on all your devices: until `until`, or until you choose again."""

    status: Choice
    text: Annotated[str, Meta(max_length=STATUS_TEXT)] = ""
    until: Millis | None = None


class FocusSession(Command[Nothing], tag="session.focus"):
    """How this device is used: said when that changes, and once a minute while there is input.

    Who had no input on any device for five minutes is idle. After a reconnect `idle_for` says when the last input was,
    since connecting is none.
    """

    focused: bool
    """The app is in front."""
    chat_id: Id | None = None
    """The chat that is open in it: whose typing is heard here."""
    idle_for: Annotated[float, Meta(ge=0, le=1e9)] = 0.0
    """Seconds since the last input on this device; of use only with `focused`."""


class StartTyping(Command[Nothing], tag="typing.start"):
    """You are typing in the chat that is open on this device (`session.focus`). Said again every three seconds.

    Told to those who have the chat open as well, and to nobody in a large group or while you are invisible.
    """

    chat_id: Id


class PresenceChanged(Event, tag="presence.changed"):
    """Told to friends and those who share a direct chat, at most once a second. Without `last_seen`."""

    audience: ClassVar[Audience] = Audience.USER
    ephemeral: ClassVar[bool] = True
    people: list[Presence]


class StatusChanged(Event, tag="status.changed"):
    """What you chose to show, for your other devices; also when it has ended by itself."""

    audience: ClassVar[Audience] = Audience.USER
    status: ChosenStatus


class Typing(Event, tag="typing"):
    """Somebody is typing in the chat that is open here. Unless it is repeated it is over after six seconds."""

    audience: ClassVar[Audience] = Audience.SOCKET
    ephemeral: ClassVar[bool] = True
    chat_id: Id
    user_id: Id


class UserStatusesChanged(Fact, tag="user.statuses_changed"):
    """What these people chose to show changed. Ask auth (`internal.statuses`) for what it is now."""

    user_ids: list[Id]


class UserVisibilityChanged(Fact, tag="user.visibility_changed"):
    """These people became invisible, or no longer are; it is told beside the change of their status."""

    user_ids: list[Id]


class UntilRefused(Failure, tag="until_refused"):
    """The end lies in the past, or more than a year ahead."""


class ChatNotOpen(Failure, tag="chat_not_open"):
    """One types in the chat that is open on this device: say so first, with `session.focus`."""

    status = Status.CONFLICT
