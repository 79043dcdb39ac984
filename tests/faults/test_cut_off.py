"""A gateway that misses who came and who left: those who came hear what is said, those who left do not."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from dialog.bus import Bus
from dialog.config import Settings
from dialog.protocol.base import Actor
from dialog.protocol.chats import AddMember, RemoveMember
from tests.faults.history import Appointment, Outcome, Removal, Return
from tests.faults.load import Load, now
from tests.faults.stage import Stage
from tests.patience import PATIENCE
from tests.people import me

IN_FORCE = 2.0
"""Seconds within which a gateway that is back must have learned who left."""


@pytest.fixture
async def bus(stage: Stage) -> AsyncIterator[Bus]:
    """A way to the services that leads through no gateway."""
    bus = await Bus.connect(Settings(nats_url=stage.servers.environment["DIALOG_NATS_URL"]), "test")
    yield bus
    await bus.close()


@pytest.fixture
async def load(stage: Stage, rng: random.Random) -> AsyncIterator[Load]:
    async with Load(stage, rng) as load:
        load.history.patience = IN_FORCE
        yield load


async def order(bus: Bus, load: Load, command: AddMember | RemoveMember) -> None:
    """Have the owner of the meeting give a command that concerns the guest."""
    await bus.call(command, Actor(user_id=me(load.writers[0]).id))
    role = "member" if isinstance(command, AddMember) else ""
    appointment = Appointment(command.chat_id, load.history.devices["guest"], role, Outcome.OK)
    load.history.appointments.append(appointment)


async def while_cut_off(stage: Stage, bus: Bus, load: Load, command: AddMember | RemoveMember) -> None:
    """Have the owner give a command of which the gateways hear nothing, and wait until all is well again."""
    stage.proxies["gateway-nats"].cut()
    await asyncio.sleep(0.3)
    await order(bus, load, command)
    async with asyncio.timeout(PATIENCE):
        while await stage.rows_waiting():
            await asyncio.sleep(0.1)
    stage.proxies["gateway-nats"].heal()
    await load.settle()


async def speak(load: Load) -> None:
    await load.posted(load.writers[1], load.chats[1], "what members hear")


async def test_who_was_added_meanwhile_hears_what_follows(stage: Stage, bus: Bus, load: Load) -> None:
    chat_id, guest_id = load.chats[1], load.history.devices["guest"]
    await order(bus, load, RemoveMember(chat_id=chat_id, user_id=guest_id))
    for device in (load.devices["guest"], load.devices["guest's phone"]):
        await device.wait_for(lambda device=device: chat_id not in device.state.chats)
    load.history.removals.append(Removal(chat_id, guest_id, now()))
    load.history.returns.append(Return(chat_id, guest_id, now()))
    await while_cut_off(stage, bus, load, AddMember(chat_id=chat_id, user_ids=[guest_id]))
    assert chat_id in load.devices["guest"].state.chats, "the sync brings the chat"
    await speak(load)
    await load.settle()
    load.verify()


async def test_who_was_removed_meanwhile_hears_nothing(stage: Stage, bus: Bus, load: Load) -> None:
    chat_id, guest_id = load.chats[1], load.history.devices["guest"]
    await while_cut_off(stage, bus, load, RemoveMember(chat_id=chat_id, user_id=guest_id))
    load.history.removals.append(Removal(chat_id, guest_id, now()))
    assert chat_id not in load.devices["guest"].state.chats, "the sync takes the chat away"
    await asyncio.sleep(IN_FORCE + 1)
    await speak(load)
    await load.settle()
    load.verify()
