"""Receipts that somebody switches off and on: open devices hear of it at once, others when they come back."""

from dialog.client import Client
from dialog.protocol.people import AddBlock
from dialog.protocol.receipts import ReadReceipt, ReceiptsSwitched
from dialog.protocol.settings import EditSettings
from tests.patience import PATIENCE
from tests.people import People, direct, group, knows, me


def pointer(client: Client, chat_id: int, person: Client) -> tuple[int, int]:
    """How far `client` knows that somebody has received and read."""
    held = client.state.chats[chat_id].receipts.get(me(person).id)
    return (held.delivered_seq, held.read_seq) if held else (0, 0)


async def sees(client: Client, chat_id: int, person: Client, upto: int, *, off: bool) -> None:
    """Wait until that is what a device knows of somebody's receipts."""

    def is_so() -> bool:
        view = client.state.chats[chat_id]
        return pointer(client, chat_id, person) == (upto, upto) and (me(person).id in view.receipts_off) is off

    await client.wait_for(is_so, PATIENCE)


async def test_open_devices_are_told(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    phone, away = await people.device(ben), await people.device(anna)
    chats = [(await direct(anna, ben)).id, (await group(anna, ben, carla)).id]
    for chat_id in chats:
        await knows(chat_id, phone, away)
        await anna.send(chat_id, "one")
        await ben.send(chat_id, "two")
        for person in (anna, ben):
            await person.call(ReadReceipt(chat_id=chat_id, seq=1000))
        await sees(anna, chat_id, ben, 2, off=False)
        await sees(phone, chat_id, anna, 2, off=False)
    await away.close()

    await ben.call(EditSettings(read_receipts=False))
    for chat_id in chats:
        await sees(anna, chat_id, ben, 0, off=True)
        for device in (ben, phone):
            await sees(device, chat_id, anna, 0, off=False)
            assert me(ben).id in device.state.chats[chat_id].receipts_off, "who shows none sees none"
    await sees(carla, chats[1], ben, 0, off=True)
    await people.enter(away)
    for chat_id in chats:
        await sees(away, chat_id, ben, 0, off=True)

    await ben.call(EditSettings(read_receipts=True))
    for chat_id in chats:
        for device in (anna, away):
            await sees(device, chat_id, ben, 2, off=False)
        for device in (ben, phone):
            await sees(device, chat_id, anna, 2, off=False)
            assert me(ben).id not in device.state.chats[chat_id].receipts_off
    await sees(carla, chats[1], ben, 2, off=False)


async def test_nothing_of_it_passes_where_there_is_a_block(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    apart, beside = await direct(anna, ben), await direct(ben, carla)
    await anna.send(apart.id, "one")
    await ben.call(ReadReceipt(chat_id=apart.id, seq=1))
    await sees(anna, apart.id, ben, 1, off=False)
    await ben.call(AddBlock(user_id=me(anna).id))
    anna.events.take()
    await ben.call(EditSettings(read_receipts=False))
    await carla.wait_for(lambda: me(ben).id in carla.state.chats[beside.id].receipts_off, PATIENCE)
    await anna.send(apart.id, "two")
    assert not [event for event in anna.events.take() if isinstance(event, ReceiptsSwitched)]
    assert pointer(anna, apart.id, ben) == (1, 1)
