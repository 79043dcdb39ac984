"""Two people and a group, through the gateway's WebSocket."""

import pytest

from dialog.bus import Bus
from dialog.config import Settings
from dialog.protocol.base import NotFound, Refused
from dialog.protocol.chats import AddMember, ChatJoined, LeaveChat, RemoveMember
from dialog.protocol.frames import encode_event
from dialog.protocol.messages import DeleteMessage, EditMessage, MessageHistory, SendMessage
from tests.people import People, direct, group, in_step, knows, me, sees
from tests.raw import raw_socket
from tests.servers import Servers


async def test_two_people_talk(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    assert (await direct(ben, anna)).id == chat.id, "one chat of two people, whoever opens it"
    await anna.send(chat.id, "hello")
    await ben.send(chat.id, "hello yourself")
    await sees(anna, chat.id, "hello", "hello yourself")
    await sees(ben, chat.id, "hello", "hello yourself")
    await in_step(anna, ben)


async def test_a_text_is_kept_byte_for_byte(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    text = "  two  spaces\n\ttab \u202e e\u0301 é 👩‍👩‍👧 \ufeff %s {rows} '\"\\ \x1b[31m ﷽ \U0010ffff "
    await anna.send(chat.id, text)
    await sees(ben, chat.id, text)
    await in_step(ben)


async def test_a_group_hears_everything_in_one_order(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    entries = [person.send(chat.id, f"{number}") for number in range(20) for person in (anna, ben, carla)]
    sent = [await entry for entry in entries]
    assert sorted(message.seq for message in sent) == list(range(1, 61))
    for person in (anna, ben, carla):
        await person.wait_for(lambda person=person: person.state.chats[chat.id].head_seq == 60)
        own = [m for m in person.state.chats[chat.id].messages.values() if m.author_id == me(person).id]
        assert [message.text for message in own] == [str(number) for number in range(20)], "own order is kept"
    await in_step(anna, ben, carla)


async def test_editing_and_deleting_reach_everyone(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    first = await anna.send(chat.id, "helo")
    second = await anna.send(chat.id, "secret")
    edited = await anna.call(EditMessage(chat_id=chat.id, seq=first.seq, text="hello"))
    assert edited.edited_at is not None
    deleted = await anna.call(DeleteMessage(chat_id=chat.id, seq=second.seq))
    assert (deleted.text, deleted.seq) == ("", 2)
    await sees(ben, chat.id, "hello", "")
    assert await anna.call(DeleteMessage(chat_id=chat.id, seq=second.seq)) == deleted, "deleting twice is harmless"
    await in_step(anna, ben)


async def test_a_second_device_stays_in_step(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await group(anna, ben)
    await knows(chat.id, phone)
    await anna.send(chat.id, "from the desk")
    await phone.send(chat.id, "from the street")
    await ben.send(chat.id, "hi")
    for device in (anna, phone, ben):
        await sees(device, chat.id, "from the desk", "from the street", "hi")
    assert anna.state.snapshot() == phone.state.snapshot()
    await in_step(anna, phone, ben)


async def test_who_is_removed_hears_no_more(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben)
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(carla).id]))
    await knows(chat.id, carla)
    await carla.send(chat.id, "hello all")
    await anna.call(RemoveMember(chat_id=chat.id, user_id=me(carla).id))
    await carla.wait_for(lambda: chat.id not in carla.state.chats)
    await anna.send(chat.id, "is she gone?")
    await sees(ben, chat.id, "hello all", "is she gone?")
    assert chat.id not in carla.state.chats
    with pytest.raises(Refused) as refused:
        await carla.call(SendMessage(chat_id=chat.id, nonce="x", text="no"))
    assert isinstance(refused.value.failure, NotFound)
    await in_step(anna, ben, carla)


async def test_the_last_owner_leaves_a_group_in_good_hands(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await anna.call(LeaveChat(chat_id=chat.id))
    await carla.wait_for(lambda: carla.state.chats[chat.id].member_count == 2)
    await in_step(anna, ben, carla)
    owners = [member for member in carla.state.chats[chat.id].members.values() if member.role == "owner"]
    assert len(owners) == 1


async def test_history_in_every_direction(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    for entry in [anna.send(chat.id, str(number)) for number in range(1, 31)]:
        await entry

    async def page(**where: int) -> tuple[list[int], bool]:
        found = await ben.call(MessageHistory(chat_id=chat.id, **where))
        return [message.seq for message in found.messages], found.more

    assert await page(limit=10) == (list(range(21, 31)), True)
    assert await page(before=11, limit=10) == (list(range(1, 11)), False)
    assert await page(after=10, limit=5) == ([11, 12, 13, 14, 15], True)
    assert await page(after=28, limit=5) == ([29, 30], False)
    assert await page(around=15, limit=6) == ([12, 13, 14, 15, 16, 17], True)
    assert await page(around=1, limit=100) == (list(range(1, 31)), False)
    with pytest.raises(Refused):
        await page(after=1, before=9)


async def test_an_old_event_brings_nobody_back(people: People, servers: Servers) -> None:
    """The outbox may repeat what was told, late: a repeated `chat.joined` is not a second invitation."""
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    async with raw_socket(people.suite.url("gateway"), ben.session.access_token) as socket:
        bus = await Bus.connect(Settings(nats_url=servers.environment["DIALOG_NATS_URL"]), "test")
        await anna.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
        while (await socket.receive())["event"]["type"] != "chat.left":
            pass
        await bus.publish(f"user.{me(ben).id}", encode_event(ChatJoined(chat=chat)))
        await bus.flush()
        assert (await socket.receive())["event"]["type"] == "chat.joined"
        await anna.send(chat.id, "among ourselves")
        assert (await socket.ask({"type": "ping"}))["reply"] == {}
        await socket.send({"id": 7, "command": {"type": "ping"}})
        assert (await socket.receive())["id"] == 7, "nothing of the group came in between"
        await bus.close()
    await ben.wait_for(lambda: chat.id not in ben.state.chats)
