"""A new version is rolled out: every process of every service ends in good order and starts anew, under load."""

import asyncio
import random

import pytest

from tests.faults.conftest import Figures
from tests.faults.history import Outcome
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage

OFFLINE_SECONDS = 2.0


@pytest.mark.timeout(120)
async def test_a_rolling_restart_of_everything(
    stage: Stage, nemesis: Nemesis, rng: random.Random, figures: Figures
) -> None:
    async with Load(stage, rng) as load:
        async with load.running():
            for name in stage.names:
                await nemesis.roll(name)
                await asyncio.sleep(0.2)
        took = await load.settle()
        load.verify()
        offline = load.longest_offline()
        unknown = load.history.count(Outcome.UNKNOWN)
        figures(
            f"{len(stage.names)} processes, {load.figures()}, offline at most {offline:.2f} s, settled in {took:.1f} s"
        )
        assert offline <= OFFLINE_SECONDS
        assert unknown == 0, "an orderly restart leaves nobody without an answer"
