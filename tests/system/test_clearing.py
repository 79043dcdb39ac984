"""What somebody has cleared or hidden is on no surface of theirs again; what nobody has any more is in no table."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dialog.client import Client, Refused
from dialog.protocol.base import Command, NotFound
from dialog.protocol.chats import (
    AddMember,
    ChatChanges,
    ChatState,
    ClearChat,
    DeleteChat,
    GetChat,
    LeaveChat,
    Sync,
)
from dialog.protocol.messages import (
    EditMessage,
    ForwardMessages,
    HideMessages,
    ListEdits,
    ListPins,
    Message,
    MessageHistory,
    PinMessage,
)
from dialog.protocol.preferences import SetDraft
from dialog.protocol.reactions import AddReaction, ListReactions
from dialog.protocol.receipts import ReadReceipt
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me, texts
from tests.records import kept, on_record
from tests.servers import Suite

SECRET = "the secret"


async def eventually(is_so: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():
            await asyncio.sleep(0.05)


def shows(messages: list[Message]) -> bool:
    return any(SECRET in message.text for message in messages)


async def surfaces(person: Client, chat_id: int, seq: int) -> list[str]:
    """Where the secret, message `seq`, can still be seen."""

    async def refused(command: Command[Any]) -> bool:
        try:
            await person.call(command)
        except Refused as one:
            return isinstance(one.failure, NotFound)
        return False

    found: dict[str, bool] = {}
    for name, history in {
        "newest": MessageHistory(chat_id=chat_id),
        "before": MessageHistory(chat_id=chat_id, before=seq + 1),
        "after": MessageHistory(chat_id=chat_id, after=seq - 1),
        "around": MessageHistory(chat_id=chat_id, around=seq),
    }.items():
        found[name] = shows((await person.call(history)).messages)
    states: dict[str, ChatState] = {"get": await person.call(GetChat(chat_id=chat_id))}
    for since in (0, 1, states["get"].chat.rev - 1):
        states[f"changes since {since}"] = await person.call(ChatChanges(chat_id=chat_id, since=since))
    for rev in (0, 1):
        synced = await person.call(Sync(chats={str(chat_id): rev} if rev else {}))
        states[f"sync from {rev}"] = next(state for state in synced.chats if state.chat.id == chat_id)
    found |= {name: shows(state.messages) for name, state in states.items()}
    found["pins"] = shows((await person.call(ListPins(chat_id=chat_id))).messages)
    found["edits"] = not await refused(ListEdits(chat_id=chat_id, seq=seq))
    found["reactions"] = not await refused(ListReactions(chat_id=chat_id, seq=seq, emoji="👍"))
    found["reacting"] = not await refused(AddReaction(chat_id=chat_id, seq=seq, emoji="👍"))
    found["forward"] = not await refused(
        ForwardMessages(chat_id=chat_id, nonce="copy", from_chat_id=chat_id, seqs=[seq])
    )
    found["window"] = any(SECRET in text for text in texts(person, chat_id))
    return [name for name, seen in found.items() if seen]


DOING: dict[str, Callable[[int, int], Command[Any]]] = {
    "clear": lambda chat_id, _: ClearChat(chat_id=chat_id),
    "hide": lambda chat_id, seq: HideMessages(chat_id=chat_id, seqs=[seq]),
    "delete": lambda chat_id, _: DeleteChat(chat_id=chat_id),
}


@pytest.mark.parametrize("doing", DOING)
async def test_it_is_on_no_surface_again(people: People, doing: str) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await ben.send(chat.id, "before")
    secret = await ben.send(chat.id, SECRET + " as it was")
    await ben.call(EditMessage(chat_id=chat.id, seq=secret.seq, text=SECRET))
    await ben.call(PinMessage(chat_id=chat.id, seq=secret.seq))
    await ben.call(AddReaction(chat_id=chat.id, seq=secret.seq, emoji="👍"))
    await in_step(anna, phone, ben)
    await anna.call(DOING[doing](chat.id, secret.seq))
    await in_step(anna, phone, ben)
    for device in (anna, phone):
        assert await surfaces(device, chat.id, secret.seq) == []
    # What others do with it afterwards does not bring it back.
    await ben.call(EditMessage(chat_id=chat.id, seq=secret.seq, text=SECRET + " again"))
    await ben.call(AddReaction(chat_id=chat.id, seq=secret.seq, emoji="🎉"))
    await ben.send(chat.id, "after", reply_to=secret.seq)
    await in_step(anna, phone, ben)
    for device in (anna, phone):
        assert await surfaces(device, chat.id, secret.seq) == []
        assert "after" in texts(device, chat.id)
    assert SECRET + " again" in texts(ben, chat.id)


@pytest.mark.parametrize("doing", DOING)
async def test_a_device_that_was_away_learns_of_it(people: People, doing: str) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna, connected=False)
    await phone.open()
    chat = await direct(anna, ben)
    secret = await ben.send(chat.id, SECRET)
    await knows(chat.id, phone)
    await in_step(phone)
    await phone.close()
    await anna.call(DOING[doing](chat.id, secret.seq))
    await people.enter(phone)
    await in_step(anna, phone, ben)
    assert SECRET not in texts(phone, chat.id)


@pytest.mark.parametrize("command", [ClearChat, DeleteChat])
async def test_a_draft_is_cleared_too(people: People, command: type[ClearChat | DeleteChat]) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await anna.call(SetDraft(chat_id=chat.id, text=SECRET))
    await phone.wait_for(lambda: SECRET in repr(phone.state.snapshot()))
    await anna.call(command(chat_id=chat.id))
    for device in (anna, phone):
        await device.wait_for(lambda device=device: SECRET not in repr(device.state.snapshot()))
    await in_step(anna, phone)


async def test_a_deleted_chat_comes_back_with_the_next_message(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await knows(chat.id, phone)
    await ben.send(chat.id, "before")
    await anna.call(DeleteChat(chat_id=chat.id))
    await in_step(anna, phone, ben)
    assert [one.state.chats[chat.id].listed for one in (anna, phone, ben)] == [False, False, True]
    await ben.send(chat.id, "hello again")
    await in_step(anna, phone, ben)
    assert [one.state.chats[chat.id].listed for one in (anna, phone, ben)] == [True, True, True]
    assert texts(phone, chat.id) == ["hello again"]
    assert texts(ben, chat.id) == ["before", "hello again"]


async def test_what_all_have_cleared_is_in_no_table(people: People, suite: Suite) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    message = await anna.send(chat.id, "one")
    await anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text="two"))
    await ben.call(AddReaction(chat_id=chat.id, seq=message.seq, emoji="👍"))
    await anna.call(PinMessage(chat_id=chat.id, seq=message.seq))
    await carla.call(HideMessages(chat_id=chat.id, seqs=[message.seq]))
    await anna.call(ClearChat(chat_id=chat.id))
    await carla.call(ClearChat(chat_id=chat.id))
    before = await kept(suite.servers, chat.id)
    assert before == {"messages": 1, "reactions": 1, "edits": 1, "pins": 1}
    last = await ben.send(chat.id, "new")
    await ben.call(LeaveChat(chat_id=chat.id))  # of those who stay, all have cleared

    async def gone() -> bool:
        return await kept(suite.servers, chat.id) == {"messages": 2}  # what is new, and that ben left

    await eventually(gone)
    await in_step(anna, carla)
    assert texts(anna, chat.id) == ["new"]
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    await knows(chat.id, ben)
    await ben.fill(chat.id, 1)
    await in_step(anna, ben, carla)
    assert [one.seq for one in ben.state.chats[chat.id].messages.values() if not one.notice] == [last.seq]


async def test_of_a_group_that_is_over_nothing_is_left(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    for number in range(300):  # more than one bite
        anna.send(chat.id, f"message {number}")
    await anna.wait_for(lambda: not anna.outbox.unsent(), PATIENCE)
    await ben.call(ReadReceipt(chat_id=chat.id, seq=5))
    await ben.call(SetDraft(chat_id=chat.id, text="never sent"))
    await anna.call(DeleteChat(chat_id=chat.id))
    await ben.wait_for(lambda: chat.id not in ben.state.chats)
    assert not await on_record(suite.servers, "SELECT draft FROM preferences WHERE chat_id = %(id)s", id=chat.id)

    async def gone() -> bool:
        chats = await on_record(suite.servers, "SELECT id FROM chats WHERE id = %(id)s", id=chat.id)
        receipts = await on_record(suite.servers, "SELECT read_seq FROM receipts WHERE chat_id = %(id)s", id=chat.id)
        return not chats and not receipts and not await kept(suite.servers, chat.id)

    await eventually(gone)
    with pytest.raises(Refused):
        await ben.call(GetChat(chat_id=chat.id))
    await in_step(anna, ben)


@pytest.mark.parametrize("how", ["leave", "clear", "delete"])
async def test_all_that_one_has_written_can_go_for_everyone(people: People, suite: Suite, how: str) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await (direct(anna, ben) if how == "delete" else group(anna, ben))
    for number in range(3):
        await ben.send(chat.id, f"ben {number}")
        await anna.send(chat.id, f"anna {number}")
    command = {
        "leave": LeaveChat(chat_id=chat.id, delete_mine=True),
        "clear": ClearChat(chat_id=chat.id, delete_mine=True),
        "delete": DeleteChat(chat_id=chat.id, delete_mine=True),
    }[how]
    await ben.call(command)
    await anna.wait_for(lambda: not any("ben" in text for text in texts(anna, chat.id)), PATIENCE)
    assert texts(anna, chat.id) == ["", "anna 0", "", "anna 1", "", "anna 2"]
    told = [one for one in anna.state.chats[chat.id].messages.values() if one.kind == "system"]
    assert len(told) == (how == "leave"), "that somebody has left is told by the group"
    assert all(one.notice and not one.deleted_at for one in told)
    await in_step(anna, ben)
    rows = await on_record(
        suite.servers,
        "SELECT text FROM messages WHERE chat_id = %(id)s AND author_id = %(b)s",
        id=chat.id,
        b=me(ben).id,
    )
    assert all(not text for (text,) in rows)
