"""A new version is rolled out: every process of every service ends in good order and starts anew, under load."""

import asyncio
import random

from tests.faults.conftest import Figures
from tests.faults.history import Outcome
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import FAST, Stage
from tests.patience import Late, timed

OFFLINE_SECONDS = 2.0
COMMAND_SECONDS = float(FAST["DIALOG_COMMAND_TIMEOUT"])
"""Whoever waits so long for an answer was slow, and not turned away."""


@timed
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
        unknown = [send.ended - send.began for send in load.history.sends if send.outcome is Outcome.UNKNOWN]
        figures(
            f"{len(stage.names)} processes, {load.figures()}, offline at most {offline:.2f} s, settled in {took:.1f} s"
        )
        assert all(waited >= COMMAND_SECONDS for waited in unknown), "an orderly restart takes no answer from anybody"
        if offline > OFFLINE_SECONDS or unknown:
            raise Late(f"offline for {offline:.2f} s, {len(unknown)} answers took more than {COMMAND_SECONDS} s")
