"""The fault proxy does what it says, and never changes a byte."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.faults.proxy import Address, FaultProxy, Way
from tests.patience import PATIENCE, timed, within

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture
async def target() -> AsyncIterator[Address]:
    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()


@pytest.fixture
async def proxy(target: Address) -> AsyncIterator[FaultProxy]:
    async with FaultProxy("echo", target) as proxy:
        yield proxy


Dial = Callable[[], Awaitable[Streams]]


@pytest.fixture
async def dial(proxy: FaultProxy) -> AsyncIterator[Dial]:
    """Opens connections through the proxy."""
    opened: list[Streams] = []

    async def connect() -> Streams:
        opened.append(await asyncio.open_connection("127.0.0.1", proxy.port))
        return opened[-1]

    yield connect
    for _, writer in opened:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@pytest.fixture
async def streams(dial: Dial) -> Streams:
    return await dial()


async def ask(streams: Streams, data: bytes, seconds: float = PATIENCE) -> bytes:
    streams[1].write(data)
    async with asyncio.timeout(seconds):
        return await streams[0].readexactly(len(data))


async def is_silent(streams: Streams, data: bytes = b"?") -> None:
    with pytest.raises(TimeoutError):
        await ask(streams, data, 0.15)


async def is_reset(streams: Streams) -> None:
    with pytest.raises((OSError, asyncio.IncompleteReadError)):
        await ask(streams, b"are you there?")


async def test_everything_passes_unchanged(streams: Streams) -> None:
    data = bytes(range(256)) * 4000
    streams[1].write(data)
    async with asyncio.timeout(PATIENCE):
        assert await streams[0].readexactly(len(data)) == data


async def test_cut_until_healed(proxy: FaultProxy, streams: Streams, dial: Dial) -> None:
    assert await ask(streams, b"before") == b"before"
    proxy.cut()
    await is_reset(streams)
    await is_reset(await dial())
    proxy.heal()
    assert await ask(await dial(), b"after") == b"after"


async def test_held_bytes_arrive_when_healed(proxy: FaultProxy, streams: Streams) -> None:
    proxy.hold()
    await is_silent(streams, b"held")
    proxy.heal()
    async with asyncio.timeout(PATIENCE):
        assert await streams[0].readexactly(4) == b"held"


@pytest.mark.parametrize("way", list(Way))
async def test_half_of_it_held(proxy: FaultProxy, streams: Streams, way: Way) -> None:
    proxy.hold(way)
    await is_silent(streams)
    async with asyncio.timeout(PATIENCE):
        while proxy.carried[Way.THERE] != (way is Way.BACK):
            await asyncio.sleep(0.01)
    assert proxy.carried[Way.BACK] == 0


@timed
async def test_late_but_not_slower(proxy: FaultProxy, streams: Streams) -> None:
    proxy.slow(0.3, 0.05)
    started = time.monotonic()
    with within(1.5):
        for number in range(10):
            streams[1].write(bytes([number]))
            await asyncio.sleep(0.02)
        async with asyncio.timeout(PATIENCE):
            assert await streams[0].readexactly(10) == bytes(range(10))
    assert time.monotonic() - started > 0.5


@timed
async def test_throttled(proxy: FaultProxy, streams: Streams) -> None:
    proxy.throttle(10_000)
    started = time.monotonic()
    with within(2):
        assert await ask(streams, b"x" * 5000) == b"x" * 5000
    assert time.monotonic() - started > 0.4


async def test_cut_in_the_middle_of_an_answer(proxy: FaultProxy, streams: Streams, dial: Dial) -> None:
    assert await ask(streams, b"12345") == b"12345"
    proxy.cut_after(3)
    streams[1].write(b"67890")
    async with asyncio.timeout(PATIENCE):
        assert await streams[0].readexactly(3) == b"678"
    await is_reset(streams)
    assert await ask(await dial(), b"whole") == b"whole"


async def test_it_balances_and_passes_over_the_dead(proxy: FaultProxy, dial: Dial) -> None:
    proxy.targets.append(("127.0.0.1", 1))
    for _ in range(4):
        assert await ask(await dial(), b"x") == b"x"
