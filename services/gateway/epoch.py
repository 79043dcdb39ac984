"""The epoch that every client is told, asked for once in a while rather than at every connect."""

import asyncio
import time

from dialog.bus import Bus
from dialog.protocol.internal import GetEpoch

SECONDS = 10.0


class EpochCache:
    """What chat said last, for ten seconds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._epoch = 0
        self._asked_at = -SECONDS
        self._asking: asyncio.Task[None] | None = None

    async def get(self) -> int:
        """The epoch. Raises Refused(Unavailable)."""
        if time.monotonic() - self._asked_at >= SECONDS:
            await self._ask()
        return self._epoch

    async def _ask(self) -> None:
        """Ask, once for all who want it now."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._fetch())
        await asyncio.shield(self._asking)

    async def _fetch(self) -> None:
        self._epoch = (await self._bus.call(GetEpoch())).epoch
        self._asked_at = time.monotonic()
