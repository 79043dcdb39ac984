"""What is unread after blocking and unblocking, on devices that ask chat for it before chat has heard of the block."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from dialog.client import Client
from dialog.protocol.people import AddBlock, RemoveBlock
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, group, in_step, me, relation, username
from tests.records import record_open
from tests.servers import Servers

SAID = 5


@pytest.fixture
async def record(servers: Servers) -> AsyncIterator[Any]:
    """A transaction on chat's database."""
    async with record_open(servers) as cursor:
        yield cursor


async def small(people: People, person: Client) -> Client:
    """A device that holds less than what is unread, and so has to ask for its number."""
    device = await Client.sign_in(people.suite.url("gateway"), username(person), PASSWORD, device="small", window=2)
    return await people.enter(device)


async def settled(device: Client, other: Client, expected: str) -> None:
    """Wait until it has heard what the other is to this person, and has asked for all that follows from it."""
    await device.wait_for(lambda: relation(device, other) == expected and not device.state.behind, PATIENCE)


async def test_a_count_that_was_asked_for_too_early_is_mended(people: People, record: Any) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(carla, anna, ben)
    device = await small(people, ben)
    for number in range(SAID):
        await anna.send(chat.id, f"message {number}")
    await device.wait_for(lambda: device.state.chats[chat.id].mine.unread == SAID, PATIENCE)

    for command, expected, left in (
        (AddBlock(user_id=me(anna).id), "none blocked", 0),
        (RemoveBlock(user_id=me(anna).id), "none", SAID),
    ):
        await record.execute(
            "INSERT INTO blocks (blocker_id, blocked_id, active, version) VALUES (%s, %s, FALSE, 0)"
            " ON DUPLICATE KEY UPDATE version = blocks.version",
            (me(ben).id, me(anna).id),
        )  # until this is over chat cannot take in the block
        await ben.call(command)
        await settled(device, anna, expected)
        assert device.state.chats[chat.id].mine.unread == SAID - left, "nobody could know better yet"
        await record.execute("COMMIT")
        await device.wait_for(lambda left=left: device.state.chats[chat.id].mine.unread == left, PATIENCE)
        await in_step(ben)


async def test_a_device_that_was_away_learns_the_count(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(carla, anna, ben)
    device = await small(people, ben)
    for number in range(SAID):
        await anna.send(chat.id, f"message {number}")
    await device.wait_for(lambda: device.state.chats[chat.id].mine.unread == SAID, PATIENCE)
    for command, left in ((AddBlock(user_id=me(anna).id), 0), (RemoveBlock(user_id=me(anna).id), SAID)):
        await device.close()
        await ben.call(command)
        await device.open()
        await device.wait_for(lambda left=left: device.state.chats[chat.id].mine.unread == left, PATIENCE)
