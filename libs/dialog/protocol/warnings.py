"""Warnings: what the operators tell a person. Clients show each until it is dismissed."""

from typing import ClassVar

from .base import Audience, Command, Event, Id, Millis, Seq, Wire


class WarningNote(Wire):
    """A warning to you that you have not dismissed."""

    id: Id
    text: str
    given_at: Millis


class WarningDismissed(Wire):
    """`rev` is that of your own affairs."""

    warning_id: Id
    rev: Seq


class DismissWarning(Command[WarningDismissed], tag="warning.dismiss"):
    """You have read it: none of your devices shows it any more."""

    warning_id: Id


class WarningGiven(Event, tag="warning.given"):
    """The operators warn you. `rev` is that of your own affairs."""

    audience: ClassVar[Audience] = Audience.USER
    warning: WarningNote
    rev: Seq


class WarningGone(Event, tag="warning.gone"):
    """You dismissed a warning on one of your devices. `rev` is that of your own affairs."""

    audience: ClassVar[Audience] = Audience.USER
    warning_id: Id
    rev: Seq
