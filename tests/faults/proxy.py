"""A TCP proxy that misbehaves on demand. It never changes a byte: it holds, delays, slows or cuts.

    async with FaultProxy("chat-mysql", ("127.0.0.1", 3306)) as proxy:
        proxy.hold()          # both directions stand still, connections stay open: a blackhole
        proxy.hold(Way.BACK)  # half open: requests arrive, answers do not
        proxy.heal()          # what was held arrives after all

With several targets it hands out connections in turn, and passes over those that refuse: a load balancer.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Self

CHUNK = 65536
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 2.0
UNDER_WAY = 256
"""Chunks that may be delayed at once in one direction; then reading pauses."""

Address = tuple[str, int]


class Way(StrEnum):
    THERE = "there"
    """From who connects to who listens."""
    BACK = "back"


class FaultProxy:
    """Listens on a free port of 127.0.0.1 until it is left. What is set holds for old and new connections alike."""

    def __init__(self, name: str, *targets: Address, seed: int = 0) -> None:
        self.name = name
        self.targets = list(targets)
        self.port = 0
        self.opened = 0
        """Connections so far."""
        self.carried = dict.fromkeys(Way, 0)
        """Bytes delivered."""
        self._random = random.Random(f"{seed} {name}")
        self._links: set[_Link] = set()
        self._open = {way: asyncio.Event() for way in Way}
        self._turn = 0
        self._server: asyncio.Server | None = None
        self.heal()

    # --- faults

    def heal(self) -> None:
        """Let everything pass."""
        self.refusing = False
        self.delay = self.jitter = 0.0
        self.rate = 0.0
        self.cut_at: dict[Way, int] = {}
        for gate in self._open.values():
            gate.set()

    def cut(self) -> None:
        """Reset all connections and refuse new ones until healed."""
        self.refusing = True
        self.reset()

    def reset(self) -> None:
        """Reset all connections; new ones are welcome."""
        for link in list(self._links):
            link.abort()

    def hold(self, *ways: Way) -> None:
        """Deliver nothing: both ways, or one alone. Connections stay open, and new ones seem to be."""
        for way in ways or tuple(Way):
            self._open[way].clear()

    def slow(self, delay: float, jitter: float = 0.0) -> None:
        """Deliver in order, each chunk `delay` ± `jitter` seconds late."""
        self.delay, self.jitter = delay, jitter

    def throttle(self, bytes_per_second: float) -> None:
        """Deliver no faster than this, per connection and way."""
        self.rate = bytes_per_second

    def cut_after(self, size: int, way: Way = Way.BACK) -> None:
        """Reset the connection that next has carried so many more bytes that way, in the middle of whatever it says."""
        self.cut_at[way] = self.carried[way] + size

    # --- for its links

    async def passage(self, way: Way) -> None:
        """Return when bytes may be delivered that way."""
        await self._open[way].wait()

    def lateness(self) -> float:
        """How late the next chunk is."""
        return max(0.0, self.delay + self._random.uniform(-self.jitter, self.jitter))

    def allowance(self, way: Way, size: int) -> int | None:
        """How many of `size` bytes may still be delivered before the cut that was asked for; None when all may."""
        at = self.cut_at.get(way)
        if at is None or self.carried[way] + size < at:
            return None
        del self.cut_at[way]
        return at - self.carried[way]

    # --- life

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for link in list(self._links):
            await link.end()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        upstream = None if self.refusing else await self._connect()
        if upstream is None or self.refusing:
            writer.transport.abort()
            if upstream:
                upstream[1].transport.abort()
            return
        link = _Link(self, (reader, writer), upstream)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self._turn += 1
        first = self._turn % max(1, len(self.targets))
        for host, port in self.targets[first:] + self.targets[:first]:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(host, port)
        return None


class _Link:
    """One connection through the proxy."""

    def __init__(
        self,
        proxy: FaultProxy,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._proxy = proxy
        self._writers = (client[1], server[1])
        self._tasks = [
            asyncio.create_task(self._pump(Way.THERE, client[0], server[1])),
            asyncio.create_task(self._pump(Way.BACK, server[0], client[1])),
        ]

    async def run(self) -> None:
        """Carry bytes until one side hangs up; what it said before is delivered first."""
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for writer in self._writers:
                writer.close()
            for writer in self._writers:
                with contextlib.suppress(OSError, TimeoutError):
                    async with asyncio.timeout(CLOSE_SECONDS):
                        await writer.wait_closed()
                writer.transport.abort()

    def abort(self) -> None:
        """Reset both sides."""
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    async def end(self) -> None:
        """Reset both sides, and wait until nothing runs any more."""
        self.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pump(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read ahead and deliver when it is time, so that a delay does not become a lower rate."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY)
        delivering = asyncio.create_task(self._deliver(way, waiting, writer))
        clock, due = asyncio.get_running_loop().time, 0.0
        try:
            while True:
                try:
                    data = await reader.read(CHUNK)
                except OSError:
                    data = b""
                due = max(due, clock() + self._proxy.lateness())
                await _first(waiting.put((due, data)), delivering)
                if not data or delivering.done():
                    break
            await delivering
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)

    async def _deliver(
        self, way: Way, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        proxy, clock = self._proxy, asyncio.get_running_loop().time
        with contextlib.suppress(OSError):
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0.0, due - clock()))
                await proxy.passage(way)
                if not data:
                    return
                allowed = proxy.allowance(way, len(data))
                if allowed is not None:
                    writer.write(data[:allowed])
                    await writer.drain()
                    self.abort()
                    return
                step = len(data) if proxy.rate <= 0 else max(1, int(proxy.rate / 20))
                for start in range(0, len(data), step):
                    writer.write(data[start : start + step])
                    await writer.drain()
                    proxy.carried[way] += min(step, len(data) - start)
                    if proxy.rate > 0:
                        await asyncio.sleep(step / proxy.rate)


async def _first(work: Awaitable[None], other: asyncio.Task[None]) -> None:
    """Wait for `work`, unless `other` ends before."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task, other), return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()


Fault = Callable[[FaultProxy], None]

FAULTS: dict[str, Fault] = {
    "cut": FaultProxy.cut,
    "reset": FaultProxy.reset,
    "hold": FaultProxy.hold,
    "hold there": lambda proxy: proxy.hold(Way.THERE),
    "hold back": lambda proxy: proxy.hold(Way.BACK),
    "slow": lambda proxy: proxy.slow(0.3, 0.2),
    "throttle": lambda proxy: proxy.throttle(20_000),
    "cut within an answer": lambda proxy: proxy.cut_after(100 + proxy.carried[Way.BACK] % 900),
    "cut within a request": lambda proxy: proxy.cut_after(100 + proxy.carried[Way.THERE] % 900, Way.THERE),
}
"""By name, for those who choose at random."""
