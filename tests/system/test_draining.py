"""A gateway that is asked to stop: nobody is lost, nothing is missed."""

import asyncio

import aiohttp
import pytest

from dialog.client import Entry
from tests.patience import PATIENCE
from tests.people import People, acknowledged, group, in_step, me, token_of
from tests.raw import raw_socket
from tests.servers import Suite


async def test_a_draining_gateway_loses_nobody(people: People, suite: Suite) -> None:
    await suite.start("gateway", name="leaving", env={"DIALOG_GATEWAY_DRAIN_WITHIN": "2"})
    (anna,) = await people.join("anna")
    guests = await people.join(*(f"guest{number}" for number in range(20)), gateway="leaving")
    chat = await group(anna, *guests)
    offline: list[str] = []
    for guest in guests:
        guest.session.url = suite.url("gateway")  # what a load balancer would do
    stopping = asyncio.create_task(suite.terminate("leaving"))
    entries: list[Entry] = []
    while not stopping.done():
        offline += [me(guest).username for guest in guests if guest.status != "live"]
        entries.append(anna.send(chat.id, f"{len(entries)}"))
        await asyncio.sleep(0.01)
    assert await stopping == 0
    sent = [await acknowledged(entry) for entry in entries]
    for guest in guests:
        await guest.wait_for(lambda guest=guest: guest.state.chats[chat.id].head_seq == len(sent))
        assert guest.connection.count == 2
    assert not offline, "each opens the new connection before it closes the old one"
    assert len(sent) > 10
    await in_step(anna, *guests[:3])


async def test_while_draining_it_is_not_ready_and_lets_nobody_in(people: People, suite: Suite) -> None:
    await suite.start("gateway", name="closing", env={"DIALOG_GATEWAY_DRAIN_WITHIN": "3"})
    url = suite.url("closing")
    (anna,) = await people.join("anna", gateway="closing")
    anna.session.url = suite.url("gateway")
    async with raw_socket(url, token_of(anna)) as deaf:  # it stays until it is closed, and the process with it
        stopping = asyncio.create_task(suite.terminate("closing"))
        while (frame := await deaf.receive()).get("event", {}).get("type") != "draining":
            pass
        assert frame["event"]["within"] == 3
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{url}/health/ready") as answer:
                assert answer.status == 503
            async with http.get(f"{url}/health/live") as answer:
                assert answer.status == 200
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with raw_socket(url):
                pass
        assert refused.value.status == 503
        assert refused.value.headers
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 2
        assert await deaf.closed() == 4001
    assert await stopping == 0
    await anna.wait_live(PATIENCE)
