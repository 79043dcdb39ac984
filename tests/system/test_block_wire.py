"""Of what a blocked person does, nothing reaches who blocks them: not on the wire, nor afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from dialog.bus import Bus
from dialog.client import Client
from dialog.config import Settings, load
from dialog.protocol.chats import SetDisappearing
from dialog.protocol.messages import DeleteMessage, EditMessage, ListEdits, ListPins, PinMessage, SendMessage
from dialog.protocol.people import RemoveBlock
from dialog.protocol.reactions import AddReaction, ListReactions
from tests.block_scene import held_by, scene_of
from tests.people import People, in_step, me
from tests.servers import Suite


@asynccontextmanager
async def hearing(suite: Suite, client: Client) -> AsyncGenerator[list[bytes]]:
    """Everything that is told to one person's sockets alone, as it comes."""
    heard: list[bytes] = []
    url = {"DIALOG_NATS_URL": suite.servers.environment["DIALOG_NATS_URL"]}
    bus = await Bus.connect(load(Settings, "test", url), "test")
    await bus.subscribe(f"user.{me(client).id}", heard.append)
    await bus.flush()
    yield heard
    await bus.close()


async def test_nothing_of_it_reaches_the_blocker_before_or_after_unblocking(people: People, suite: Suite) -> None:
    scene = await scene_of(people, "ben blocks")
    anna, ben, here = scene.anna, scene.ben, scene.direct_id
    held = ben.state.snapshot()["chats"][here]
    changes_of_hers = (
        SendMessage(chat_id=here, nonce="n", text="secret"),
        EditMessage(chat_id=here, seq=1, text="secret"),
        AddReaction(chat_id=here, seq=2, emoji="🔥"),
        PinMessage(chat_id=here, seq=2),
        SetDisappearing(chat_id=here, after=60),
    )
    await asyncio.sleep(0.3)  # what was told of the block itself has come
    async with hearing(suite, ben) as heard:
        for command in changes_of_hers:
            await anna.call(command)
        await asyncio.sleep(0.3)
        assert heard == []
    assert ben.state.snapshot()["chats"][here] == held
    phone = await people.device(ben)
    await phone.fill(here, 1)
    assert phone.state.snapshot()["chats"][here] == held
    await ben.call(RemoveBlock(user_id=me(anna).id))
    for client in (ben, phone):
        await in_step(client)
        assert client.state.snapshot()["chats"][here] == held
    assert not (await ben.call(ListPins(chat_id=here))).messages
    assert not (await ben.call(ListEdits(chat_id=here, seq=1))).edits
    assert not (await ben.call(ListReactions(chat_id=here, seq=2, emoji="🔥"))).user_ids
    await anna.call(SetDisappearing(chat_id=here, after=None))
    await anna.send(here, "plain again")
    await ben.wait_for(lambda: ben.state.chats[here].messages.get(4))
    assert set(ben.state.chats[here].messages) == {1, 2, 4}
    assert "secret" not in repr(ben.state.chats[here].messages)
    await in_step(anna, ben, phone)


async def test_the_blocker_changes_a_message_that_was_changed_unseen(people: People) -> None:
    """Each sees their own change and what they saw before."""
    scene = await scene_of(people, "ben blocks")
    anna, ben, here = scene.anna, scene.ben, scene.direct_id
    await anna.call(AddReaction(chat_id=here, seq=2, emoji="🔥"))
    await anna.call(EditMessage(chat_id=here, seq=1, text="edited unseen"))
    await ben.call(AddReaction(chat_id=here, seq=1, emoji="👍"))
    await ben.call(EditMessage(chat_id=here, seq=2, text="his words"))
    hers = [await held_by(anna, here, seq) for seq in (1, 2)]
    his = [await held_by(ben, here, seq) for seq in (1, 2)]
    assert (hers[0]["text"], his[1]["text"], hers[1]["text"]) == ("edited unseen", "his words", "his words")
    assert "edited unseen" not in repr(his)
    assert [one["emoji"] for one in his[0]["reactions"]] == ["👍"] == [one["emoji"] for one in hers[0]["reactions"]]
    assert "🔥" in repr(hers[1])
    assert "🔥" not in repr(his[1])
    await in_step(anna, ben)
    await anna.call(DeleteMessage(chat_id=here, seq=1))
    for client in (anna, ben):
        await client.wait_for(lambda client=client: client.state.chats[here].messages[1].deleted_at)
    await in_step(anna, ben)
