"""Clients that do not read: they lose nothing, and delay nobody."""

import asyncio
import time

import pytest

from dialog.client import Client
from tests.metrics import metric
from tests.patience import PATIENCE, Late, timed
from tests.people import People, group, in_step
from tests.raw import RawSocket, raw_socket
from tests.servers import Suite


async def flood(sender: Client, chat_id: int, count: int) -> None:
    """Messages of 7 KB, all acknowledged."""
    for entry in [sender.send(chat_id, f"{number} " + "x" * 7000) for number in range(count)]:
        await entry


async def test_events_collapse_and_the_slow_reader_recovers(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    token = ben.session.access_token
    assert token
    async with raw_socket(people.suite.url("gateway"), token) as slow:
        collapsed = await metric(people.suite, "dialog_gateway_collapsed_total")
        await flood(anna, chat.id, 600)  # 4 MB, and `slow` reads none of it
        assert await metric(people.suite, "dialog_gateway_collapsed_total") == collapsed + 1
        await ben.wait_for(lambda: ben.state.chats[chat.id].head_seq == 600)
        heard = await read_until_behind(slow)
        assert heard == list(range(1, len(heard) + 1)), "what came before the notice is in order and whole"
        assert len(heard) < 600
        await anna.send(chat.id, "after")
        assert (await slow.receive())["event"]["message"]["seq"] == 601, "it hears what comes after it caught up"
        answer = await slow.ask({"type": "chat.changes", "chat_id": chat.id, "since": 2 + len(heard)})
        assert answer["reply"]["chat"]["head_seq"] == 601
        assert answer["reply"]["messages"][-1]["text"] == "after"
    await in_step(ben)


async def read_until_behind(slow: RawSocket) -> list[int]:
    heard: list[int] = []
    while (event := (await slow.receive())["event"])["type"] != "chats.behind":
        if event["type"] == "message.posted":
            heard.append(event["message"]["seq"])
    return heard


@timed
async def test_others_do_not_wait_for_it(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    token = ben.session.access_token
    assert token
    alone = await seconds_to_arrive(anna, ben, chat.id)
    async with raw_socket(people.suite.url("gateway"), token):
        await flood(anna, chat.id, 300)
        if await seconds_to_arrive(anna, ben, chat.id) > alone + 0.2:
            raise Late("the median is to stay far below the slow reader's seconds")


async def seconds_to_arrive(sender: Client, reader: Client, chat_id: int) -> float:
    """The median of thirty messages."""
    delays: list[float] = []
    for number in range(30):
        started = time.monotonic()
        message = await sender.send(chat_id, f"timed {number}")
        await reader.wait_for(lambda seq=message.seq: reader.state.chats[chat_id].head_seq == seq)
        delays.append(time.monotonic() - started)
    return sorted(delays)[15]


async def test_who_reads_nothing_at_all_is_closed(people: People, suite: Suite) -> None:
    await suite.start("gateway", name="impatient", env={"DIALOG_GATEWAY_STALLED": "1"})
    try:
        (anna,) = await people.join("anna")
        (ben,) = await people.join("ben", gateway="impatient")
        chat = await group(anna, ben)
        token = ben.session.access_token
        assert token
        async with raw_socket(suite.url("impatient"), token):
            await flood(anna, chat.id, 300)
            async with asyncio.timeout(PATIENCE):
                while not await metric(suite, "dialog_gateway_too_slow_total", "impatient"):
                    await asyncio.sleep(0.1)
        assert await metric(suite, "dialog_gateway_sockets", "impatient") == pytest.approx(1)
    finally:
        await suite.terminate("impatient")
