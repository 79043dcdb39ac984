"""Scheduled messages: written now, posted later."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Failure, Id, Millis, Nothing, Seq, Status, Wire
from .messages import Mentions, Nonce, Text


class Scheduled(Wire):
    """A message that waits for its time. Only its author knows of it."""

    id: Id
    chat_id: Id
    nonce: str
    """That of the message it becomes."""
    text: str
    reply_to: Seq | None
    mentions: list[Id]
    mention_all: bool
    send_at: Millis
    failure: str | None
    """The reason why it was refused when its time came. It is not tried again."""


class ScheduledList(Wire):
    scheduled: list[Scheduled]


class ScheduleMessage(Command[Scheduled], tag="message.schedule"):
    """Post a message at `send_at`, or soon after. `nonce` as for `message.send`."""

    chat_id: Id
    nonce: Nonce
    text: Text
    send_at: Millis
    reply_to: Annotated[int, Meta(ge=1, le=2**53 - 1)] | None = None
    mentions: Mentions = []
    mention_all: bool = False


class ListScheduled(Command[ScheduledList], tag="message.scheduled"):
    """What you have scheduled, the next one first."""


class UnscheduleMessage(Command[Nothing], tag="message.unschedule"):
    """Take back what you have scheduled. When this answers, it is not and will not be posted."""

    scheduled_id: Id


class ScheduledChanged(Event, tag="scheduled.changed"):
    """You scheduled this, or it failed."""

    audience: ClassVar[Audience] = Audience.USER
    scheduled: Scheduled


class ScheduledGone(Event, tag="scheduled.gone"):
    """It was posted, or you took it back."""

    audience: ClassVar[Audience] = Audience.USER
    scheduled_id: Id


class TimeRefused(Failure, tag="time_refused"):
    """A message can be scheduled for a moment within the next `days` days."""

    days: int


class ScheduleFull(Failure, tag="schedule_full"):
    """One person can have so many messages, of so many characters together, waiting."""

    status = Status.CONFLICT
    limit: int
    characters: int


class AlreadySent(Failure, tag="already_sent"):
    """It is being posted, or it is already."""

    status = Status.CONFLICT
