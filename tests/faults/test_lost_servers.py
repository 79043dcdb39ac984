"""The servers below lose what they may lose, and restart under load: no message is lost, and all comes back."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from dialog.protocol.accounts import EditProfile
from tests.faults.conftest import Figures
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage
from tests.patience import PATIENCE, timed, within
from tests.people import me


async def flush_redis(stage: Stage) -> None:
    client = Redis.from_url(stage.servers.environment["DIALOG_REDIS_URL"])
    await client.flushall()
    await client.aclose()


async def restart_nats(stage: Stage) -> None:
    await stage.suite.restart("nats")


async def lose_nats_store(stage: Stage) -> None:
    stage.suite.kill("nats")
    store = stage.servers.folder / "nats" / "jetstream"
    assert store.exists()
    shutil.rmtree(store)
    await stage.suite.restart("nats")


async def restart_mariadb(stage: Stage) -> None:
    await stage.suite.restart("mariadb")


@pytest.mark.parametrize("loss", [flush_redis, restart_nats, lose_nats_store, restart_mariadb])
@timed
async def test_a_server_starts_anew(
    stage: Stage,
    nemesis: Nemesis,
    rng: random.Random,
    figures: Figures,
    loss: Callable[[Stage], Awaitable[None]],
) -> None:
    # What only JetStream held is gone with its store: the facts of the moment before.
    async with Load(stage, rng, profiles=loss is not lose_nats_store) as load:
        async with load.running():
            await asyncio.sleep(0.5)
            await loss(stage)
            with within(10):
                await load.posted(load.writers[0], load.chats[0], "is anybody there?")
            await asyncio.sleep(0.5)
        took = await load.settle()
        load.verify()
        figures(f"{load.figures()}, settled within {took:.1f} s")


async def test_a_fact_told_after_the_store_was_lost_arrives(stage: Stage, rng: random.Random) -> None:
    async with Load(stage, rng) as load:
        anna, ben = load.writers[0], load.writers[1]
        await lose_nats_store(stage)
        await asyncio.gather(*(writer.wait_live(PATIENCE) for writer in (anna, ben)))
        await load.insist(anna, EditProfile(description="after the loss"))
        await ben.wait_for(lambda: ben.state.people[me(anna).id].description == "after the loss", PATIENCE)
