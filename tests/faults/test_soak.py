"""The long form: random faults for as long as one likes. `make soak MINUTES=60`, `make soak MINUTES=5 SEED=123`."""

import asyncio
import random
import time
from collections import Counter

import pytest

from tests.faults.conftest import MINUTES, SEED, Figures
from tests.faults.history import Outcome
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.proxy import FAULTS
from tests.faults.stage import EDGES, Stage, service_of
from tests.faults.test_crash_points import POINTS
from tests.faults.test_lost_servers import flush_redis, restart_mariadb, restart_nats

ROUND_SECONDS = 40.0


async def kill(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    await nemesis.kill(rng.choice(stage.processes), down=rng.uniform(0, 3))


async def kill_a_whole_service(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    service = rng.choice(list(POINTS))
    names = [name for name in stage.names if service_of(name) == service]
    await asyncio.gather(*(nemesis.kill(name, down=rng.uniform(0, 3)) for name in names))


async def kill_one_after_another(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    for _ in range(10):
        await nemesis.kill(rng.choice(stage.processes), down=rng.uniform(0, 0.3))


async def kill_two_at_a_time(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    for _ in range(5):
        names = rng.sample(stage.processes, 2)
        await asyncio.gather(*(nemesis.kill(name, down=rng.uniform(0, 0.3)) for name in names))


async def pause(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    await nemesis.pause(rng.choice(stage.processes), seconds=rng.uniform(0.2, 30))


async def die_at_a_point(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    service = rng.choice(list(POINTS))
    await nemesis.die_at(f"{service}-2", rng.choice(POINTS[service]))
    await stage.heal()


async def hurt_an_edge(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    edge, fault = rng.choice(list(EDGES)), rng.choice(list(FAULTS))
    nemesis.note(f"{edge}: {fault}")
    FAULTS[fault](stage.proxies[edge])
    await asyncio.sleep(rng.uniform(0.2, 15))
    stage.proxies[edge].heal()


async def lose_a_server(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    loss = rng.choice((flush_redis, restart_nats, restart_mariadb))
    nemesis.note(loss.__name__)
    await loss(stage)


async def roll(stage: Stage, nemesis: Nemesis, rng: random.Random) -> None:
    await nemesis.roll(rng.choice(stage.names))


TROUBLES = (
    kill,
    kill,
    kill,
    kill_one_after_another,
    kill_one_after_another,
    kill_two_at_a_time,
    kill_two_at_a_time,
    kill_a_whole_service,
    pause,
    die_at_a_point,
    hurt_an_edge,
    hurt_an_edge,
    lose_a_server,
    roll,
)


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 300)
async def test_random_faults(stage: Stage, nemesis: Nemesis, rng: random.Random, figures: Figures) -> None:
    until = time.monotonic() + MINUTES * 60
    troubles: Counter[str] = Counter()
    sends: Counter[Outcome] = Counter()
    doings: Counter[str] = Counter()
    rounds, slowest = 0, 0.0
    try:
        while time.monotonic() < until:
            async with Load(stage, rng) as load:
                async with load.running():
                    ends = min(until, time.monotonic() + ROUND_SECONDS)
                    while time.monotonic() < ends:
                        trouble = rng.choice(TROUBLES)
                        troubles[trouble.__name__] += 1
                        await trouble(stage, nemesis, rng)
                        await asyncio.sleep(rng.uniform(0, 2))
                    await stage.heal()
                slowest = max(slowest, await load.settle())
                load.verify()
                rounds += 1
                sends.update(send.outcome for send in load.history.sends)
                doings.update(type(doing).__name__ for doing in (*load.history.doings, *load.history.appointments))
    except BaseException:
        figures("what was done:\n  " + "\n  ".join(nemesis.log[-60:]))
        raise
    finally:
        figures(
            f"seed {SEED}, {rounds} rounds, {nemesis.kills} kills, {dict(troubles)}, {dict(sends)}, {dict(doings)}, "
            f"settled within {slowest:.1f} s"
        )
