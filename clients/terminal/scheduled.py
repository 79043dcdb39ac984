"""Scheduled messages: written now, sent later."""

from typing import TYPE_CHECKING
from uuid import uuid4

from dialog.ids import now_ms
from dialog.protocol.scheduled import Scheduled, ScheduleMessage, UnscheduleMessage

from . import safe, typed
from .typed import Mistake
from .words import DIM, PLAIN, REASONS, moment_words, title_of

if TYPE_CHECKING:
    from .conversation import Conversation


async def schedule(talk: "Conversation", rest: str) -> None:
    """/schedule TIME TEXT    send it in 10m, at 18:30 or on 2026-11-24T09:00"""
    when, _, text = rest.partition(" ")
    if not text.strip():
        raise Mistake("/schedule when and what? /schedule 18:30 Supper is ready")
    send_at = typed.moment(when)
    if send_at < now_ms():
        raise Mistake("That is over.")
    made = await talk.client.call(
        ScheduleMessage(chat_id=typed.view(talk).id, nonce=str(uuid4()), text=text.strip(), send_at=send_at)
    )
    talk.say(f"{DIM}      It is sent {moment_words(made.send_at)}.{PLAIN}")


async def scheduled(talk: "Conversation", _rest: str) -> None:
    """/scheduled             what you have scheduled, here and elsewhere"""
    waiting = _waiting(talk)
    for number, one in enumerate(waiting, start=1):
        talk.say(f"{number:>4}  {scheduled_words(talk, one)}")
    if not waiting:
        talk.say("Nothing waits: /schedule")


async def unschedule(talk: "Conversation", rest: str) -> None:
    """/unschedule NUMBER     do not send that of /scheduled"""
    waiting = _waiting(talk)
    if not (rest.isdecimal() and 0 < int(rest) <= len(waiting)):
        raise Mistake("Which one? /scheduled numbers them.")
    await talk.client.call(UnscheduleMessage(scheduled_id=waiting[int(rest) - 1].id))
    talk.say(f"{DIM}      It is not sent.{PLAIN}")


def _waiting(talk: "Conversation") -> list[Scheduled]:
    """The next one first."""
    return sorted(talk.state.scheduled.values(), key=lambda one: (one.send_at, one.id))


def scheduled_words(talk: "Conversation", one: Scheduled) -> str:
    """When, where and what."""
    view = talk.state.chats.get(one.chat_id)
    where = title_of(talk.state, view) if view else "a chat that you are not in"
    failed = f" (not sent: {REASONS.get(one.failure, one.failure.replace('_', ' '))})" if one.failure else ""
    return f"{DIM}{moment_words(one.send_at)} [{where}]{PLAIN} {safe.line(one.text)}{DIM}{failed}{PLAIN}"
