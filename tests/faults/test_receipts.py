"""Receipts are told to others a moment later, together: whatever happens in that moment, they are told."""

import asyncio
import random

import pytest

from dialog.protocol.receipts import ReadReceipt
from tests.faults.history import Outcome, Reading
from tests.faults.load import Load
from tests.faults.stage import Stage
from tests.people import me


async def read_all(load: Load) -> None:
    """Have all writers read the meeting as far as it goes."""
    message = await load.posted(load.writers[0], load.chats[1], "to be read")
    for writer in load.writers:
        reading = Reading(message.chat_id, me(writer).id, message.seq, message.seq)
        load.history.doings.append(reading)
        reading.outcome = await load.attempt(writer, ReadReceipt(chat_id=message.chat_id, seq=message.seq))
        assert reading.outcome is Outcome.OK


async def test_receipts_of_a_process_that_died_are_told(stage: Stage, rng: random.Random) -> None:
    async with Load(stage, rng) as load:
        stage.suite.kill("chat-2")
        await stage.doom("chat", "before_receipts_told")
        await stage.suite.ready("chat")
        await read_all(load)
        await stage.suite.processes["chat"].gone()
        await stage.heal()
        await load.settle()
        load.verify()


@pytest.mark.parametrize("edge", ["chat-nats", "chat-mariadb"])
async def test_receipts_are_told_once_their_way_is_free_again(stage: Stage, rng: random.Random, edge: str) -> None:
    async with Load(stage, rng) as load:
        await read_all(load)
        stage.proxies[edge].cut()
        await asyncio.sleep(1.5)
        stage.proxies[edge].heal()
        await load.settle()
        load.verify()
