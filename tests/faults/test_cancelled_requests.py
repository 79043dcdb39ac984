"""Requests that are cancelled while the database works on them never leave their rows to the next one."""

import asyncio
import random

from msgspec import Struct

from dialog.bus import Bus
from dialog.config import DatabaseSettings
from dialog.db import Database, open_database
from dialog.protocol.base import Refused
from tests.faults.conftest import Figures
from tests.faults.stage import Stage

CANCELLED = 1000
AT_ONCE = 20


class Number(Struct):
    number: int
    slept: int


async def ask(db: Database, number: int, seconds: float) -> int:
    """Half of them in a transaction."""
    sql = "SELECT %(number)s AS number, SLEEP(%(seconds)s) AS slept"
    if number % 2:
        [row] = await db.fetch(Number, sql, number=number, seconds=seconds)
    else:
        async with db.transaction() as tx:
            [row] = await tx.fetch(Number, sql, number=number, seconds=seconds)
    return row.number


async def test_a_thousand_cancelled_requests(stage: Stage, rng: random.Random, figures: Figures) -> None:
    settings = DatabaseSettings(
        environment="test",
        mysql_url=stage.servers.mysql_url("chat"),
        nats_url=stage.servers.environment["DIALOG_NATS_URL"],
    )
    bus = await Bus.connect(settings, "test")
    answered = cancelled = refused = started = 0
    try:
        async with open_database(settings, bus) as db, asyncio.timeout(240):
            while cancelled < CANCELLED:
                numbers = list(range(started, started + AT_ONCE))
                started += AT_ONCE
                tasks = [asyncio.create_task(ask(db, number, rng.uniform(0, 0.003))) for number in numbers]
                for task in rng.sample(tasks, AT_ONCE * 3 // 4):
                    asyncio.get_running_loop().call_later(rng.uniform(0, 0.01), task.cancel)
                outcomes = await asyncio.gather(*tasks, return_exceptions=True)
                for number, outcome in zip(numbers, outcomes, strict=True):
                    if isinstance(outcome, asyncio.CancelledError):
                        cancelled += 1
                    elif isinstance(outcome, Refused):
                        refused += 1
                    else:
                        assert outcome == number, "somebody else's row"
                        answered += 1
            assert await asyncio.gather(*(ask(db, number, 0) for number in range(50))) == list(range(50))
    finally:
        await bus.close()
    assert answered > CANCELLED / 10
    assert not refused
    figures(f"{cancelled} cancelled, {answered} answered, each with its own row")
