"""Whatever one shows to others, one's own counts go on: do not disturb and invisible are no reason to miss anything."""

import pytest

from dialog.protocol.messages import SendMessage
from dialog.protocol.presence import Choice, SetStatus
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me


@pytest.mark.parametrize("kind", ["direct", "group"])
@pytest.mark.parametrize("status", Choice)
async def test_unread_and_mentions_are_counted(people: People, status: Choice, kind: str) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await (direct(anna, ben) if kind == "direct" else group(anna, ben))
    await knows(chat.id, phone)
    await ben.call(SetStatus(status=status))
    await anna.call(SendMessage(chat_id=chat.id, nonce="one", text="hello"))
    calling = SendMessage(chat_id=chat.id, nonce="two", text=f"<@{me(ben).id}>", mentions=[me(ben).id])
    await anna.call(calling)
    for device in (ben, phone):
        await device.wait_for(
            lambda device=device: (mine := device.state.chats[chat.id].mine) and (mine.unread, mine.mentions) == (2, 1),
            PATIENCE,
        )
    late = await people.device(ben)
    assert (late.state.chats[chat.id].mine.unread, late.state.chats[chat.id].mine.mentions) == (2, 1)
    await in_step(anna, ben, phone, late)
