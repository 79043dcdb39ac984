"""What a scenario works with: the running suite, people on it, and load generators."""

import asyncio
import contextlib
import itertools
import statistics
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from deploy.local.settings import ROOT, SERVICES
from tests.servers import Servers, Suite

from . import jobs
from .generator import LINE_BYTES
from .jobs import ANSWERS, Answer
from .machine import Used, between, sample
from .people import People, open_people

CONNECTING_AT_ONCE = 32
JOB_SECONDS = 90.0
REPORTED = 0.5
"""Seconds after which a gateway has said who left."""
WARM_UP = 2.0
WINDOW = 3.0
WINDOWS = 3

# The defaults, but for limits that a load from one address, and password hashes nobody waits for, would hit.
SETTINGS = {
    "DIALOG_LOG_LEVEL": "info",
    "DIALOG_PRESENCE_OFFLINE_GRACE": "25",
    "DIALOG_GATEWAY_ADDRESS_BURST": "1000000",
    "DIALOG_GATEWAY_UPGRADES_BURST": "1000000",
    "DIALOG_GATEWAY_USER_BURST": "10000000",
}


Watch = Callable[[], AbstractAsyncContextManager[None]]
"""Opened around what is measured: a profiler looks on meanwhile."""


class Failed(Exception):
    """A scenario could not be measured; the text says why."""


class Window(Struct, frozen=True):
    """What happened within some seconds of load."""

    used: Used
    seen: Answer

    def per_message(self) -> float:
        """Microseconds of the suite's CPU per acknowledged message."""
        return self.used.suite / max(1, self.seen.answered) * 1e6

    def per_delivery(self) -> float:
        """Microseconds of the suite's CPU per event that reached a socket."""
        return self.used.suite / max(1, self.seen.delivered) * 1e6

    def messages_per_second(self) -> float:
        return self.seen.answered / self.used.seconds


class Generator:
    """A load generator in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.generator",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            limit=LINE_BYTES,
        )
        return cls(process)

    async def do(self, job: jobs.Job) -> Answer:
        """Raises Failed."""
        if self._process.stdin is None or self._process.stdout is None:
            raise Failed("a load generator has no pipes")
        self._process.stdin.write(msgspec.json.encode(job) + b"\n")
        try:
            async with asyncio.timeout(JOB_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise Failed(f"a load generator did not answer {type(job).__name__} in {JOB_SECONDS:.0f} s") from None
        if not line:
            raise Failed("a load generator has ended")
        answer = ANSWERS.decode(line)
        if answer.failed:
            raise Failed(f"{type(job).__name__}: {answer.failed}")
        return answer

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Crowd:
    """People at their sockets, spread over some load generators."""

    def __init__(self, generators: Sequence[Generator], watch: Watch) -> None:
        self._generators = generators
        self._watch = watch
        self._places: list[tuple[int, int]] = []
        """Of each person: the generator, and the number of the socket there."""
        self.answered = self.delivered = self.refused = 0
        """All that was read so far."""

    async def point_at(self, urls: Sequence[str]) -> None:
        """Say where the gateway is; of several, each generator in turn goes to the next one."""
        for generator, url in zip(self._generators, itertools.cycle(urls), strict=False):
            parts = urlsplit(url)
            await generator.do(jobs.Address(parts.hostname or "", parts.port or 0))

    async def connect(self, people: Sequence[jobs.Person], at_once: int = CONNECTING_AT_ONCE) -> None:
        """Each person in turn goes to the next generator. Returns when all are synced."""
        shares: list[list[jobs.Person]] = [[] for _ in self._generators]
        taken = [sum(where == number for where, _ in self._places) for number in range(len(self._generators))]
        for person, number in zip(people, itertools.cycle(range(len(self._generators))), strict=False):
            self._places.append((number, taken[number] + len(shares[number])))
            shares[number].append(person)
        width = max(1, at_once // len(self._generators))
        await asyncio.gather(
            *(one.do(jobs.Connect(share, width)) for one, share in zip(self._generators, shares, strict=True))
        )

    async def close_loop(self, senders: Sequence[jobs.Send]) -> None:
        """Begin the closed loop."""
        await asyncio.gather(
            *(one.do(jobs.ClosedLoop(share)) for one, share in zip(self._generators, self._split(senders), strict=True))
        )

    async def open_loop(self, senders: Sequence[jobs.Send], rate: float) -> None:
        """Begin the open loop."""
        part = rate / len(self._generators)
        shares = self._split(senders)
        await asyncio.gather(
            *(one.do(jobs.OpenLoop(share, part)) for one, share in zip(self._generators, shares, strict=True))
        )

    async def flap(self, job: jobs.Flap) -> None:
        """Begin to come and go."""
        await self._all(job)

    def _split(self, senders: Sequence[jobs.Send]) -> list[list[jobs.Send]]:
        shares: list[list[jobs.Send]] = [[] for _ in self._generators]
        for sender in senders:
            number, socket = self._places[sender.socket]
            shares[number].append(jobs.Send(socket, sender.chat_id, sender.outstanding))
        return shares

    async def stop(self) -> None:
        """End the load."""
        await self._all(jobs.Stop())

    async def windows(self, number: int = WINDOWS, seconds: float = WINDOW, warm_up: float = WARM_UP) -> list[Window]:
        """Look at the load that is under way, after a warm-up, so many times for so many seconds."""
        await asyncio.sleep(warm_up)
        await self.read()
        found: list[Window] = []
        async with self._watch():
            before = sample()
            for _ in range(number):
                await asyncio.sleep(seconds)
                seen, after = await self.read(), sample()
                found.append(Window(between(before, after), seen))
                before = after
        return found

    async def read(self) -> Answer:
        """What was counted since the last time."""
        seen = await self._all(jobs.Read())
        self.answered += sum(one.answered for one in seen)
        self.delivered += sum(one.delivered for one in seen)
        self.refused += sum(one.refused for one in seen)
        return Answer(
            answered=sum(one.answered for one in seen),
            refused=sum(one.refused for one in seen),
            delivered=sum(one.delivered for one in seen),
            flaps=sum(one.flaps for one in seen),
            presences=sum(one.presences for one in seen),
            latencies=sorted(value for one in seen for value in one.latencies),
            received=sorted(value for one in seen for value in one.received),
            late=sorted(value for one in seen for value in one.late),
        )

    async def ask(self, person: int, commands: Sequence[str]) -> list[float]:
        """Milliseconds that each of these commands took, one after the other."""
        number, socket = self._places[person]
        return sorted((await self._generators[number].do(jobs.Ask(socket, list(commands)))).latencies)

    async def sync(self, person: int, times: int, *, cold: bool) -> list[float]:
        """Milliseconds that catching up took."""
        number, socket = self._places[person]
        return sorted((await self._generators[number].do(jobs.SyncAgain(socket, times, cold))).latencies)

    async def come_back(self, seconds: float) -> list[float]:
        """Wait until all have lost their gateway and synced again; when each had, on the clock of `perf_counter`."""
        return sorted(moment for answer in await self._all(jobs.Return(seconds)) for moment in answer.moments)

    async def _all(self, job: jobs.Job) -> list[Answer]:
        return list(await asyncio.gather(*(one.do(job) for one in self._generators)))


@dataclass(frozen=True)
class Rig:
    """A running suite under measurement."""

    servers: Servers
    suite: Suite
    people: People
    start_seconds: float
    """What it took from nothing to ready."""
    watch: Watch

    async def forget_presence(self) -> None:
        """Those who left would count as gone, and be announced, while the next scenario is measured."""
        async with Redis.from_url(self.servers.environment["DIALOG_REDIS_URL"]) as redis:
            await asyncio.sleep(REPORTED)
            await redis.flushdb()

    @asynccontextmanager
    async def crowd(self, generators: int = 1, gateways: Sequence[str] = ("gateway",)) -> AsyncGenerator[Crowd]:
        """Load generators that are told where these gateways are."""
        async with contextlib.AsyncExitStack() as stack:
            started: list[Generator] = []
            for _ in range(generators):
                started.append(await Generator.start())
                stack.push_async_callback(started[-1].stop)
            crowd = Crowd(started, self.watch)
            await crowd.point_at([self.suite.url(gateway) for gateway in gateways])
            yield crowd


@asynccontextmanager
async def open_rig(watch: Watch = nullcontext) -> AsyncGenerator[Rig]:
    """Real servers, the whole suite, nobody on it yet."""
    begun = perf_counter()
    async with Servers() as servers:
        servers.environment = _known(servers.environment | SETTINGS)
        async with Suite(servers) as suite:
            await suite.start_all(*SERVICES)
            ready = perf_counter() - begun
            async with open_people(servers) as people:
                yield Rig(servers, suite, people, ready, watch)


def _known(settings: Mapping[str, str]) -> dict[str, str]:
    """Those of the settings that this checkout has: an older one refuses to start with what came later."""
    documented = (ROOT / "docs" / "configuration.md").read_text()
    return {name: value for name, value in settings.items() if name in documented}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of these ascending values lie; 0 of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0
