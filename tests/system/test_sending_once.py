"""A retry never doubles: the nonce is a unique key for ever."""

import asyncio
import secrets

import pytest

from dialog.client import Refused
from dialog.protocol.base import NotFound
from dialog.protocol.chats import CreateChat, LeaveChat
from dialog.protocol.messages import Message, SendMessage
from tests.patience import PATIENCE
from tests.people import People, direct, in_step, knows, me, sees
from tests.records import on_record
from tests.servers import Suite


async def test_fifty_copies_at_once_are_one_message(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await knows(chat.id, phone)
    command = SendMessage(chat_id=chat.id, nonce="the-same", text="once")
    answers = await asyncio.gather(
        *(device.call(command) for device in (anna, phone) for _ in range(20)),
        *(anna.post(command) for _ in range(10)),
    )
    assert len(set(answers)) == 1
    await sees(ben, chat.id, "once")
    await in_step(anna, ben)


async def test_a_nonce_belongs_to_its_author(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    mine = await anna.call(SendMessage(chat_id=chat.id, nonce="n", text="from anna"))
    theirs = await ben.call(SendMessage(chat_id=chat.id, nonce="n", text="from ben"))
    assert (mine.seq, theirs.seq) == (1, 2)
    again = await anna.call(SendMessage(chat_id=chat.id, nonce="n", text="another text"))
    assert again == mine


async def test_a_retry_in_another_replica_and_after_a_restart(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    commands = [SendMessage(chat_id=chat.id, nonce=f"n{number}", text=str(number)) for number in range(40)]
    await suite.start("chat", name="chat-replica")
    try:
        copies = [asyncio.create_task(anna.call(command)) for command in commands for _ in range(3)]
        answers: list[Message] = await asyncio.gather(*copies)
    finally:
        await suite.terminate("chat-replica")
    await suite.restart("chat")
    answers += [await anna.call(command) for command in commands]
    assert len(set(answers)) == len(commands)
    assert sorted(message.seq for message in set(answers)) == list(range(1, 41))
    await in_step(anna, ben)


async def test_a_group_that_is_asked_for_again_is_the_same(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    command = CreateChat(title="Once", user_ids=[me(ben).id], nonce=secrets.token_hex(8))
    made = await asyncio.gather(*(anna.call(command) for _ in range(10)))
    [chat_id] = {chat.id for chat in made}
    assert (await anna.call(command)).id == chat_id
    assert (await ben.call(command)).id != chat_id, "a nonce belongs to whoever made it"
    other = await anna.call(CreateChat(title="Once", user_ids=[]))
    await knows(chat_id, anna, ben)
    await knows(other.id, anna)
    assert set(anna.state.chats) == {chat_id, other.id}
    await in_step(anna, ben)
    await anna.call(LeaveChat(chat_id=chat_id))
    with pytest.raises(Refused) as refused:
        await anna.call(command)
    assert isinstance(refused.value.failure, NotFound)
    await ben.call(LeaveChat(chat_id=chat_id))
    async with asyncio.timeout(PATIENCE):
        while await on_record(suite.servers, "SELECT 1 FROM made_groups WHERE chat_id = %(id)s", id=chat_id):
            await asyncio.sleep(0.05)
