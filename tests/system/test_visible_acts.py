"""Receipts of invisible people wait until they do something in that chat that others see; then they wait again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dialog.client import Client
from dialog.ids import now_ms
from dialog.protocol.bans import BanMember
from dialog.protocol.chats import AddMember, EditChat, EditMember, GetChat, RemoveMember, SetDisappearing
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    HideMessages,
    PinMessage,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.people import AddBlock, RemoveBlock
from dialog.protocol.preferences import SetDraft
from dialog.protocol.presence import Choice, FocusSession, SetStatus, StartTyping
from dialog.protocol.reactions import AddReaction, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from dialog.protocol.roles import Role
from dialog.protocol.scheduled import ScheduleMessage
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me, texts

Come = tuple[int, int]
"""How far somebody has read and received a chat."""


@dataclass
class Scene:
    """Ben, who is invisible, has `own` in a chat with Anna; what she wrote before was read, what she wrote since waits.

    `dora` is in the group, if it is one; `emil` in neither.
    """

    chat_id: int
    ben: Client
    dora: int
    emil: int
    own: int
    """A message of Ben's."""
    hers: int
    """One of Anna's, pinned, and with a reaction of Ben's."""


def held(client: Client, chat_id: int, person: Client) -> Come:
    receipt = client.state.chats[chat_id].receipts.get(me(person).id)
    return (receipt.read_seq, receipt.delivered_seq) if receipt else (0, 0)


async def answered(client: Client, chat_id: int, person: Client, seq: int) -> list[Come]:
    """The same, as commands answer it to a viewer."""
    state = (await client.call(GetChat(chat_id=chat_id))).receipts
    listed = (await client.call(ListReceipts(chat_id=chat_id, seq=seq))).receipts
    return [
        next(((one.read_seq, one.delivered_seq) for one in found if one.user_id == me(person).id), (0, 0))
        for found in (state, listed)
    ]


async def shown(devices: list[Client], chat_id: int, person: Client, come: Come) -> None:
    """Wait until all these devices see somebody as far as that, and no further."""
    for device in devices:
        await device.wait_for(lambda device=device: held(device, chat_id, person) == come, PATIENCE)


async def hide(person: Client) -> None:
    """Become invisible, and have the gateway know."""
    await person.call(SetStatus(status=Choice.INVISIBLE))
    await person.wait_for(
        lambda: person.state.status is not None and person.state.status.status is Choice.INVISIBLE, PATIENCE
    )


async def read_all(person: Client, chat_id: int, seq: int) -> None:
    await person.call(DeliveredReceipt(chats={str(chat_id): seq}))
    await person.call(ReadReceipt(chat_id=chat_id, seq=seq))


Doing = Callable[[Scene], Awaitable[Any]]


def saying(command: Callable[[Scene], Any]) -> Doing:
    return lambda scene: scene.ben.call(command(scene))


def over_http(command: Callable[[Scene], Any]) -> Doing:
    return lambda scene: scene.ben.post(command(scene))


VISIBLE: dict[str, Doing] = {
    "send": saying(lambda s: SendMessage(chat_id=s.chat_id, nonce="n", text="here I am")),
    "send over HTTP": over_http(lambda s: SendMessage(chat_id=s.chat_id, nonce="n", text="here I am")),
    "forward": saying(lambda s: ForwardMessages(chat_id=s.chat_id, nonce="f", from_chat_id=s.chat_id, seqs=[s.own])),
    "react": saying(lambda s: AddReaction(chat_id=s.chat_id, seq=s.own, emoji="🎉")),
    "react over HTTP": over_http(lambda s: AddReaction(chat_id=s.chat_id, seq=s.own, emoji="🎉")),
    "take a reaction back": saying(lambda s: RemoveReaction(chat_id=s.chat_id, seq=s.hers, emoji="👍")),
    "edit": saying(lambda s: EditMessage(chat_id=s.chat_id, seq=s.own, text="edited")),
    "delete": saying(lambda s: DeleteMessage(chat_id=s.chat_id, seq=s.own)),
    "pin": saying(lambda s: PinMessage(chat_id=s.chat_id, seq=s.own)),
    "unpin": saying(lambda s: UnpinMessage(chat_id=s.chat_id, seq=s.hers)),
    "let messages disappear": saying(lambda s: SetDisappearing(chat_id=s.chat_id, after=86_400)),
}
IN_A_GROUP: dict[str, Doing] = {
    "rename": saying(lambda s: EditChat(chat_id=s.chat_id, title="Renamed")),
    "add a member": saying(lambda s: AddMember(chat_id=s.chat_id, user_ids=[s.emil])),
    "remove a member": saying(lambda s: RemoveMember(chat_id=s.chat_id, user_id=s.dora)),
    "give a role": saying(lambda s: EditMember(chat_id=s.chat_id, user_id=s.dora, role=Role.ADMIN)),
    "ban": saying(lambda s: BanMember(chat_id=s.chat_id, user_id=s.dora)),
}
UNSEEN: dict[str, Doing] = {
    "write a draft": saying(lambda s: SetDraft(chat_id=s.chat_id, text="I am not here")),
    "hide a message": saying(lambda s: HideMessages(chat_id=s.chat_id, seqs=[s.own])),
    "react to what is not there": saying(lambda s: AddReaction(chat_id=s.chat_id, seq=10_000, emoji="🎉")),
}
"""What nobody else sees, or what is refused."""

ROWS = [
    *(pytest.param("direct", doing, True, id=f"direct-{name}") for name, doing in VISIBLE.items()),
    *(pytest.param("group", doing, True, id=f"group-{name}") for name, doing in (VISIBLE | IN_A_GROUP).items()),
    *(pytest.param(kind, doing, False, id=f"{kind}-{name}") for kind in ("direct", "group")
      for name, doing in UNSEEN.items()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "doing", "is_visible"), ROWS)
async def test_receipts_wait_for_a_visible_act(people: People, kind: str, doing: Doing, is_visible: bool) -> None:
    anna, ben, dora, emil = await people.join("anna", "ben", "dora", "emil")
    tablet, phone = await people.device(anna), await people.device(ben)
    chat = await (direct(ben, anna) if kind == "direct" else group(ben, anna, dora))
    await knows(chat.id, tablet, phone)
    own = await ben.send(chat.id, "mine")
    hers = await anna.send(chat.id, "hers")
    await ben.call(AddReaction(chat_id=chat.id, seq=hers.seq, emoji="👍"))
    await ben.call(PinMessage(chat_id=chat.id, seq=hers.seq))
    await read_all(ben, chat.id, hers.seq)
    before = (hers.seq, hers.seq)
    await shown([anna, tablet], chat.id, ben, before)
    await hide(ben)
    news = await anna.send(chat.id, "news")
    await read_all(ben, chat.id, news.seq)
    await phone.wait_for(lambda: phone.state.chats[chat.id].mine.read_seq == news.seq, PATIENCE)
    assert await answered(anna, chat.id, ben, hers.seq) == [before] * 2

    scene = Scene(chat.id, ben, me(dora).id, me(emil).id, own.seq, hers.seq)
    try:
        await doing(scene)
    except Exception:
        assert not is_visible
    after = (news.seq, news.seq) if is_visible else before
    assert await answered(anna, chat.id, ben, hers.seq) == [after] * 2
    await shown([anna, tablet], chat.id, ben, after)

    # What Ben reads from now on waits again.
    more = await anna.send(chat.id, "more")
    await read_all(ben, chat.id, more.seq)
    await phone.wait_for(lambda: phone.state.chats[chat.id].mine.read_seq >= more.seq, PATIENCE)
    assert await answered(tablet, chat.id, ben, hers.seq) == [after] * 2
    for device in (anna, tablet, await people.device(anna)):
        assert held(device, chat.id, ben) == after
    await in_step(anna, tablet, ben, phone)


async def test_only_in_the_chat_where_they_act(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    here, there = await direct(ben, anna), await direct(ben, carla)
    await hide(ben)
    for friend, chat in ((anna, here), (carla, there)):
        sent = await friend.send(chat.id, "hello")
        await read_all(ben, chat.id, sent.seq)
    await ben.send(here.id, "only you")
    await shown([anna], here.id, ben, (1, 1))
    assert await answered(carla, there.id, ben, 1) == [(0, 0)] * 2
    await in_step(anna, ben, carla)


async def test_typing_and_what_was_scheduled_before_are_no_acts(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(ben, anna)
    soon = ScheduleMessage(chat_id=chat.id, nonce="later", text="written before", send_at=now_ms() + 1500)
    await ben.call(soon)
    await hide(ben)
    sent = await anna.send(chat.id, "hello")
    await read_all(ben, chat.id, sent.seq)
    for client in (anna, ben):
        await client.call(FocusSession(focused=True, chat_id=chat.id))
    await ben.call(StartTyping(chat_id=chat.id))
    await anna.wait_for(lambda: "written before" in texts(anna, chat.id), PATIENCE)
    assert await answered(anna, chat.id, ben, sent.seq) == [(0, 0)] * 2
    await in_step(anna, ben)


async def test_a_block_withholds_what_an_act_does_not_show(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(ben, anna)
    sent = await anna.send(chat.id, "hello")
    await anna.call(AddBlock(user_id=me(ben).id))
    await hide(ben)
    await read_all(ben, chat.id, sent.seq)
    await ben.call(AddReaction(chat_id=chat.id, seq=sent.seq, emoji="👍"))
    assert await answered(anna, chat.id, ben, sent.seq) == [(0, 0)] * 2
    await anna.call(RemoveBlock(user_id=me(ben).id))
    await ben.send(chat.id, "again")
    await shown([anna], chat.id, ben, (sent.seq, sent.seq))
    await in_step(anna, ben)
