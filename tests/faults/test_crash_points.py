"""Death at every named point of the code, under load: nothing acknowledged is lost, nothing doubled."""

import random
import re

import pytest

from deploy.local.settings import ROOT
from tests.faults.conftest import Figures
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage

POINTS = {
    "chat": (
        "fact_received",  # first: a fact that was not acknowledged comes again after a while
        "fact_handled",
        "before_commit",
        "after_commit",
        "before_publish",
        "after_publish",
        "before_reply",
        "after_reply",
        "before_outbox_delete",
        "after_outbox_delete",
        "relay_before_publish",
        "relay_after_publish",
        "before_receipts_told",
    ),
    "gateway": ("command_received", "command_answered", "event_received", "before_write", "after_write"),
    "auth": ("after_commit", "after_publish"),
    "presence": ("before_reply",),
}
ELSEWHERE = {"scheduled_claimed", "scheduled_posted"}
"""tests/system/test_later.py has those: under this load nothing is scheduled."""


def test_every_crash_point_is_tried() -> None:
    sources = [path for folder in ("libs", "services") for path in (ROOT / folder).rglob("*.py")]
    declared = {name for path in sources for name in re.findall(r'crash_point\("(\w+)"\)', path.read_text())}
    assert declared == ELSEWHERE | {point for points in POINTS.values() for point in points}


@pytest.mark.parametrize("service", list(POINTS))
async def test_death_at_each_point(
    stage: Stage, nemesis: Nemesis, rng: random.Random, figures: Figures, service: str
) -> None:
    async with Load(stage, rng) as load:
        async with load.running():
            for point in POINTS[service]:
                await nemesis.die_at(f"{service}-2", point)
            await stage.heal()
        took = await load.settle()
        load.verify()
        figures(f"{nemesis.kills} points, {load.figures()}, settled within {took:.1f} s")
