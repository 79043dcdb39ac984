"""What is typed after a command, as what it stands for."""

import re
import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dialog.client import ChatView
from dialog.protocol.accounts import FindUser
from dialog.protocol.messages import Message

if TYPE_CHECKING:
    from .conversation import Conversation

_SPAN = re.compile(r"(\d{1,5})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


class Mistake(Exception):
    """What was typed makes no sense; the text says why."""


def words(rest: str) -> list[str]:
    """Its words, at least one; several in quotation marks are one."""
    try:
        found = shlex.split(rest)
    except ValueError:
        raise Mistake("A quotation mark is missing.") from None
    if not found:
        raise Mistake("Something is missing: /help")
    return found


def seconds(span: str) -> int | None:
    """How long `30s`, `10m`, `8h`, `7d` or `4w` is; None for what is no span."""
    match = _SPAN.fullmatch(span)
    return int(match[1]) * _SECONDS[match[2]] if match else None


def moment(word: str) -> int:
    """When it is in `10m`, at the next `18:30`, on `2026-11-24` or at `2026-11-24T09:00`, in milliseconds."""
    now = datetime.now().astimezone()
    if (span := seconds(word)) is not None:
        when = now + timedelta(seconds=span)
    elif (clock := _CLOCK.fullmatch(word)) and int(clock[1]) < 24 and int(clock[2]) < 60:
        when = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        when += timedelta(days=when <= now)
    else:
        try:
            when = datetime.fromisoformat(word).astimezone()
        except (ValueError, OverflowError, OSError):
            raise Mistake(f"{word} is no time: 10m, 18:30 or 2026-11-24T09:00") from None
    return int(when.timestamp() * 1000)


def view(talk: "Conversation") -> ChatView:
    """The chat that is open."""
    if talk.chat_id not in talk.state.chats:
        raise Mistake("No chat is open: /list, /open, /direct or /group")
    return talk.state.chats[talk.chat_id]


def message(talk: "Conversation", number: str) -> Message:
    """The message of that number."""
    messages = view(talk).messages
    if not (number.isdecimal() and int(number) in messages):
        raise Mistake("Which message? They are numbered.")
    return messages[int(number)]


def own_message(talk: "Conversation", number: str) -> Message:
    """One's own message of that number, or the last one."""
    me = talk.state.me
    own = {seq: m for seq, m in view(talk).messages.items() if me and m.author_id == me.id and not m.deleted_at}
    if not number and own:
        return own[max(own)]
    if number.isdecimal() and int(number) in own:
        return own[int(number)]
    raise Mistake("You have no such message here.")


async def user_id(talk: "Conversation", username: str) -> int:
    """Whose name that is."""
    if not username:
        raise Mistake("Who? /help")
    return (await talk.client.call(FindUser(username=username.removeprefix("@")))).user.id
