"""Rate limits for what is done too often to ask Redis about each time, such as sending messages.

Each process counts for itself, at once and without waiting, and tells the others through Redis behind its callers'
backs, several times a second and all that has happened since in one call; the answer holds what the others have told.
An eighth of each rate is a process's own and never told, so that people who write as people do cost no call at all.

What this promises: over any longer time n replicas let through the rate, and at most an eighth of it more each. What
reaches several replicas within the same quarter of a second may pass once in each, and is waited for afterwards.
Without Redis each process holds the rate for itself.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from .cache import GONE, PATIENCE, Breaker, Rate
from .log import get_logger

INTERVAL = 0.25
"""Seconds between two words with Redis."""
TOGETHER = 1000
"""Buckets in one call."""
OWN = 8
"""The part of a rate that is never told: one in so many."""

# The braces keep all keys in one slot of a Redis Cluster, as a script with several needs.
_TELL = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local lasts = {}
for i, key in ipairs(KEYS) do
    local full_at = math.max(tonumber(redis.call('GET', key) or now), now) + tonumber(ARGV[i])
    redis.call('SET', key, string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000) + 1000)
    lasts[i] = string.format('%.6f', full_at - now)
end
return lasts
"""

_log = get_logger()


class _Bucket:
    """The moment at which it will be full again, as far as is known here; the same of the part that is our own; and
    by how many seconds we have moved it without telling."""

    __slots__ = ("full_at", "own_full_at", "untold")

    def __init__(self, now: float) -> None:
        self.full_at = now
        self.own_full_at = now
        self.untold = 0.0


class Paces:
    """The buckets of one process, the most recently used `size` of them, in step with those of the others."""

    def __init__(self, client: "Redis", size: int = 100_000) -> None:
        self._tell = client.register_script(_TELL)
        self._size = size
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._untold: dict[str, _Bucket] = {}
        self._telling: asyncio.Task[None] | None = None
        self._breaker = Breaker()

    def spend(self, key: str, rate: Rate) -> float:
        """Take one from the bucket `key`. Returns 0, or the seconds to wait when that is too much now."""
        now = time.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(now)
            if len(self._buckets) > self._size:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        full_at = max(bucket.full_at, now) + rate.every
        if (wait := full_at - now - rate.burst * rate.every) > 1e-6:
            return wait
        bucket.full_at = full_at
        own_full_at = max(bucket.own_full_at, now) + rate.every * OWN
        if own_full_at - now <= rate.burst * rate.every:  # a burst of an eighth, at an eighth of the speed
            bucket.own_full_at = own_full_at
        else:
            bucket.untold = min(bucket.untold + rate.every, rate.burst * rate.every)  # more was never at once
            self._untold[key] = bucket
            if self._telling is None:
                self._telling = asyncio.create_task(self._keep_telling())
        return 0.0

    async def _keep_telling(self) -> None:
        """Tell what has happened, until nothing does any more."""
        try:
            while self._untold:
                told, self._untold = self._untold, {}
                if self._breaker.may_ask():
                    await self._tell_all(told)
                await asyncio.sleep(INTERVAL)
        finally:
            self._telling = None

    async def _tell_all(self, told: dict[str, _Bucket]) -> None:
        buckets = list(told.items())
        try:
            for start in range(0, len(buckets), TOGETHER):
                async with asyncio.timeout(PATIENCE):
                    await self._tell_some(buckets[start : start + TOGETHER])
            self._breaker.worked()
        except GONE as error:
            self._breaker.failed()
            _log.warning("paces without redis", error=type(error).__name__)

    async def _tell_some(self, buckets: list[tuple[str, _Bucket]]) -> None:
        untold = [bucket.untold for _, bucket in buckets]
        for _, bucket in buckets:
            bucket.untold = 0.0
        lasts = await self._tell(keys=[f"pace:{{paces}}:{key}" for key, _ in buckets], args=untold)
        now = time.monotonic()
        for (_, bucket), last in zip(buckets, lasts, strict=True):
            bucket.full_at = max(bucket.full_at, now + float(last) + bucket.untold)

    async def close(self) -> None:
        """Tell no more."""
        if self._telling:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)


@asynccontextmanager
async def open_paces(client: "Redis") -> AsyncGenerator[Paces]:
    """Paces that tell each other over this Redis."""
    paces = Paces(client)
    try:
        yield paces
    finally:
        await paces.close()
