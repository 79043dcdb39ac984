"""Fetches what the events did not bring: the gap in a chat after 500 ms, everything when the gateway says so."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from dialog.protocol.base import NotFound, Refused

from .errors import ConnectionLost, retry_after
from .pace import Backoff
from .state import State

GAP_SECONDS = 0.5
"""How long an event that came too early waits for the ones before it."""
ALL = 0
"""Stands where a chat's id does, for a sync of all of them."""


class CatchUp:
    """One worker per client that fetches for one chat after the other, each when it is due."""

    def __init__(
        self, state: State, fetch: Callable[[int], Awaitable[None]], sync: Callable[[], Awaitable[None]]
    ) -> None:
        self._state = state
        self._fetch = fetch
        self._sync = sync
        self._due: dict[int, float] = {}
        self._tries: dict[int, Backoff] = {}
        self._wake = asyncio.Event()

    def notice(self) -> None:
        """Look whether some chat has fallen behind: one that is held waits for its gap to close, a new one does not."""
        for chat_id in self._state.behind:
            if chat_id not in self._due:
                self._set(chat_id, GAP_SECONDS if chat_id in self._state.chats else 0.0)

    def sync_within(self, seconds: float) -> None:
        """Sync at a random moment within so many seconds."""
        self._set(ALL, random.uniform(0, seconds))  # noqa: S311 - jitter, no secret

    def _set(self, chat_id: int, delay: float) -> None:
        due = time.monotonic() + delay
        self._due[chat_id] = min(due, self._due.get(chat_id, due))
        self._wake.set()

    async def run(self) -> None:
        """Work. Runs until cancelled."""
        while True:
            chat_id = await self._next()
            try:
                await self._settle(chat_id)
            except Refused as refused:
                self._later(chat_id, retry_after(refused))
            except ConnectionLost as lost:
                self._later(chat_id, lost.retry_after)
            else:
                self._tries.pop(chat_id, None)

    async def _next(self) -> int:
        """Wait for the next chat to be due."""
        while True:
            self._wake.clear()
            if self._due:
                chat_id = min(self._due, key=self._due.__getitem__)
                wait = self._due[chat_id] - time.monotonic()
                if wait <= 0:
                    del self._due[chat_id]
                    return chat_id
            else:
                wait = None
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _settle(self, chat_id: int) -> None:
        if chat_id == ALL:
            await self._sync()
        elif chat_id in self._state.behind:
            try:
                await self._fetch(chat_id)
            except Refused as refused:
                if not isinstance(refused.failure, NotFound):
                    raise
                self._state.forget(chat_id)
            if chat_id in self._state.behind:
                self._later(chat_id, 0.0)

    def _later(self, chat_id: int, at_least: float) -> None:
        backoff = self._tries.setdefault(chat_id, Backoff())
        self._set(chat_id, at_least + GAP_SECONDS + backoff.delay())
