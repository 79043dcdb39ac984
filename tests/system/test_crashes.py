"""Processes that die at the worst moment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from dialog.client import Client
from dialog.protocol.messages import SendMessage
from tests.patience import timed, within
from tests.people import People, acknowledged, direct, in_step, sees, texts
from tests.servers import Suite

Crash = Callable[[str], Awaitable[None]]


@pytest.fixture
async def fragile(isolated_suite: Callable[..., Awaitable[Suite]]) -> AsyncIterator[People]:
    suite = await isolated_suite("auth", "presence", "gateway")
    await suite.start("chat")
    async with AsyncExitStack() as stack:
        yield People(suite, stack)


async def crash_while_sending(people: People, sender: Client, chat_id: int, point: str) -> None:
    """`sender` sends one message through a chat process that dies at `point`; then another one takes over."""
    suite = people.suite
    await suite.terminate("chat")
    await suite.start("chat", name=f"chat-{point}", env={"DIALOG_CRASH_AT": point})
    entry = sender.send(chat_id, f"sent into {point}")
    await suite.processes[f"chat-{point}"].gone()
    await suite.restart("chat")
    await acknowledged(entry)


@timed
async def test_killed_between_commit_and_publish_it_is_still_delivered(fragile: People) -> None:
    anna, ben = await fragile.join("anna", "ben")
    chat = await direct(anna, ben)
    await anna.send(chat.id, "before")
    await sees(ben, chat.id, "before")
    suite = fragile.suite
    await suite.terminate("chat")
    dying = f"chat-dying-{chat.id}"
    await suite.start("chat", name=dying, env={"DIALOG_CRASH_AT": "after_commit"})
    with pytest.raises(Exception, match=r"unavailable|lost|no answer"):
        # Given up after one try: nobody asks again, so only the outbox can bring it to Ben.
        await anna.call(SendMessage(chat_id=chat.id, nonce="n", text="committed"), timeout=3)
    await suite.processes[dying].gone()
    assert texts(ben, chat.id) == ["before"]
    await suite.restart("chat")
    with within(5):
        await sees(ben, chat.id, "before", "committed")
    await sees(anna, chat.id, "before", "committed")
    await in_step(anna, ben)


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
async def test_the_sender_hears_the_end_of_it_whenever_chat_dies(fragile: People, point: str) -> None:
    anna, ben = await fragile.join("anna", "ben")
    chat = await direct(anna, ben)
    await crash_while_sending(fragile, anna, chat.id, point)
    await sees(ben, chat.id, f"sent into {point}")
    await sees(anna, chat.id, f"sent into {point}")
    await in_step(anna, ben)


async def test_a_killed_gateway_is_resumed_on_another(fragile: People) -> None:
    await fragile.suite.start("gateway", name="gateway-2")
    anna, carla = await fragile.join("anna", "carla")
    (ben,) = await fragile.join("ben", gateway="gateway-2")
    chat = await direct(anna, ben)
    await anna.send(chat.id, "one")
    await sees(ben, chat.id, "one")
    fragile.suite.kill("gateway-2")
    await anna.send(chat.id, "two")
    waiting = ben.send(chat.id, "three")
    ben.session.url = fragile.suite.url("gateway")
    assert (await acknowledged(waiting)).seq == 3
    await sees(ben, chat.id, "one", "two", "three")
    await sees(anna, chat.id, "one", "two", "three")
    await in_step(anna, ben, carla)
