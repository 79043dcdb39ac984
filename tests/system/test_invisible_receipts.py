"""Receipts of invisible people: for their own devices at once, for others once they are visible again.

What shows them while they are invisible: test_visible_acts.py.
"""

import pytest

from dialog.client import Client
from dialog.ids import now_ms
from dialog.protocol.chats import GetChat
from dialog.protocol.people import AddBlock, RemoveBlock
from dialog.protocol.presence import Choice, SetStatus
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me


def held(client: Client, chat_id: int, person: Client) -> tuple[int, int]:
    """How far somebody has read and received a chat, as another one was told."""
    receipt = client.state.chats[chat_id].receipts.get(me(person).id)
    return (receipt.read_seq, receipt.delivered_seq) if receipt else (0, 0)


async def fetched(client: Client, chat_id: int, person: Client, seq: int) -> list[tuple[int, int]]:
    """The same, as two commands answer it."""
    state = (await client.call(GetChat(chat_id=chat_id))).receipts
    listed = (await client.call(ListReceipts(chat_id=chat_id, seq=seq))).receipts
    return [
        next(((one.read_seq, one.delivered_seq) for one in found if one.user_id == me(person).id), (0, 0))
        for found in (state, listed)
    ]


async def choose(client: Client, status: Choice, until: int | None = None) -> None:
    await client.call(SetStatus(status=status, until=until))


async def told_after(anna: Client, ben: Client, chat_id: int) -> None:
    """Wait for a receipt of Anna's that was given after all others; Ben does nothing that she sees."""
    sent = await anna.send(chat_id, "after all")
    await anna.call(ReadReceipt(chat_id=chat_id, seq=sent.seq))
    await ben.wait_for(lambda: held(ben, chat_id, anna)[0] == sent.seq, PATIENCE)


@pytest.mark.parametrize("kind", ["direct", "group"])
async def test_receipts_wait_for_who_is_invisible(people: People, kind: str) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    phone = await people.device(ben)
    chat = await (direct(anna, ben) if kind == "direct" else group(anna, ben, carla))
    await knows(chat.id, phone)
    first = await anna.send(chat.id, "one")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=first.seq))
    await anna.wait_for(lambda: held(anna, chat.id, ben) == (first.seq, first.seq))
    await choose(ben, Choice.INVISIBLE)
    second = await anna.send(chat.id, "two")
    await ben.call(DeliveredReceipt(chats={str(chat.id): second.seq}))
    await ben.call(ReadReceipt(chat_id=chat.id, seq=second.seq))
    await phone.wait_for(lambda: phone.state.chats[chat.id].mine.read_seq == second.seq)
    await told_after(anna, ben, chat.id)
    assert held(anna, chat.id, ben) == (first.seq, first.seq)
    assert await fetched(anna, chat.id, ben, second.seq - 1) == [(first.seq, first.seq)] * 2
    tablet = await people.device(anna)
    assert held(tablet, chat.id, ben) == (first.seq, first.seq)
    await choose(phone, Choice.DND)
    for client in (anna, tablet):
        await client.wait_for(lambda client=client: held(client, chat.id, ben) == (second.seq, second.seq), PATIENCE)
    assert await fetched(anna, chat.id, ben, second.seq) == [(second.seq, second.seq)] * 2
    third = await anna.send(chat.id, "three")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=third.seq))
    await anna.wait_for(lambda: held(anna, chat.id, ben) == (third.seq, third.seq))
    await in_step(anna, ben, phone, tablet)


async def test_the_first_receipt_of_somebody_invisible(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await choose(ben, Choice.INVISIBLE)
    sent = await anna.send(chat.id, "one")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=sent.seq))
    assert await fetched(anna, chat.id, ben, sent.seq) == [(0, 0)] * 2
    away = await people.device(ben)
    assert away.state.chats[chat.id].mine.read_seq == sent.seq
    await choose(ben, Choice.AUTO)
    await anna.wait_for(lambda: held(anna, chat.id, ben) == (sent.seq, sent.seq))


async def test_being_invisible_for_a_while_ends_by_itself(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await choose(ben, Choice.INVISIBLE, until=now_ms() + 3000)
    sent = await anna.send(chat.id, "one")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=sent.seq))
    await anna.wait_for(lambda: held(anna, chat.id, ben) == (sent.seq, sent.seq), PATIENCE)


async def test_what_a_block_withholds_stays_withheld(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    sent = await anna.send(chat.id, "one")
    await ben.call(AddBlock(user_id=me(anna).id))
    await choose(ben, Choice.INVISIBLE)
    await ben.call(ReadReceipt(chat_id=chat.id, seq=sent.seq))
    await choose(ben, Choice.AUTO)
    assert await fetched(anna, chat.id, ben, sent.seq) == [(0, 0)] * 2
    await ben.call(RemoveBlock(user_id=me(anna).id))
    more = await anna.send(chat.id, "two")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=more.seq))
    await anna.wait_for(lambda: held(anna, chat.id, ben) == (more.seq, more.seq))
    await in_step(anna, ben)
