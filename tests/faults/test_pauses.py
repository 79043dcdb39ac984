"""Processes that stand still and wake up with old beliefs: all waits end, and everything is in step again."""

import asyncio
import random
import time

import pytest

from tests.faults.conftest import Figures
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage
from tests.patience import timed, within

SECONDS = 5.0
RECOVERY = 10.0


@pytest.mark.parametrize("names", [("mariadb",), ("nats",), ("gateway", "auth", "chat", "presence", "redis")])
@timed
async def test_a_pause(
    stage: Stage, nemesis: Nemesis, rng: random.Random, figures: Figures, names: tuple[str, ...]
) -> None:
    async with Load(stage, rng) as load:
        async with load.running():
            await asyncio.sleep(0.5)
            await nemesis.pause(*names, seconds=SECONDS)
            awake = time.monotonic()
            with within(RECOVERY):
                await load.posted(load.writers[0], load.chats[0], "is anybody there?")
            recovered = time.monotonic() - awake
        took = await load.settle()
        load.verify()
        figures(
            f"{SECONDS:.0f} s, sends acknowledged {recovered:.1f} s later, {load.figures()}, settled in {took:.1f} s"
        )
