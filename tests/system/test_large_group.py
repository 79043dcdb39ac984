"""A group of a thousand, all of them online: a message reaches every one with one encode and one publish."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import nats
import pytest
from nats.aio.msg import Msg
from prometheus_client.parser import text_string_to_metric_families

from bench.people import open_people
from dialog.protocol.connection import SUBPROTOCOL
from tests.patience import PATIENCE
from tests.raw import RawSocket
from tests.servers import Servers, Suite

pytestmark = pytest.mark.skipif(bool(os.environ.get("MYSQLD")), reason="a thousand people are made in MariaDB's words")

MEMBERS = 1000
GATEWAYS = ("gateway", "gateway-2")
COUNTED = ("chat", *GATEWAYS)
AT_ONCE = 32
SENT = 5


@dataclass
class Crowd:
    """A thousand sockets, on two gateways in turn, of the members of one group."""

    suite: Suite
    chat_id: int
    sockets: list[RawSocket] = field(default_factory=list[RawSocket])

    async def hear(self, text: str) -> None:
        """Return when each has heard exactly this, as the next message."""
        for socket in self.sockets:
            while (event := (await socket.receive()).get("event", {})).get("type") != "message.posted":
                pass
            assert event["message"]["text"] == text


@pytest.fixture(scope="module")
async def crowd() -> AsyncIterator[Crowd]:
    async with Servers() as servers, Suite(servers) as suite, AsyncExitStack() as stack:
        await suite.start_all("auth", "presence", "chat")
        for gateway in GATEWAYS:
            await suite.start("gateway", name=gateway)
        for name in COUNTED:
            suite.kill(name)
            suite.processes[name].command = (sys.executable, "-m", "tests.counted", name.partition("-")[0])
            await suite.restart(name)
        async with open_people(servers) as people:
            ids = await people.make(MEMBERS)
            [chat_id] = await people.groups([ids])
            tokens = [person.token for person in people.enter(ids)]
        crowd = Crowd(suite, chat_id)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        room = asyncio.Semaphore(AT_ONCE)

        async def enter(number: int, token: str) -> RawSocket:
            async with room:
                url = suite.url(GATEWAYS[number % 2])
                ws = await http.ws_connect(f"{url}/ws", protocols=(SUBPROTOCOL,), max_msg_size=0)
                socket = RawSocket(await stack.enter_async_context(ws))
                assert "reply" in await socket.ask({"type": "connect", "access_token": token})
                answer = await socket.ask({"type": "sync", "chats": {str(chat_id): MEMBERS}})
                assert answer["reply"]["chats"] == [], "they hold it already"
                return socket

        crowd.sockets += await asyncio.gather(*(enter(number, token) for number, token in enumerate(tokens)))
        yield crowd


async def built(suite: Suite, name: str) -> Counter[str]:
    """How many events and frames a process has built for messages that were posted."""
    async with aiohttp.ClientSession() as http, http.get(f"{suite.url(name)}/metrics") as answer:
        families = list(text_string_to_metric_families(await answer.text()))
    return Counter(
        {
            sample.labels["what"]: int(sample.value)
            for family in families
            for sample in family.samples
            if sample.name == "counted_built_total"
        }
    )


async def test_one_encode_and_one_publish(crowd: Crowd) -> None:
    suite, published = crowd.suite, list[tuple[str, bytes]]()

    async def note(message: Msg) -> None:
        if b"ferry" in message.data and not message.subject.startswith("_INBOX."):
            published.append((message.subject, message.data))

    ear = await nats.connect(suite.servers.environment["DIALOG_NATS_URL"])
    await ear.subscribe(">", cb=note)
    await ear.flush()
    before = {name: await built(suite, name) for name in COUNTED}
    for number in range(SENT):
        send = {"type": "message.send", "chat_id": crowd.chat_id, "nonce": f"n{number}", "text": f"ferry {number}"}
        await crowd.sockets[number].send({"id": number, "command": send})
        await crowd.hear(f"ferry {number}")
    await ear.flush()
    await ear.drain()

    events = [(subject, json.loads(data)["event"]) for subject, data in published if subject.startswith("live.")]
    assert [(subject, event["type"], event["message"]["text"]) for subject, event in events] == [
        (f"live.chat.{crowd.chat_id}", "message.posted", f"ferry {number}") for number in range(SENT)
    ]
    others = Counter(subject for subject, _ in published if not subject.startswith("live."))
    assert others == {"cmd.message.send": SENT}, "nothing else on the bus holds it, for whomever"
    after = {name: await built(suite, name) - before[name] for name in COUNTED}
    assert after == {
        "chat": {"encode_event": SENT},
        "gateway": {"text_frame": SENT},
        "gateway-2": {"text_frame": SENT},
    }


async def test_what_was_posted_together_is_published_once_each(crowd: Crowd) -> None:
    before = {name: await built(crowd.suite, name) for name in COUNTED}
    senders = crowd.sockets[:50]
    for number, socket in enumerate(senders):
        send = {"type": "message.send", "chat_id": crowd.chat_id, "nonce": f"all{number}", "text": "together"}
        await socket.send({"id": 7, "command": send})
    for _ in senders:
        async with asyncio.timeout(PATIENCE):
            await crowd.hear("together")
    for name, what in zip(COUNTED, ("encode_event", "text_frame", "text_frame"), strict=True):
        assert await built(crowd.suite, name) - before[name] == {what: len(senders)}, name
