"""Tells people that their partners came or went.

A change is claimed in Redis by one replica, then told by a bounded number of workers. One that cannot be told, because
chat or NATS does not answer, is put back and claimed again later. What a replica had claimed when it was killed is told
to nobody: presence may be dropped, and clients ask for it again when they sync.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import nats.errors

from dialog.bus import Bus, new_trace
from dialog.cache import GONE
from dialog.log import get_logger
from dialog.protocol.base import Refused
from dialog.protocol.frames import encode_event
from dialog.protocol.internal import GetDirectPartners
from dialog.protocol.presence import Availability, PresenceChanged
from dialog.tasks import background

from .store import Store

_log = get_logger()


class Announcer:
    """One replica's part in telling who came and who went."""

    def __init__(self, bus: Bus, store: Store, *, waiting: int, retry: float) -> None:
        self._bus = bus
        self._store = store
        self._retry = retry
        self._waiting: asyncio.Queue[tuple[int, Availability]] = asyncio.Queue(waiting)
        self._postponed = 0

    async def add(self, user_id: int, status: Availability) -> None:
        """Have the partners of somebody told, soon. Raises cache.GONE."""
        try:
            self._waiting.put_nowait((user_id, status))
        except asyncio.QueueFull:
            await self._put_off(user_id, status)

    @asynccontextmanager
    async def running(self, *, workers: int, interval: float, size: int) -> AsyncGenerator[None, None]:
        """Within the block, look for people who have gone and tell about all changes."""
        async with background(self._sweep(interval, size), *(self._work() for _ in range(workers))):
            yield

    async def _sweep(self, interval: float, size: int) -> None:
        while True:
            await asyncio.sleep(interval)
            if self._postponed:
                _log.warning("presence to be told later", people=self._postponed)
                self._postponed = 0
            try:
                for user_id in await self._store.claim_offline(size):
                    await self.add(user_id, Availability.OFFLINE)
            except GONE as error:
                _log.warning("sweep without redis", error=type(error).__name__)

    async def _work(self) -> None:
        while True:
            user_id, status = await self._waiting.get()
            new_trace()
            try:
                await self._tell(user_id, status)
            except (Refused, nats.errors.Error):
                with suppress(*GONE):
                    await self._put_off(user_id, status)

    async def _tell(self, user_id: int, status: Availability) -> None:
        partners = await self._bus.call(GetDirectPartners(user_id=user_id))
        if not await self._is_still(user_id, status):
            return
        frame = encode_event(PresenceChanged(user_id=user_id, status=status))
        for partner in partners.user_ids:
            await self._bus.publish(f"user.{partner}", frame)

    async def _is_still(self, user_id: int, status: Availability) -> bool:
        """Whether the claim still holds, as far as is known: another replica may be telling the opposite."""
        try:
            online = bool(await self._store.online([user_id]))
        except GONE:
            return True
        return online is (status is Availability.ONLINE)

    async def _put_off(self, user_id: int, status: Availability) -> None:
        """Make it claimable again: an arrival with the next report, a departure with a later sweep."""
        self._postponed += 1
        if status is Availability.ONLINE:
            await self._store.take_out(user_id)
        else:
            await self._store.put_back(user_id, self._retry)
