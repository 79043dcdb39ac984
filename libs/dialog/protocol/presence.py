"""Presence: who is here."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Id, Wire


class Availability(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"


class Presence(Wire):
    user_id: Id
    status: Availability


class PresenceList(Wire):
    people: list[Presence]


class GetPresence(Command[PresenceList], tag="presence.get"):
    """Who of these is here. Somebody with whom you share no direct chat always reads as offline."""

    user_ids: Annotated[list[Id], Meta(max_length=1000)]


class PresenceChanged(Event, tag="presence.changed"):
    """Told to those who share a direct chat with that person."""

    audience: ClassVar[Audience] = Audience.USER
    ephemeral: ClassVar[bool] = True
    user_id: Id
    status: Availability
