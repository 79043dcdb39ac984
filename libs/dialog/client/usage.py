"""How one uses this device, for presence; and who is typing in the chat that is open."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from dialog.protocol.base import Command, Refused
from dialog.protocol.messages import MessagePosted
from dialog.protocol.presence import TYPING_EVERY, TYPING_LASTS, FocusSession, StartTyping, Typing

from .errors import ConnectionLost

INPUT_EVERY = 60.0
"""Seconds between two words about input."""


class Usage:
    """What the gateway should know of this device. It is told when it changes and after each reconnect.

    Nothing is told before `touch` or `open_chat` is first called: a program that only listens has no focus.
    """

    def __init__(self, say: Callable[[Command[Any]], Awaitable[Any]], changed: Callable[[], None]) -> None:
        self._say = say
        self._changed = changed
        self._chat_id: int | None = None
        self._focused = False
        self._input_at: float | None = None
        self._told_at = 0.0
        self._typed: dict[int, float] = {}
        self._typing: dict[int, dict[int, asyncio.TimerHandle]] = {}
        self._saying: set[asyncio.Task[None]] = set()

    def typing_in(self, chat_id: int) -> list[int]:
        """Who is typing in a chat, the one who began first in front."""
        return list(self._typing.get(chat_id, ()))

    # --- out

    def touch(self) -> None:
        """There was input."""
        self._input_at = time.monotonic()
        if not self._focused or self._input_at >= self._told_at + INPUT_EVERY:
            self._focused = True
            self._tell()

    def blur(self) -> None:
        """The app is no longer in front."""
        if self._focused:
            self._focused = False
            self._tell()

    def open_chat(self, chat_id: int | None) -> None:
        """This chat is open now, or none; that is input as well."""
        self._input_at = time.monotonic()
        self._focused, self._chat_id = True, chat_id
        self._tell()

    def type(self, chat_id: int) -> None:
        """Something was typed in a chat. Others are told at most every three seconds."""
        self.touch()
        if chat_id != self._chat_id:
            self.open_chat(chat_id)
        now = time.monotonic()
        if now >= self._typed.get(chat_id, -TYPING_EVERY) + TYPING_EVERY:
            self._typed[chat_id] = now
            self._soon(StartTyping(chat_id=chat_id))

    def connected(self) -> None:
        """There is a new connection, which is no input: say again how things are."""
        if self._input_at is not None:
            self._tell()

    def _tell(self) -> None:
        now = self._told_at = time.monotonic()
        idle_for = now - (self._input_at or now)
        self._soon(FocusSession(focused=self._focused, chat_id=self._chat_id, idle_for=idle_for))

    def _soon(self, command: Command[Any]) -> None:
        task = asyncio.create_task(self._try(command))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _try(self, command: Command[Any]) -> None:
        with suppress(Refused, ConnectionLost):  # it is said again soon, and nothing hangs on it
            await self._say(command)

    # --- in

    def heard(self, event: Typing) -> None:
        """Somebody is typing; unless that is repeated it is over after six seconds."""
        typing = self._typing.setdefault(event.chat_id, {})
        if event.user_id in typing:
            typing[event.user_id].cancel()
        loop = asyncio.get_running_loop()
        typing[event.user_id] = loop.call_later(TYPING_LASTS, self._stopped, event.chat_id, event.user_id)

    def posted(self, event: MessagePosted) -> None:
        """Whoever has sent is not typing any more."""
        if event.message.author_id in self._typing.get(event.message.chat_id, ()):
            self._typing[event.message.chat_id][event.message.author_id].cancel()
            self._stopped(event.message.chat_id, event.message.author_id)

    def _stopped(self, chat_id: int, user_id: int) -> None:
        typing = self._typing[chat_id]
        del typing[user_id]
        if not typing:
            del self._typing[chat_id]
        self._changed()

    async def close(self) -> None:
        """Say and hear no more."""
        for typing in self._typing.values():
            for timer in typing.values():
                timer.cancel()
        self._typing.clear()
        for task in self._saying:
            task.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)
