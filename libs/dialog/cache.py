"""Redis: what may be lost. Every key has a TTL; nothing waits longer than a quarter of a second for it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .config import RedisSettings
from .log import get_logger

GONE = (RedisError, OSError, asyncio.TimeoutError)
"""What a Redis that is away or too slow raises. A change may have been made all the same."""

PATIENCE = 0.25
"""Seconds that a limit waits for Redis, a retry included."""
PAUSE = 2.0
"""Seconds between two tries while it is away."""

_log = get_logger()


@asynccontextmanager
async def open_cache(settings: RedisSettings) -> AsyncGenerator["Redis"]:
    """A Redis client with short time-outs and at most one retry."""
    client = Redis.from_url(
        settings.redis_url,
        socket_timeout=settings.redis_timeout,
        socket_connect_timeout=settings.redis_timeout,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=0,
        decode_responses=True,
        max_connections=64,
    )
    try:
        yield client
    finally:
        await client.aclose()


async def check_cache(client: "Redis") -> None:
    """Make a round trip. Raises when Redis does not answer."""
    await client.ping()


class Rate(Struct, frozen=True):
    """`burst` at once, then one more every `every` seconds."""

    burst: int
    every: float


# The generic cell rate algorithm: one key per bucket holds the moment at which it will be full again.
_SPEND = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local burst, every, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + cost * every
local wait = full_at - now - burst * every
if wait > 0.000001 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'PX', math.ceil((full_at - now) * 1000) + 1000)
return '0'
"""


class Breaker:
    """While Redis is away one caller asks it every two seconds; the others do without, and at once."""

    def __init__(self) -> None:
        self._again_at = 0.0

    def may_ask(self) -> bool:
        """Whether to ask now. Say what came of it with `worked` or `failed`."""
        now = time.monotonic()
        if now < self._again_at:
            return False
        if self._again_at:
            self._again_at = now + PAUSE  # only this one tries
        return True

    def worked(self) -> None:
        self._again_at = 0.0

    def failed(self) -> None:
        self._again_at = time.monotonic() + PAUSE


class Limiter:
    """Rate limits that all replicas share through Redis; without Redis each process counts for itself, at a quarter."""

    def __init__(self, client: "Redis") -> None:
        self._spend = client.register_script(_SPEND)
        self._local = LocalLimiter()
        self._breaker = Breaker()

    async def spend(self, key: str, rate: Rate, cost: int = 1) -> float:
        """Take `cost` from the bucket `key`. Returns 0, or the seconds to wait when that is too much now."""
        if self._breaker.may_ask():
            try:
                async with asyncio.timeout(PATIENCE):
                    wait = float(await self._spend(keys=[f"limit:{key}"], args=[rate.burst, rate.every, cost]))
            except GONE as error:
                self._breaker.failed()
                _log.warning("limits without redis", error=type(error).__name__)
            else:
                self._breaker.worked()
                return wait
        quarter = Rate(burst=max(1, rate.burst // 4), every=rate.every * 4)
        return self._local.spend(key, quarter, min(cost, quarter.burst))  # more would never fit


class LocalLimiter:
    """The same buckets within one process, the most recently used `size` of them."""

    def __init__(self, size: int = 100_000) -> None:
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._size = size

    def spend(self, key: str, rate: Rate, cost: int = 1) -> float:
        """Take `cost` from the bucket `key`. Returns 0, or the seconds to wait when that is too much now."""
        now = time.monotonic()
        full_at = max(self._full_at.get(key, now), now) + cost * rate.every
        wait = full_at - now - rate.burst * rate.every
        if wait > 1e-6:
            return wait
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._size:
            self._full_at.popitem(last=False)
        return 0.0
