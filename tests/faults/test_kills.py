"""Whatever single process is killed, and whenever: what was acknowledged stays, once and in order, on every device."""

import asyncio
import random

from tests.faults.conftest import Figures
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage

KILLS = {
    **dict.fromkeys(("gateway", "gateway-2", "chat", "chat-2"), 4),
    **dict.fromkeys(("auth", "presence"), 1),
    **dict.fromkeys(("auth-2", "presence-2"), 1),
    "mariadb": 3,
    "nats": 4,
    "redis": 3,
}


async def test_thirty_kills(stage: Stage, nemesis: Nemesis, rng: random.Random, figures: Figures) -> None:
    assert sum(KILLS.values()) == 30
    async with Load(stage, rng) as load:
        async with load.running():
            for name in nemesis.shuffled(KILLS):
                await asyncio.sleep(rng.uniform(0.05, 0.5))
                await nemesis.kill(name, down=rng.uniform(0.0, 0.3))
        took = await load.settle()
        load.verify()
        figures(f"{nemesis.kills} kills, {load.figures()}, all settled within {took:.1f} s")
