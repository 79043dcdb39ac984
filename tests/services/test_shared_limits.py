"""Limits that replicas share through Redis, each replica here a limiter of its own; and what they do without Redis."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import pytest
from redis.asyncio import Redis

from dialog.cache import Limiter, Rate, open_cache
from dialog.config import RedisSettings
from dialog.paces import Paces
from services.auth.throttle import Patience, Throttle
from tests.patience import timed, within
from tests.servers import Servers

FOUR = Rate(burst=4, every=3600.0)
"""Nobody gets one more while a test runs."""


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with open_cache(RedisSettings(redis_url=servers.environment["DIALOG_REDIS_URL"])) as client:
        yield client


@pytest.fixture
async def replicas(redis: Redis) -> AsyncIterator[tuple[Paces, Paces]]:
    async with AsyncExitStack() as stack:
        one, other = Paces(redis), Paces(redis)
        stack.push_async_callback(one.close)
        stack.push_async_callback(other.close)
        yield one, other


@asynccontextmanager
async def silent_redis() -> AsyncGenerator[Redis]:
    """One that takes connections and never answers."""
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with open_cache(RedisSettings(redis_url=f"redis://127.0.0.1:{port}/0")) as client:
            yield client
        for writer in held:
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def no_redis() -> AsyncGenerator[Redis]:
    """One whose port nobody listens on."""
    async with open_cache(RedisSettings(redis_url="redis://127.0.0.1:1/0")) as client:
        yield client


def somebody() -> str:
    return secrets.token_hex(8)


async def told(paces: Paces) -> None:
    """Wait until the others can know of all that was spent."""
    while paces._telling:
        await asyncio.sleep(0.01)


async def test_two_limiters_share_a_limit(redis: Redis) -> None:
    one, other, key = Limiter(redis), Limiter(redis), somebody()
    waits = [await limiter.spend(key, FOUR) for limiter in (one, other, one, other)]
    assert waits == [0, 0, 0, 0]
    assert 3500 < await one.spend(key, FOUR) <= 3600
    assert 3500 < await other.spend(key, FOUR) <= 3600


async def test_a_pace_holds_at_once_in_its_own_process(replicas: tuple[Paces, Paces]) -> None:
    one, key = replicas[0], somebody()
    assert [one.spend(key, FOUR) for _ in range(4)] == [0, 0, 0, 0]
    assert one.spend(key, FOUR) == pytest.approx(3600, abs=60)
    assert one.spend(somebody(), FOUR) == 0


async def test_replicas_tell_each_other_of_what_is_spent(replicas: tuple[Paces, Paces]) -> None:
    one, other = replicas
    key = somebody()
    assert [one.spend(key, FOUR) for _ in range(4)] == [0, 0, 0, 0]
    await told(one)
    assert other.spend(key, FOUR) == 0  # it has not heard of this person yet, and asks
    await told(other)
    assert other.spend(key, FOUR) > 3600, "the one too many is waited for as well"


async def test_taking_turns_does_not_double_a_pace(replicas: tuple[Paces, Paces]) -> None:
    key, passed = somebody(), 0
    for turn in range(16):
        paces = replicas[turn % 2]
        passed += paces.spend(key, FOUR) == 0
        await told(paces)
    assert passed <= 5


async def test_an_eighth_of_a_pace_costs_no_call(replicas: tuple[Paces, Paces], redis: Redis) -> None:
    one, key, rate = replicas[0], somebody(), Rate(burst=32, every=3600.0)
    assert [one.spend(key, rate) for _ in range(4)] == [0] * 4
    assert not one._telling
    assert one.spend(key, rate) == 0
    assert one._telling
    await told(one)
    assert await redis.keys(f"pace:*{key}")


Broken = Callable[[], AbstractAsyncContextManager[Redis]]


@pytest.mark.parametrize("broken", [silent_redis, no_redis])
@timed
async def test_without_redis_each_limiter_counts_for_itself_at_once(broken: Broken) -> None:
    async with broken() as client:
        limiter, key = Limiter(client), somebody()
        with within(1.0):
            waits = [await limiter.spend(key, Rate(burst=16, every=3600.0)) for _ in range(200)]
        assert waits[:4] == [0] * 4
        assert all(wait > 3600 for wait in waits[4:])


async def test_without_redis_what_costs_much_takes_all_there_is() -> None:
    async with no_redis() as client:
        limiter, rate, key = Limiter(client), Rate(burst=16, every=1.0), somebody()
        assert await limiter.spend(key, rate, cost=16) == 0
        assert 3 < await limiter.spend(key, rate) <= 4
        assert 15 < await limiter.spend(key, rate, cost=16) <= 16


@pytest.mark.parametrize("broken", [silent_redis, no_redis])
@timed
async def test_without_redis_a_pace_never_waits(broken: Broken) -> None:
    async with broken() as client:
        paces, key = Paces(client), somebody()
        try:
            with within(1.0):
                for _ in range(20):
                    started = time.monotonic()
                    paces.spend(key, FOUR)
                    assert time.monotonic() - started < 0.5
                    await asyncio.sleep(0.01)
            assert paces.spend(key, FOUR) > 0
        finally:
            await paces.close()


@pytest.mark.parametrize("broken", [silent_redis, no_redis])
@timed
async def test_without_redis_signing_in_hardly_waits(broken: Broken) -> None:
    everybody = Rate(burst=1000, every=0.001)
    patience = Patience(
        free=5, longest=60, remembered=60, account_guesses=100, account_window=60, pressed=60, known_for=60
    )
    async with broken() as client:
        throttle = Throttle(client, Limiter(client), everybody, patience)
        with within(1.5):
            for _ in range(20):
                async with throttle.attempt(somebody(), "198.51.100.1"):
                    pass


@timed
async def test_a_limiter_asks_again_when_redis_is_back(redis: Redis) -> None:
    limiter, key = Limiter(redis), somebody()
    limiter._breaker.failed()
    with within(1.5):
        assert await limiter.spend(key, FOUR) == 0
        assert await redis.keys(f"limit:{key}") == []
    await asyncio.sleep(2.1)
    assert await limiter.spend(key, FOUR) == 0
    assert await redis.keys(f"limit:{key}") == [f"limit:{key}"]
