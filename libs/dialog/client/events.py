"""What happened, for those who follow: a bounded stream of events, and waiting for a state."""

import asyncio
from collections import deque
from collections.abc import Callable

from dialog.protocol.base import Event

LIMIT = 1000
"""Events kept for a reader that does not keep up; the oldest are dropped first."""


class Events:
    """The changes that took effect, in order: `async for event in client.events`. For one reader, until the end."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.dropped = 0
        """How many were thrown away because nobody read them."""
        self._kept: deque[Event] = deque(maxlen=limit)
        self._more = asyncio.Event()
        self._closed = False

    def put(self, event: Event) -> None:
        """Tell the reader."""
        if len(self._kept) == self._kept.maxlen:
            self.dropped += 1
        self._kept.append(event)
        self._more.set()

    def close(self) -> None:
        """Nothing comes any more."""
        self._closed = True
        self._more.set()

    def reopen(self) -> None:
        """More comes, after all."""
        self._closed = False

    def take(self) -> list[Event]:
        """What is there now, without waiting."""
        taken = list(self._kept)
        self._kept.clear()
        return taken

    def __aiter__(self) -> "Events":
        return self

    async def __anext__(self) -> Event:
        while not self._kept:
            if self._closed:
                raise StopAsyncIteration
            self._more.clear()
            await self._more.wait()
        return self._kept.popleft()


class Waiters:
    """Those who wait for something to become true."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], Callable[[], object]] = {}

    def look(self) -> None:
        """Something changed: wake those whose wait is over."""
        if not self._waiting:
            return
        for future, is_so in list(self._waiting.items()):
            if future.done():
                continue
            try:
                if is_so():
                    future.set_result(None)
            except Exception as error:
                future.set_exception(error)

    async def wait(self, is_so: Callable[[], object], seconds: float | None) -> None:
        """Return once `is_so()` is true. Raises TimeoutError, and whatever `is_so` raises."""
        if is_so():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = is_so
        try:
            async with asyncio.timeout(seconds):
                await future
        finally:
            del self._waiting[future]
