"""Every connection between two processes cut, held, halved, delayed and slowed, by a proxy in its middle."""

import asyncio
import random

import pytest

from tests.faults.conftest import Figures
from tests.faults.load import Load
from tests.faults.proxy import FAULTS
from tests.faults.stage import EDGES, Stage

SECONDS = 1.5

GROUPS = {
    "clients": ("clients",),
    "nats": tuple(edge for edge in EDGES if edge.endswith("-nats")),
    "mariadb": tuple(edge for edge in EDGES if edge.endswith("-mariadb")),
    "redis": tuple(edge for edge in EDGES if edge.endswith("-redis")),
}


@pytest.mark.parametrize("group", list(GROUPS))
async def test_a_fault_on_each_edge(stage: Stage, rng: random.Random, figures: Figures, group: str) -> None:
    faults = list(FAULTS)
    rng.shuffle(faults)
    done: list[str] = []
    async with Load(stage, rng) as load:
        async with load.running():
            for edge in GROUPS[group] * (3 if len(GROUPS[group]) == 1 else 1):
                name = faults.pop()
                FAULTS[name](stage.proxies[edge])
                await asyncio.sleep(SECONDS)
                stage.proxies[edge].heal()
                await asyncio.sleep(0.3)
                done.append(f"{edge}: {name}")
        took = await load.settle()
        load.verify()
        figures(f"{', '.join(done)}; {load.figures()}, settled within {took:.1f} s")
