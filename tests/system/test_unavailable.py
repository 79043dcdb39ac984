"""A server that stops: commands are `unavailable` in time, health says which part, and all comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import asyncmy
import pytest

from dialog.client import Client
from dialog.db import connection_arguments
from dialog.protocol.accounts import EditProfile
from dialog.protocol.base import Refused, Unavailable
from dialog.protocol.chats import Sync
from dialog.protocol.messages import SendMessage
from tests.patience import PATIENCE, timed, within
from tests.people import People, acknowledged, direct, in_step, sees, texts
from tests.raw import raw_socket
from tests.servers import Servers, Suite

DEADLINE = 6.0
"""`command_timeout` and the gateway's margin."""
RECOVERY = 10.0


@pytest.fixture(scope="module")
async def hurt() -> AsyncIterator[Suite]:
    """Servers that these tests may stop, shared by them."""
    async with Servers() as servers, Suite(servers) as suite:
        await suite.start_all()
        yield suite


@pytest.fixture
async def those(hurt: Suite) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(hurt, stack)


async def parts(suite: Suite, service: str) -> dict[str, str]:
    """What health says of a service's dependencies."""
    async with aiohttp.ClientSession() as http, http.get(f"{suite.url(service)}/health/ready") as answer:
        body = await answer.json()
    assert (answer.status == 200) == body["ready"]
    return body["parts"]


async def says(suite: Suite, service: str, part: str, state: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await parts(suite, service))[part] != state:
            await asyncio.sleep(0.1)


async def is_unavailable(attempt: Awaitable[object]) -> None:
    with within(DEADLINE), pytest.raises(Refused) as refused:
        await attempt
    assert isinstance(refused.value.failure, Unavailable)


async def recovers(one: Client, other: Client, chat_id: int, text: str) -> None:
    """What is written next arrives, within ten seconds."""
    with within(RECOVERY):
        await acknowledged(one.send(chat_id, text))
        await other.wait_for(lambda: text in texts(other, chat_id))
    await in_step(one, other)


@timed
async def test_mariadb_stops_and_comes_back(those: People, hurt: Suite) -> None:
    anna, ben = await those.join("anna", "ben")
    chat = await direct(anna, ben)
    hurt.pause("mariadb")
    try:
        await is_unavailable(anna.post(SendMessage(chat_id=chat.id, nonce="n", text="never")))
        await is_unavailable(anna.post(Sync()))
        await is_unavailable(anna.post(EditProfile(description="x")))
        await says(hurt, "chat", "mysql", "down")
        await says(hurt, "auth", "mysql", "down")
        assert (await parts(hurt, "chat"))["nats"] == "up"
    finally:
        hurt.resume("mariadb")
    await says(hurt, "chat", "mysql", "up")
    await recovers(anna, ben, chat.id, "back")


@timed
async def test_mariadb_is_killed_and_restarted(those: People, hurt: Suite) -> None:
    anna, ben = await those.join("anna", "ben")
    chat = await direct(anna, ben)
    await anna.send(chat.id, "acknowledged")
    hurt.kill("mariadb")
    entry = anna.send(chat.id, "written meanwhile")
    await is_unavailable(ben.post(Sync()))
    await hurt.restart("mariadb")
    await acknowledged(entry)
    await sees(ben, chat.id, "acknowledged", "written meanwhile")
    await recovers(anna, ben, chat.id, "back")


@timed
async def test_nats_stops_and_comes_back(those: People, hurt: Suite) -> None:
    anna, ben = await those.join("anna", "ben")
    chat = await direct(anna, ben)
    hurt.pause("nats")
    try:
        await is_unavailable(anna.post(SendMessage(chat_id=chat.id, nonce="n", text="perhaps")))
        await says(hurt, "gateway", "nats", "down")
        await says(hurt, "chat", "nats", "down")
        assert (await parts(hurt, "chat"))["mysql"] == "up"
    finally:
        hurt.resume("nats")
    await says(hurt, "gateway", "nats", "up")
    await recovers(anna, ben, chat.id, "back")


@timed
async def test_nats_is_killed_and_restarted(those: People, hurt: Suite) -> None:
    anna, ben = await those.join("anna", "ben")
    chat = await direct(anna, ben)
    token = ben.session.access_token
    async with raw_socket(hurt.url("gateway"), token) as socket:
        hurt.kill("nats")
        entry = anna.send(chat.id, "written meanwhile")
        await hurt.restart("nats")
        while (await socket.receive()).get("event", {}).get("type") != "resync":
            pass  # what was told while NATS was away is lost: clients are asked to look
    await acknowledged(entry)
    await sees(ben, chat.id, "written meanwhile")
    await recovers(anna, ben, chat.id, "back")


@timed
async def test_redis_stops_and_nobody_notices(those: People, hurt: Suite) -> None:
    anna, ben = await those.join("anna", "ben")
    chat = await direct(anna, ben)
    hurt.pause("redis")
    try:
        with within(2):
            await acknowledged(anna.send(chat.id, "without redis"))
        await sees(ben, chat.id, "without redis")
        phone = await those.device(ben)
        assert chat.id in phone.state.chats
        await says(hurt, "auth", "redis", "down")
        await says(hurt, "presence", "redis", "down")
    finally:
        hurt.resume("redis")
    await says(hurt, "presence", "redis", "up")


@pytest.mark.parametrize("service", ["auth", "chat", "presence"])
@timed
async def test_a_service_is_killed_and_comes_back(those: People, hurt: Suite, service: str) -> None:
    anna, ben = await those.join("anna", "ben")
    chat = await direct(anna, ben)
    hurt.kill(service)
    if service == "chat":
        await is_unavailable(anna.post(Sync()))
    await hurt.restart(service)
    await recovers(anna, ben, chat.id, "back")


async def test_a_server_that_may_lose_data_is_not_used(
    isolated_suite: Callable[..., Awaitable[Suite]],
) -> None:
    suite = await isolated_suite("auth")
    admin = await asyncmy.connect(autocommit=True, **connection_arguments(suite.servers.mysql_url("admin")))
    async with admin.cursor() as cursor:
        await cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    admin.close()
    with pytest.raises(Exception, match="innodb_flush_log_at_trx_commit is 2, must be 1"):
        await suite.start("chat", env={"DIALOG_ENVIRONMENT": "development"})
