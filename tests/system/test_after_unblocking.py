"""Receipts between two people after one has unblocked the other."""

import pytest

from dialog.client import Client
from dialog.protocol.messages import Message
from dialog.protocol.people import AddBlock, RemoveBlock
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from tests.patience import PATIENCE
from tests.people import People, direct, me


async def progress(client: Client, message: Message, expected: str) -> None:
    """Wait until that is how far a message of this person has come."""
    view = client.state.chats[message.chat_id]
    await client.wait_for(lambda: view.progress_of(message) == expected, PATIENCE)


@pytest.mark.parametrize("blocker_writes", [False, True])
async def test_receipts_flow_again(people: People, blocker_writes: bool) -> None:
    """Both ways; of what was said before the block with the first receipt after it, and not by unblocking."""
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    writer, reader = (ben, anna) if blocker_writes else (anna, ben)
    before = await writer.send(chat.id, "before")
    await reader.wait_for(lambda: reader.state.chats[chat.id].head_seq == 1, PATIENCE)
    await ben.call(AddBlock(user_id=me(anna).id))
    await reader.call(ReadReceipt(chat_id=chat.id, seq=1))
    await ben.call(RemoveBlock(user_id=me(anna).id))
    assert writer.state.chats[chat.id].progress_of(before) == "sent"
    await reader.call(ReadReceipt(chat_id=chat.id, seq=1))
    await progress(writer, before, "read")
    after = await writer.send(chat.id, "after")
    await reader.call(DeliveredReceipt(chats={str(chat.id): after.seq}))
    await progress(writer, after, "delivered")
    await reader.call(ReadReceipt(chat_id=chat.id, seq=after.seq))
    await progress(writer, after, "read")


async def test_what_was_written_meanwhile_was_never_received(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await ben.call(AddBlock(user_id=me(anna).id))
    swallowed = await anna.send(chat.id, "meanwhile")
    await ben.call(RemoveBlock(user_id=me(anna).id))
    await ben.call(ReadReceipt(chat_id=chat.id, seq=swallowed.seq))
    after = await anna.send(chat.id, "after")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=after.seq))
    await progress(anna, after, "read")
    listed = await anna.call(ListReceipts(chat_id=chat.id, seq=swallowed.seq))
    assert (listed.people, listed.delivered, listed.read) == (1, 0, 0)
