"""Gathers concurrent calls into one: whatever arrives while a batch is under way is the next batch.

An idle system adds no delay, and a busy one makes bigger batches by itself. After a batch of `BUSY` the next one waits
a moment until as many wait as were answered or waiting before, or `ENOUGH`: those who were answered are about to come
back with their next call. Otherwise they and those who waited meanwhile would take turns for ever, in batches of half
the size.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from .protocol.base import Refused, Unavailable

BUSY = 4
ENOUGH = 64
"""A batch that costs each of its items about as little as any larger one: nobody is waited for beyond it."""
IN_VAIN = 16
"""Batches that wait for nobody, after one that waited and was left alone."""

T = TypeVar("T")
R = TypeVar("R")


class Batch(Generic[T, R]):
    """Runs `run` on lists of at most `size` items; at most `waiting` may queue; a busy one lingers up to `linger` s.

    Between the beginnings of two batches pass at least `pause` seconds: who comes alone waits for nothing, and of many
    that come one after the other, each on its own, some travel together. `run` answers with one result or exception per
    item. When `run` itself fails, all its items fail alike.
    """

    def __init__(
        self,
        run: Callable[[list[T]], Awaitable[Sequence[R | BaseException]]],
        *,
        size: int,
        waiting: int,
        linger: float = 0.0,
        pause: float = 0.0,
    ) -> None:
        self._run = run
        self._size = size
        self._limit = waiting
        self._linger = linger
        self._pause = pause
        self._next_at = 0.0
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._expected = 0
        """How many may wait soon: those answered last, and those who waited then."""
        self._expected_until = 0.0
        self._complete = asyncio.Event()
        """Set when so many wait."""
        self._impatient = 0
        """For how many more batches nobody is waited for."""

    async def add(self, item: T) -> R:
        """The result for `item`; cancelling the caller does not take it back. Raises Refused(Unavailable) when full."""
        if len(self._waiting) >= self._limit:
            raise Refused(Unavailable())
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._waiting) >= self._expected:
            self._complete.set()
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._rest()
                await self._gather()
                taken = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
                await self._settle(taken)
                self._expect(len(taken))
        finally:
            self._worker = None

    async def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        if self._pause and self._next_at > loop.time():
            await asyncio.sleep(self._next_at - loop.time())
        self._next_at = loop.time() + self._pause

    def _expect(self, answered: int) -> None:
        self._expected = min(self._size, ENOUGH, answered + len(self._waiting)) if answered >= BUSY else 0
        self._expected_until = asyncio.get_running_loop().time() + 10 * self._linger

    async def _gather(self) -> None:
        """Wait for those who are expected, but not long, and not when the last who did so waited in vain."""
        now = asyncio.get_running_loop().time()
        if len(self._waiting) >= self._expected or now > self._expected_until:
            return
        if self._impatient:
            self._impatient -= 1
            return
        self._complete.clear()
        try:
            async with asyncio.timeout(self._linger):
                await self._complete.wait()
        except TimeoutError:
            self._impatient = IN_VAIN

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
