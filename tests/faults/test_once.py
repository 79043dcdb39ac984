"""However often a message is sent, it is there once: at once, through every replica, after every restart."""

import asyncio
import random

from dialog.protocol.messages import Message, SendMessage
from tests.faults.conftest import Figures
from tests.faults.load import Load
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage
from tests.patience import PATIENCE


async def test_one_nonce_fifty_times_across_replicas_and_after_a_restart(
    stage: Stage, nemesis: Nemesis, rng: random.Random, figures: Figures
) -> None:
    async with Load(stage, rng) as load:
        writer, phone = load.writers[0], load.devices["w0's phone"]
        command = SendMessage(chat_id=load.chats[0], nonce="the-same", text="once")

        async def fifty() -> list[Message]:
            calls = [device.call(command) for device in (writer, phone) for _ in range(20)]
            return list(await asyncio.gather(*calls, *(writer.post(command) for _ in range(10))))

        answers = await fifty()
        for name in ("chat", "chat-2", "mariadb", "nats"):
            await nemesis.kill(name)
        await asyncio.gather(*(client.wait_live(PATIENCE) for client in (writer, phone)))
        for _ in range(40):  # the first after a restart may still find something away
            if again := await load.insist(writer, command):
                answers.append(again)
                break
        answers += await fifty()
        assert len(answers) == 101
        assert {(message.seq, message.rev, message.text) for message in answers} == {(1, answers[0].rev, "once")}
        assert [m.text for m in load.devices["w1"].state.chats[load.chats[0]].messages.values()] == ["once"]
        figures(f"{len(answers)} copies, one message")
