"""Who hears a group: exactly those who are in it, whatever happens to the events that say so."""

import asyncio
import contextlib

from dialog.bus import Bus
from dialog.config import Settings
from dialog.protocol.accounts import EditProfile
from dialog.protocol.base import Refused
from dialog.protocol.chats import AddMember, ChatJoined, RemoveMember
from dialog.protocol.frames import encode_event
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me, sees
from tests.raw import RawSocket, raw_socket
from tests.servers import Suite


async def texts_until_ping(socket: RawSocket) -> list[str]:
    """What came of messages until now."""
    await socket.send({"id": 77, "command": {"type": "ping"}})
    heard: list[str] = []
    while (frame := await socket.receive()).get("id") != 77:
        if frame.get("event", {}).get("type") == "message.posted":
            heard.append(frame["event"]["message"]["text"])
    return heard


async def test_added_and_removed_in_one_breath(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna)
    async with raw_socket(people.suite.url("gateway"), ben.session.access_token) as socket:
        for _ in range(20):
            await asyncio.gather(
                anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id])),
                anna.post(RemoveMember(chat_id=chat.id, user_id=me(ben).id)),
                return_exceptions=True,
            )
        with contextlib.suppress(Refused):  # whichever of the two came last
            await anna.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
        await texts_until_ping(socket)
        await anna.send(chat.id, "among ourselves")
        assert await texts_until_ping(socket) == []


async def test_removed_while_connecting(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    suite.pause("auth")
    try:
        connecting = asyncio.create_task(connect_late(people, ben.session.access_token or ""))
        await asyncio.sleep(0.5)
        await anna.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
    finally:
        suite.resume("auth")
    async with asyncio.timeout(PATIENCE):
        context, socket = await connecting
    try:
        await anna.send(chat.id, "among ourselves")
        assert await texts_until_ping(socket) == []
    finally:
        await context.__aexit__(None, None, None)


async def connect_late(people: People, token: str):
    context = raw_socket(people.suite.url("gateway"), token)
    return context, await context.__aenter__()


async def test_a_join_that_is_told_late(people: People, suite: Suite) -> None:
    """A relay publishes what a dead process left behind, to somebody who has long been put out and came back since."""
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await anna.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
    await suite.start("gateway", name="fresh")  # which has seen nothing of all this
    bus = await Bus.connect(Settings(nats_url=suite.servers.environment["DIALOG_NATS_URL"]), "test")
    try:
        async with raw_socket(suite.url("fresh"), ben.session.access_token) as socket:
            await bus.publish(f"user.{me(ben).id}", encode_event(ChatJoined(chat=chat)))
            await bus.flush()
            await asyncio.sleep(0.5)  # it is checked against the record
            await anna.send(chat.id, "among ourselves")
            assert await texts_until_ping(socket) == []
    finally:
        await bus.close()
        await suite.terminate("fresh")


async def test_changes_while_the_bus_was_away(people: People, suite: Suite) -> None:
    """A gateway that missed who came and went hears it from its clients' next sync, and tells nothing before."""
    (anna,) = await people.join("anna")
    nats_url = suite.servers.environment["DIALOG_NATS_URL"]
    async with FaultProxy("gateway-nats", ("127.0.0.1", suite.servers.ports["nats"])) as proxy:
        through = nats_url.replace(f":{suite.servers.ports['nats']}", f":{proxy.port}")
        await suite.start("gateway", name="cut-off", env={"DIALOG_NATS_URL": through})
        ben, carla = await people.join("ben", "carla", gateway="cut-off")
        old, new = await group(anna, carla, title="Old"), await group(anna, title="New")
        async with raw_socket(suite.url("cut-off"), carla.session.access_token) as socket:
            proxy.cut()
            await asyncio.sleep(0.5)
            await anna.call(RemoveMember(chat_id=old.id, user_id=me(carla).id))
            await anna.call(AddMember(chat_id=new.id, user_ids=[me(ben).id]))
            proxy.heal()
            await ben.wait_for(lambda: new.id in ben.state.chats, PATIENCE)
            await anna.send(old.id, "among ourselves")
            await anna.send(new.id, "welcome")
            await sees(ben, new.id, "welcome")
            assert await texts_until_ping(socket) == []
        await carla.wait_for(lambda: old.id not in carla.state.chats)
        await in_step(ben, carla)
        await suite.terminate("cut-off")


async def test_a_profile_reaches_everyone_however_long_it_takes(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    await direct(anna, ben)
    suite.kill("chat")
    await anna.post(EditProfile(display_name="Anna the Patient"))
    await asyncio.sleep(1)
    await suite.restart("chat")
    await ben.wait_for(lambda: ben.state.people[me(anna).id].display_name == "Anna the Patient", PATIENCE)
    await in_step(ben)


async def test_nobody_can_fill_a_sync_beyond_what_fits(people: People) -> None:
    """198 messages of control characters are 9.5 MB as JSON: they come as a fresh start with as many as fit."""
    anna, ben = await people.join("anna", "ben")
    chat, other = await direct(anna, ben), await group(ben)
    await ben.close()
    for entry in [anna.send(chat.id, "x" + "\x01" * 7999) for _ in range(198)]:
        await entry
    await ben.open()
    await knows(chat.id, ben)
    assert other.id in ben.state.chats
    assert ben.state.chats[chat.id].head_seq == 198
    await ben.close()
