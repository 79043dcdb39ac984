"""Who kills and pauses processes: by name, one at a time, and what it did is known afterwards."""

import asyncio
import itertools
import random
import time

from tests.faults.stage import Stage, service_of
from tests.patience import PATIENCE


class Nemesis:
    """Hurts the processes of `stage`, and only those."""

    def __init__(self, stage: Stage, rng: random.Random) -> None:
        self._stage = stage
        self._rng = rng
        self.kills = 0
        self.log: list[str] = []
        """What was done, in order."""

    def note(self, text: str) -> None:
        """Remember what was done, and when."""
        self.log.append(f"{time.monotonic():.2f} {text}")

    def shuffled(self, counts: dict[str, int]) -> list[str]:
        """Each name so many times, in random order."""
        names = [name for name, count in counts.items() for _ in range(count)]
        self._rng.shuffle(names)
        return names

    async def kill(self, name: str, down: float = 0.0) -> None:
        """SIGKILL, `down` seconds of nothing, and a new start. Returns when it is ready."""
        self.note(f"kill {name}, down {down:.2f} s")
        self.kills += 1
        self._stage.suite.kill(name)
        await asyncio.sleep(down)
        await self._stage.suite.restart(name)

    async def pause(self, *names: str, seconds: float) -> None:
        """SIGSTOP for so long, then SIGCONT. Returns when all are ready again."""
        self.note(f"pause {names} for {seconds:.2f} s")
        suite = self._stage.suite
        for name in names:
            suite.pause(name)
        try:
            await asyncio.sleep(seconds)
        finally:
            for name in names:
                suite.resume(name)
        for name in names:
            await suite.ready(name)

    async def die_at(self, name: str, point: str, within: float = PATIENCE) -> None:
        """Have a service process die at a crash point. Connections are cut now and then where that leads there.

        Returns when it is dead; raises TimeoutError when it does not come to that.
        """
        self.note(f"{name} dies at {point}")
        service = service_of(name)
        provoked = self._stage.proxies.get(f"{service}-nats" if point.startswith("relay") else "clients")
        await self._stage.doom(name, point)
        process = self._stage.suite.processes[name]
        async with asyncio.timeout(within):
            for turn in itertools.count(1):
                if not process.is_running():
                    break
                await asyncio.sleep(0.1)
                if turn % 8 == 0 and provoked and (point.startswith("relay") or service in ("gateway", "presence")):
                    provoked.reset()
        self.kills += 1

    async def roll(self, name: str) -> float:
        """Restart one process as an orderly deployment does. Returns how many seconds it took to end."""
        self.note(f"roll {name}")
        stage = self._stage
        is_gateway = name.startswith("gateway")
        if is_gateway:
            stage.dismiss(name)
        started = time.monotonic()
        await stage.suite.terminate(name)
        took = time.monotonic() - started
        await stage.suite.restart(name)
        if is_gateway:
            stage.admit(name)
        return took
