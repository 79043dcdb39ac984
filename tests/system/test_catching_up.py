"""Devices that were away."""

from dialog.protocol.chats import AddMember
from dialog.protocol.messages import DeleteMessage, EditMessage
from tests.people import People, direct, group, in_step, knows, me, sees, texts


async def test_five_hundred_messages_later(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    laptop = await people.device(anna, connected=False)
    await laptop.open()
    await knows(chat.id, laptop)
    await laptop.close()
    for entry in [ben.send(chat.id, f"message {number}") for number in range(500)]:
        await entry
    await ben.call(EditMessage(chat_id=chat.id, seq=7, text="edited meanwhile"))
    await ben.call(DeleteMessage(chat_id=chat.id, seq=8))
    laptop = await people.enter(laptop)
    while len(laptop.state.chats[chat.id].messages) < 500:
        await laptop.history(chat.id, limit=100)
    expected = [f"message {number}" for number in range(500)]
    expected[6], expected[7] = "edited meanwhile", ""
    assert texts(laptop, chat.id) == expected
    await in_step(laptop, ben)


async def test_a_short_absence_costs_only_what_changed(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat, quiet = await group(anna, ben), await group(anna, ben, title="Quiet")
    await anna.send(chat.id, "one")
    await sees(ben, chat.id, "one")
    await ben.close()
    await anna.send(chat.id, "two")
    await anna.call(EditMessage(chat_id=chat.id, seq=1, text="ONE"))
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(carla).id]))
    await knows(chat.id, carla)
    await ben.open()
    await sees(ben, chat.id, "ONE", "two")
    assert me(carla).id in ben.state.chats[chat.id].members
    assert quiet.id in ben.state.chats
    await in_step(anna, ben, carla)
    await ben.close()


async def test_a_chat_left_meanwhile_is_gone(people: People) -> None:
    from dialog.protocol.chats import RemoveMember

    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await ben.close()
    await anna.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
    await ben.open()
    assert chat.id not in ben.state.chats
    await in_step(ben)
    await ben.close()
