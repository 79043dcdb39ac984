"""Preferences: how one wants a chat, on all one's devices."""

from typing import TYPE_CHECKING

from dialog.protocol.preferences import FOR_EVER, NotificationLevel, Preferences, SetPreferences

from . import typed
from .typed import Mistake
from .words import DIM, PLAIN

if TYPE_CHECKING:
    from .conversation import Conversation


async def mute(talk: "Conversation", rest: str) -> None:
    """/mute [TIME|off]       hear nothing of this chat for 1h, until 18:30, or for ever if not said otherwise"""
    until = 0 if rest == "off" else typed.moment(rest) if rest else FOR_EVER
    await _prefer(
        talk, "heard again" if rest == "off" else "muted", SetPreferences(chat_id=_open(talk), muted_until=until)
    )


async def level(talk: "Conversation", rest: str) -> None:
    """/level LEVEL           what of this chat you are told of: all, mentions or none"""
    if rest not in list(NotificationLevel):
        raise Mistake("/level all, mentions or none")
    wanted = NotificationLevel(rest)
    await _prefer(talk, f"you are told of {wanted}", SetPreferences(chat_id=_open(talk), level=wanted))


async def top(talk: "Conversation", _rest: str) -> None:
    """/top                   keep this chat on top of your list, or no longer"""
    wanted = not _now(talk).pinned_at
    await _prefer(talk, "on top" if wanted else "not on top", SetPreferences(chat_id=_open(talk), pinned=wanted))


async def archive(talk: "Conversation", _rest: str) -> None:
    """/archive               put this chat away, or take it out again"""
    wanted = not _now(talk).archived
    await _prefer(talk, "archived" if wanted else "not archived", SetPreferences(chat_id=_open(talk), archived=wanted))


async def important(talk: "Conversation", _rest: str) -> None:
    """/important             hear of this chat also in "do not disturb", or no longer"""
    wanted = not _now(talk).important
    await _prefer(
        talk, "important" if wanted else "not important", SetPreferences(chat_id=_open(talk), important=wanted)
    )


async def unread(talk: "Conversation", _rest: str) -> None:
    """/unread                mark this chat as unread and close it"""
    await _prefer(talk, "marked unread", SetPreferences(chat_id=_open(talk), marked_unread=True))
    talk.close_chat()


def _open(talk: "Conversation") -> int:
    return typed.view(talk).id


def _now(talk: "Conversation") -> Preferences:
    return typed.view(talk).mine.prefs or Preferences()


async def _prefer(talk: "Conversation", said: str, command: SetPreferences) -> None:
    await talk.client.call(command)
    talk.say(f"{DIM}      {said}{PLAIN}")
