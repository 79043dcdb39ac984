"""Gathers concurrent calls into one: whatever arrives while a batch is under way is the next batch.

An idle system adds no delay, and a busy one makes bigger batches by itself. When those who were just answered are about
to come back with their next call, the next batch waits a moment for them instead of leaving with the first one alone.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from .protocol.base import Refused, Unavailable

T = TypeVar("T")
R = TypeVar("R")


class Batch(Generic[T, R]):
    """Runs `run` on lists of at most `size` items; at most `waiting` may queue; a busy one lingers `linger` seconds.

    `run` answers with one result or exception per item. When `run` itself fails, all its items fail alike.
    """

    def __init__(
        self,
        run: Callable[[list[T]], Awaitable[Sequence[R | BaseException]]],
        *,
        size: int,
        waiting: int,
        linger: float,
    ) -> None:
        self._run = run
        self._size = size
        self._limit = waiting
        self._linger = linger
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._last_size = 0
        self._last_end = 0.0

    async def add(self, item: T) -> R:
        """The result for `item`; cancelling the caller does not take it back. Raises Refused(Unavailable) when full."""
        if len(self._waiting) >= self._limit:
            raise Refused(Unavailable())
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        now = asyncio.get_running_loop().time
        try:
            while self._waiting:
                if self._last_size > 1 and now() - self._last_end < 10 * self._linger:
                    await asyncio.sleep(self._linger)
                taken = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
                await self._settle(taken)
                self._last_size, self._last_end = len(taken), now()
        finally:
            self._worker = None

    async def _settle(self, taken: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._run([item for item, _ in taken])
            settled = list(zip(taken, results, strict=True))
        except Exception as error:
            settled = [(one, error) for one in taken]
        for (_, future), result in settled:
            if future.done():  # its caller gave up
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
