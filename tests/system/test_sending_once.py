"""A retry never doubles: the nonce is a unique key for ever."""

import asyncio

from dialog.protocol.messages import Message, SendMessage
from tests.people import People, direct, in_step, knows, sees
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
