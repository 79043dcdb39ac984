"""Typing and statuses, through the doors: who is told, who is not, and what outlives a connection."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from dialog.bus import Bus
from dialog.client import Client
from dialog.config import Settings, load
from dialog.ids import now_ms
from dialog.protocol.base import NotFound, Refused, tag_of
from dialog.protocol.chats import AddMember, RemoveMember
from dialog.protocol.presence import (
    TYPING_LASTS,
    Availability,
    ChatNotOpen,
    Choice,
    FocusSession,
    GetPresence,
    GetStatus,
    SetStatus,
    StartTyping,
    Typing,
    UntilRefused,
)
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me
from tests.servers import Servers, Suite

MOST = 3


@pytest.fixture(scope="module")
async def small_suite() -> AsyncIterator[Suite]:
    """A suite of its own, in which a group of more than MOST members is a large one."""
    async with Servers() as servers, Suite(servers) as suite:
        await suite.start("chat", env={"DIALOG_CHAT_TYPING_MEMBERS": str(MOST)})
        await suite.start_all("auth", "presence", "gateway")
        await suite.start("gateway", name="other gateway")
        yield suite


@pytest.fixture
async def few(small_suite: Suite) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(small_suite, stack)


async def opens(chat_id: int | None, *clients: Client) -> None:
    for client in clients:
        await client.call(FocusSession(focused=True, chat_id=chat_id))


def heard_typing(client: Client) -> list[int]:
    """Who was said to be typing since this was last asked."""
    return [event.user_id for event in client.events.take() if isinstance(event, Typing)]


async def hears(client: Client, typist: Client, chat_id: int) -> None:
    await client.wait_for(lambda: me(typist).id in client.usage.typing_in(chat_id))


async def settled(*clients: Client) -> None:
    """Whatever was on its way to these has come: a message to oneself would be slower than any event before it."""
    for client in clients:
        await client.call(GetStatus())
    await asyncio.sleep(0.3)


async def choose(client: Client, status: Choice, **more: object) -> None:
    await client.call(SetStatus(status=status, **more))  # pyright: ignore[reportArgumentType]


async def seen(viewer: Client, about: Client) -> Availability:
    return (await viewer.call(GetPresence(user_ids=[me(about).id]))).people[0].status


async def is_seen_as(viewer: Client, about: Client, status: Availability) -> None:
    async with asyncio.timeout(PATIENCE):
        while await seen(viewer, about) is not status:
            await asyncio.sleep(0.05)


# --- typing


@pytest.mark.parametrize("kind", ["group", "direct"])
async def test_typing_reaches_those_who_have_the_chat_open(few: People, kind: str) -> None:
    anna, carla = await few.join("anna", "carla")
    [ben] = await few.join("ben", gateway="other gateway")
    phone = await few.device(ben)
    chat = await group(anna, ben, carla) if kind == "group" else await direct(anna, ben)
    await knows(chat.id, phone)
    await opens(chat.id, anna, ben)
    await anna.call(StartTyping(chat_id=chat.id))
    await hears(ben, anna, chat.id)
    await settled(anna, ben, carla, phone)
    assert heard_typing(ben) == [me(anna).id]
    for deaf in (anna, carla, phone):
        assert heard_typing(deaf) == []


async def test_typing_is_told_every_three_seconds_and_ends_by_itself(few: People) -> None:
    anna, ben = await few.join("anna", "ben")
    chat = await direct(anna, ben)
    await opens(chat.id, anna, ben)
    began = time.monotonic()
    for _ in range(20):
        await anna.call(StartTyping(chat_id=chat.id))
    await hears(ben, anna, chat.id)
    heard = len(heard_typing(ben))
    assert 1 <= heard <= 1 + (time.monotonic() - began) / 3
    await ben.wait_for(lambda: not ben.usage.typing_in(chat.id), seconds=TYPING_LASTS + 10)
    await anna.call(StartTyping(chat_id=chat.id))
    await hears(ben, anna, chat.id)


async def test_who_has_sent_is_not_typing_any_more(few: People) -> None:
    anna, ben = await few.join("anna", "ben")
    chat = await direct(anna, ben)
    await opens(chat.id, anna, ben)
    await anna.call(StartTyping(chat_id=chat.id))
    await hears(ben, anna, chat.id)
    await anna.send(chat.id, "there")
    await ben.wait_for(lambda: not ben.usage.typing_in(chat.id), seconds=TYPING_LASTS / 2)


async def test_typing_of_somebody_invisible_never_leaves_the_gateway(few: People) -> None:
    anna, ben = await few.join("anna", "ben")
    phone = await few.device(anna, gateway="other gateway")
    chat, pair = await group(anna, ben), await direct(anna, ben)
    await knows(pair.id, phone)
    heard: list[bytes] = []
    for topic in (f"chat.{chat.id}", f"user.{me(ben).id}"):
        await _listen(few.suite, topic, heard)
    await choose(phone, Choice.INVISIBLE)  # chosen elsewhere
    await anna.wait_for(lambda: anna.state.status and anna.state.status.status is Choice.INVISIBLE)
    for typist in (anna, phone):
        for chat_id in (chat.id, pair.id):
            await opens(chat_id, typist, ben)
            await typist.call(StartTyping(chat_id=chat_id))
    await settled(anna, phone, ben)
    assert heard_typing(ben) == []
    assert not [frame for frame in heard if b'"typing"' in frame]
    await choose(phone, Choice.DND)
    await anna.wait_for(lambda: anna.state.status and anna.state.status.status is Choice.DND)
    await anna.call(FocusSession(focused=True, chat_id=pair.id))
    await anna.call(StartTyping(chat_id=pair.id))
    await hears(ben, anna, pair.id)
    assert [frame for frame in heard if b'"typing"' in frame]


async def _listen(suite: Suite, topic: str, heard: list[bytes]) -> None:
    url = {"DIALOG_NATS_URL": suite.servers.environment["DIALOG_NATS_URL"]}
    bus = await Bus.connect(load(Settings, "test", url), "test")
    await bus.subscribe(topic, heard.append)
    await bus.flush()


async def test_a_large_group_does_not_say_who_is_typing(few: People) -> None:
    people = await few.join("anna", "ben", "carla", "dora")
    anna, ben, carla, dora = people
    chat = await group(anna, ben, carla)
    await opens(chat.id, anna, ben)
    await anna.call(StartTyping(chat_id=chat.id))
    await hears(ben, anna, chat.id)
    heard_typing(ben)
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(dora).id]))
    await knows(chat.id, dora)
    await in_step(anna, ben)
    await opens(chat.id, carla, dora)
    for typist in (ben, carla, dora):
        await typist.call(StartTyping(chat_id=chat.id))
    await settled(*people)
    assert [heard_typing(one) for one in people] == [[]] * 4


async def test_one_types_only_in_the_chat_that_is_open_and_ones_own(few: People) -> None:
    anna, ben, carla = await few.join("anna", "ben", "carla")
    chat, other = await group(anna, ben), await direct(anna, ben)

    async def refusal(client: Client, command: FocusSession | StartTyping) -> str:
        with pytest.raises(Refused) as raised:
            await client.call(command)
        return tag_of(type(raised.value.failure))

    not_open, not_found = tag_of(ChatNotOpen), tag_of(NotFound)
    assert await refusal(anna, StartTyping(chat_id=chat.id)) == not_open
    await opens(other.id, anna)
    assert await refusal(anna, StartTyping(chat_id=chat.id)) == not_open
    for chat_id in (chat.id, other.id, 12345):
        assert await refusal(carla, FocusSession(focused=True, chat_id=chat_id)) == not_found
        assert await refusal(carla, StartTyping(chat_id=chat_id)) == not_open
    await opens(chat.id, anna, ben)
    await anna.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
    await ben.wait_for(lambda: chat.id not in ben.state.chats)
    await ben.call(StartTyping(chat_id=chat.id))  # it is open still, but nobody hears of it
    await anna.call(StartTyping(chat_id=chat.id))
    await settled(anna, ben)
    assert heard_typing(anna) == heard_typing(ben) == []


async def test_typing_needs_no_database(few: People, small_suite: Suite) -> None:
    anna, ben = await few.join("anna", "ben")
    chat = await group(anna, ben)
    await opens(chat.id, anna, ben)
    small_suite.pause("mariadb")
    try:
        await anna.call(StartTyping(chat_id=chat.id))
        await hears(ben, anna, chat.id)
    finally:
        small_suite.resume("mariadb")
        await small_suite.ready("mariadb")


async def test_the_open_chat_is_told_again_after_a_reconnect(few: People) -> None:
    anna, ben = await few.join("anna", "ben")
    chat = await direct(anna, ben)
    ben.usage.open_chat(chat.id)
    await ben.close()
    await ben.open()
    await opens(chat.id, anna)
    async with asyncio.timeout(PATIENCE):
        while not ben.usage.typing_in(chat.id):
            await anna.call(StartTyping(chat_id=chat.id))
            await asyncio.sleep(0.2)


# --- statuses


async def test_a_status_is_the_same_on_all_devices_and_outlives_them(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    await direct(anna, ben)
    await choose(anna, Choice.DND, text="  in a   meeting ")
    await phone.wait_for(lambda: phone.state.status and phone.state.status.text == "in a meeting")
    await in_step(anna, phone)
    await ben.wait_for(
        lambda: (one := ben.state.presence.get(me(anna).id)) and (one.status, one.text) == ("dnd", "in a meeting")
    )
    await anna.close()
    await phone.close()
    await is_seen_as(ben, anna, Availability.OFFLINE)
    again = await people.device(anna)
    assert again.state.status
    assert again.state.status.status is Choice.DND
    await is_seen_as(ben, anna, Availability.DND)


async def test_a_timed_status_ends_by_itself(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    await direct(anna, ben)
    until = now_ms() + 2500
    await choose(anna, Choice.DND, text="soon over", until=until)
    await is_seen_as(ben, anna, Availability.DND)
    await phone.wait_for(lambda: phone.state.status and phone.state.status.rev == 2)
    status = phone.state.status
    assert status
    assert (status.status, status.text, status.until, status.since) == (Choice.AUTO, "", None, until)
    await is_seen_as(ben, anna, Availability.ONLINE)
    await in_step(anna, phone)


async def test_a_timed_status_ends_while_nobody_is_connected(people: People) -> None:
    [anna] = await people.join("anna")
    await choose(anna, Choice.INVISIBLE, until=now_ms() + 1500)
    await anna.close()
    await asyncio.sleep(1.6)
    status = await anna.post(GetStatus())
    assert (status.status, status.rev) == (Choice.AUTO, 2)
    again = await people.device(anna)
    assert again.state.status == status


async def test_invisible_is_seen_as_offline_by_everybody(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    await direct(anna, ben)
    await is_seen_as(ben, anna, Availability.ONLINE)
    await choose(anna, Choice.INVISIBLE)
    await is_seen_as(ben, anna, Availability.OFFLINE)
    await ben.wait_for(lambda: ben.state.presence[me(anna).id].status is Availability.OFFLINE)
    await anna.call(FocusSession(focused=True))
    await settled(anna, ben)
    assert await seen(ben, anna) is Availability.OFFLINE
    await choose(anna, Choice.AUTO)
    await is_seen_as(ben, anna, Availability.ONLINE)


@pytest.mark.parametrize("until", [-1000, 0, 367 * 86_400_000])
async def test_an_end_in_the_past_or_far_ahead_is_refused(people: People, until: int) -> None:
    [anna] = await people.join("anna")
    with pytest.raises(Refused) as raised:
        await anna.call(SetStatus(status=Choice.DND, until=now_ms() + until))
    assert isinstance(raised.value.failure, UntilRefused)
    assert (await anna.call(GetStatus())).rev == 0


async def test_another_text_does_not_make_a_status_a_new_one(people: People) -> None:
    [anna] = await people.join("anna")
    first = await anna.call(SetStatus(status=Choice.INVISIBLE))
    second = await anna.call(SetStatus(status=Choice.INVISIBLE, text="still"))
    assert (second.since, second.rev) == (first.since, first.rev + 1)
    third = await anna.call(SetStatus(status=Choice.DND))
    assert third.since >= first.since
