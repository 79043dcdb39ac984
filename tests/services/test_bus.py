"""Subscriptions on a real NATS: what is taken away of nats-py's own must not be missed."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from dialog.bus import Bus
from dialog.config import Settings, load
from dialog.protocol.base import Actor, Refused, Unavailable
from dialog.protocol.internal import Epoch, GetEpoch
from tests.patience import PATIENCE
from tests.servers import Servers

TOPICS = 500
HEAVY = 2048
"""Bytes of a subscription, with all that belongs to it, beyond which something came back."""


@pytest.fixture(scope="module")
async def own() -> AsyncIterator[Servers]:
    """Servers that these tests may stop."""
    async with Servers() as servers:
        yield servers


@pytest.fixture
async def bus(own: Servers) -> AsyncIterator[Bus]:
    connected = await connect(own)
    yield connected
    await connected.close()


async def connect(servers: Servers) -> Bus:
    return await Bus.connect(
        load(Settings, "test", {"DIALOG_NATS_URL": servers.environment["DIALOG_NATS_URL"]}), "test"
    )


async def hears(bus: Bus, heard: list[bytes], topic: str, data: bytes) -> None:
    await bus.publish(topic, data)
    async with asyncio.timeout(PATIENCE):
        while data not in heard:
            await asyncio.sleep(0.005)


async def test_a_subscription_is_heard_until_it_ends_and_after_nats_was_away(bus: Bus, own: Servers) -> None:
    heard: list[bytes] = []
    subscription = await bus.subscribe("user.1", heard.append)
    await hears(bus, heard, "user.1", b"before")
    await own.restart("nats")
    async with asyncio.timeout(PATIENCE):
        while not bus.connected:
            await asyncio.sleep(0.05)
    await hears(bus, heard, "user.1", b"after")
    await subscription.unsubscribe()
    await bus.publish("user.1", b"too late")
    await bus.flush()
    assert heard == [b"before", b"after"]


async def test_what_is_served_is_drained(bus: Bus, own: Servers) -> None:
    begun = asyncio.Event()

    async def handler(_actor: Actor, _command: GetEpoch) -> Epoch:
        begun.set()
        await asyncio.sleep(0.3)
        return Epoch(epoch=7)

    caller = await connect(own)
    await bus.serve("test", GetEpoch, handler)
    await bus.flush()
    call = asyncio.create_task(caller.call(GetEpoch()))
    await begun.wait()
    await bus.stop_serving(within=5)
    assert (await call).epoch == 7
    with pytest.raises(Refused) as refused:
        await caller.call(GetEpoch())
    assert isinstance(refused.value.failure, Unavailable)
    await caller.close()


async def test_a_subscription_is_light(bus: Bus) -> None:
    """A gateway has one for every person on its sockets."""
    heard: list[bytes] = []
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        subscriptions = [await bus.subscribe(f"user.{number}", heard.append) for number in range(TOPICS)]
        await bus.flush()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    each = (after - before) / len(subscriptions)
    assert each < HEAVY, f"{each:.0f} bytes"
