"""Random lives of three people on six devices: whatever they do in whatever order, each sees what the model says.

`MODEL_SEED=<printed> make test ARGS=tests/system/test_model.py` plays the same lives again; `make soak` plays many.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from dialog.client import ChatView, Client, State
from dialog.protocol.base import Command, NotFound, Refused
from dialog.protocol.chats import AddMember, ClearChat, DeleteChat, LeaveChat
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    HideMessages,
    ListEdits,
    ListPins,
    Message,
    MessageHistory,
    PinMessage,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.people import AddBlock, RemoveBlock
from dialog.protocol.preferences import Preferences, SetDraft, SetPreferences
from dialog.protocol.reactions import AddReaction, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ReadReceipt
from tests.model import DIRECT, GROUP, Content, Model, Seen, View
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, direct, group, knows, me, username
from tests.records import on_record
from tests.servers import Servers, Suite

SEED = int(os.environ.get("MODEL_SEED") or secrets.randbelow(2**32))
MINUTES = float(os.environ.get("SOAK_MINUTES") or 0)
LIVES = 20
LIVES_A_MINUTE = 20
"""In `make soak`: they take a good part of the minutes that the random faults take after them."""
DEVICES = {"carla": 1, "anna": 3, "ben": 2}
"""Carla owns the group; Anna and Ben have a direct chat."""
SMALL = 3
"""Messages that the last device of somebody with several holds of each chat."""
FAR = 2**53 - 1
EMOJI = ("👍", "🔥")


class Step(NamedTuple):
    """Somebody does something on one of their devices; what `number` means depends on what it is."""

    who: str
    device: int
    do: str
    chat: str
    number: int


WEIGHTS = {
    "send": 10, "mention": 3, "edit": 5, "delete": 4, "react": 4, "pin": 2, "hide": 3, "clear": 1, "close": 1,
    "read": 6, "receive": 2, "mark": 2, "mute": 1, "draft": 1, "leave": 2, "add": 3, "block": 4, "unblock": 4,
    "go_away": 2, "come_back": 3, "answer": 3, "withdraw": 1,
}  # fmt: skip
STEP = st.builds(
    Step,
    who=st.sampled_from(("anna", "ben", "carla")),
    device=st.integers(0, 2),
    do=st.sampled_from([name for name, weight in WEIGHTS.items() for _ in range(weight)]),
    chat=st.sampled_from((DIRECT, GROUP)),
    number=st.integers(0, 31),
)
LIFE = st.lists(st.lists(STEP, max_size=12), max_size=8)
"""In rounds, after each of which all is compared."""


class Play:
    """The real people, and the model that does as they do."""

    def __init__(self, servers: Servers, devices: dict[str, list[Client]], chats: dict[str, int]) -> None:
        self.servers = servers
        self.devices = devices
        self.away: list[tuple[str, Client]] = []
        self.chats = chats
        self.model = Model(list(DEVICES), ["anna", "ben"])
        self.ids = {name: me(held[0]).id for name, held in devices.items()}
        self.names = {user_id: name for name, user_id in self.ids.items()}
        self.known: dict[tuple[str, str, str], tuple[int, int]] = {}
        """How far one could ever see that another had come in a chat."""
        self.written = 0

    async def take(self, step: Step) -> None:
        device = self.devices[step.who][step.device % len(self.devices[step.who])]
        note(f"{step.who}: {step.do} {step.chat} {step.number}")
        await getattr(self, step.do)(step, device)
        for name in self.devices:
            for kind in self.chats:
                if view := self.model.view(name, kind):
                    for other, (received, read) in view.receipts.items():
                        before = self.known.get((name, kind, other), (0, 0))
                        self.known[name, kind, other] = (max(received, before[0]), max(read, before[1]))

    async def same(self, expected: str | None, device: Client, command: Command[Any]) -> None:
        """Give a command, which is refused as the model says, or not at all."""
        try:
            await device.call(command)
            refused = None
        except Refused as error:
            refused = str(error)
        assert refused == expected, f"{command} was refused with {refused}, not with {expected}"

    def some_seq(self, step: Step) -> int:
        """One of the last messages, or now and then the one that is to come; 0 when it may be gone meanwhile."""
        chat = self.model.chats[step.chat]
        seq = len(chat.said) + 1 - step.number // 2 if step.number else len(chat.said)
        return seq if seq > chat.gone else 0

    # --- steps

    def text(self, *mentions: str) -> str:
        """One that nobody has written yet."""
        self.written += 1
        return " ".join([f"text {self.written}", *(f"<@{self.ids[name]}>" for name in mentions)])

    async def send(self, step: Step, device: Client) -> None:
        text = self.text()
        expected = self.model.send(step.who, step.chat, text)
        command = SendMessage(chat_id=self.chats[step.chat], nonce=secrets.token_hex(8), text=text)
        await self.same(expected, device, command)

    async def answer(self, step: Step, device: Client) -> None:
        """One of the last messages, be it deleted, hidden or cleared; or now and then the one that is to come."""
        text, seq = self.text(), max(1, len(self.model.chats[step.chat].said) + 2 - step.number // 2)
        expected = self.model.send(step.who, step.chat, text, reply_to=seq)
        nonce = secrets.token_hex(8)
        command = SendMessage(chat_id=self.chats[step.chat], nonce=nonce, text=text, reply_to=seq)
        await self.same(expected, device, command)

    async def mention(self, step: Step, device: Client) -> None:
        if step.number % 4 == 3:
            text = f"{self.text()} <@all>"
            expected = self.model.send(step.who, step.chat, text, mentions_all=True)
            command = SendMessage(
                chat_id=self.chats[step.chat], nonce=secrets.token_hex(8), text=text, mention_all=True
            )
        else:
            name = list(DEVICES)[step.number % 4]
            text = self.text(name)
            expected = self.model.send(step.who, step.chat, text, frozenset({name}))
            command = SendMessage(
                chat_id=self.chats[step.chat], nonce=secrets.token_hex(8), text=text, mentions=[self.ids[name]]
            )
        await self.same(expected, device, command)

    async def edit(self, step: Step, device: Client) -> None:
        if seq := self.some_seq(step):
            mentions = ("anna",) if step.number % 3 == 0 else ()
            text = self.text(*mentions)
            expected = self.model.edit(step.who, step.chat, seq, text, frozenset(mentions))
            ids = [self.ids[name] for name in mentions]
            command = EditMessage(chat_id=self.chats[step.chat], seq=seq, text=text, mentions=ids)
            await self.same(expected, device, command)

    async def delete(self, step: Step, device: Client) -> None:
        if seq := self.some_seq(step):
            expected = self.model.delete(step.who, step.chat, seq)
            await self.same(expected, device, DeleteMessage(chat_id=self.chats[step.chat], seq=seq))

    async def react(self, step: Step, device: Client) -> None:
        if seq := self.some_seq(step):
            emoji, give = EMOJI[step.number % 2], step.number % 5 > 1
            expected = self.model.react(step.who, step.chat, seq, emoji, give=give)
            command = (AddReaction if give else RemoveReaction)(chat_id=self.chats[step.chat], seq=seq, emoji=emoji)
            await self.same(expected, device, command)

    async def pin(self, step: Step, device: Client) -> None:
        if seq := self.some_seq(step):
            pinned = step.number % 3 > 0
            expected = self.model.pin(step.who, step.chat, seq, pinned=pinned)
            command = (PinMessage if pinned else UnpinMessage)(chat_id=self.chats[step.chat], seq=seq)
            await self.same(expected, device, command)

    async def hide(self, step: Step, device: Client) -> None:
        if seq := self.some_seq(step):
            expected = self.model.hide(step.who, step.chat, seq)
            await self.same(expected, device, HideMessages(chat_id=self.chats[step.chat], seqs=[seq]))

    async def clear(self, step: Step, device: Client) -> None:
        expected = self.model.clear(step.who, step.chat)
        await self.same(expected, device, ClearChat(chat_id=self.chats[step.chat]))

    async def withdraw(self, step: Step, device: Client) -> None:
        expected = self.model.withdraw(step.who, step.chat)
        chat_id = self.chats[step.chat]
        await self.same(expected, device, ClearChat(chat_id=chat_id, delete_mine=True))
        async with asyncio.timeout(PATIENCE):
            while await on_record(self.servers, "SELECT 1 FROM withdrawals WHERE chat_id = %(id)s", id=chat_id):
                await asyncio.sleep(0.05)  # it is done soon, and what comes next comes after it

    async def close(self, step: Step, device: Client) -> None:
        await self.same(self.model.close(step.who), device, DeleteChat(chat_id=self.chats[DIRECT]))

    async def read(self, step: Step, device: Client) -> None:
        seq = FAR if step.number == 1 else max(0, len(self.model.chats[step.chat].said) - step.number // 2)
        expected = self.model.read(step.who, step.chat, seq)
        await self.same(expected, device, ReadReceipt(chat_id=self.chats[step.chat], seq=seq))

    async def receive(self, step: Step, device: Client) -> None:
        seq = max(0, len(self.model.chats[step.chat].said) - step.number // 4)
        self.model.receive(step.who, step.chat, seq)
        await self.same(None, device, DeliveredReceipt(chats={str(self.chats[step.chat]): seq}))

    async def mark(self, step: Step, device: Client) -> None:
        marked = step.number % 4 > 0
        expected = self.model.prefer(step.who, step.chat, marked=marked)
        await self.same(expected, device, SetPreferences(chat_id=self.chats[step.chat], marked_unread=marked))

    async def mute(self, step: Step, device: Client) -> None:
        until = (0, FAR, 2_000_000_000_000)[step.number % 3]
        expected = self.model.prefer(step.who, step.chat, muted_until=until)
        await self.same(expected, device, SetPreferences(chat_id=self.chats[step.chat], muted_until=until))

    async def draft(self, step: Step, device: Client) -> None:
        draft = ("", "begun", "begun anew")[step.number % 3]
        expected = self.model.prefer(step.who, step.chat, draft=draft)
        await self.same(expected, device, SetDraft(chat_id=self.chats[step.chat], text=draft))

    async def leave(self, step: Step, device: Client) -> None:
        if step.who != "carla":
            await self.same(self.model.leave(step.who), device, LeaveChat(chat_id=self.chats[GROUP]))

    async def add(self, step: Step, _device: Client) -> None:
        """Carla brings them back."""
        expected = self.model.add(step.who)
        command = AddMember(chat_id=self.chats[GROUP], user_ids=[self.ids[step.who]])
        await self.same(expected, self.devices["carla"][0], command)

    def other(self, step: Step) -> str:
        return [name for name in DEVICES if name != step.who][step.number % 2]

    async def block(self, step: Step, device: Client) -> None:
        self.model.block(step.who, self.other(step), blocks=True)
        await self.same(None, device, AddBlock(user_id=self.ids[self.other(step)]))

    async def unblock(self, step: Step, device: Client) -> None:
        self.model.block(step.who, self.other(step), blocks=False)
        await self.same(None, device, RemoveBlock(user_id=self.ids[self.other(step)]))

    async def go_away(self, step: Step, device: Client) -> None:
        if len(self.devices[step.who]) > 1:
            self.devices[step.who].remove(device)
            self.away.append((step.who, device))
            await device.close()

    async def come_back(self, _step: Step, _device: Client) -> None:
        if self.away:
            name, device = self.away.pop(0)
            self.devices[name].append(device)
            await device.open()

    # --- comparing

    async def agree(self) -> None:
        """A fresh start shows what the model says, and then every device comes to show it."""
        for name, devices in self.devices.items():
            fresh = await devices[0].fresh_state()
            for kind, chat_id in self.chats.items():
                expected = self.model.view(name, kind)
                pages = await self.pages(devices[0], chat_id)
                assert (pages is None) == (expected is None)
                held = self.view(fresh, chat_id, pages or {})
                wanted = self.left(expected, kind)
                assert held == wanted, f"{name} is told this of the {kind} chat"
                if wanted:
                    await self.lists_agree(name, devices[0], chat_id, wanted)
            for device in devices:
                for kind in self.chats:
                    await self.comes_to_show(device, name, kind)

    async def lists_agree(self, name: str, device: Client, chat_id: int, wanted: View) -> None:
        """What is pinned, and what was said before it was edited, is that of the messages one sees."""
        pins = [one.seq for one in (await device.call(ListPins(chat_id=chat_id))).messages]
        assert pins == [seq for seq, one in wanted.messages.items() if one.content.pinned], f"{name} has these pins"
        for seq, one in wanted.messages.items():
            if one.content.edits:
                edits = (await device.call(ListEdits(chat_id=chat_id, seq=seq))).edits
                assert [edit.version for edit in edits] == list(range(1, one.content.edits + 1)), f"{name}: {seq}"

    async def comes_to_show(self, device: Client, name: str, kind: str) -> None:
        chat_id = self.chats[kind]
        expected = self.left(self.model.view(name, kind), kind)

        def difference() -> tuple[View | None, View | None]:
            view = device.state.chats.get(chat_id)
            held = self.view(device.state, chat_id, view.messages if view else {})
            if view is None or held is None or expected is None:
                return held, expected
            for other in held.receipts.keys() - {name}:  # they hear of their own as well
                received, read = held.receipts[other]
                most = self.known.get((name, kind, other), (0, 0))
                assert max(received - most[0], read - most[1]) <= 0, f"{name} knows too much of how far {other} is"
            window = {seq: one for seq, one in expected.messages.items() if seq >= view.first_seq}
            return replace(held, receipts={}), replace(expected, messages=window, receipts={})

        def is_so() -> bool:
            held, wanted = difference()
            return held == wanted

        try:
            await device.wait_for(is_so, patience())
        except TimeoutError:
            held, wanted = difference()
            assert held == wanted, f"{name} sees this in the {kind} chat on a device"

    def left(self, view: View | None, kind: str) -> View | None:
        """Without what may be gone."""
        gone = self.model.chats[kind].gone
        return view and replace(view, messages={seq: one for seq, one in view.messages.items() if seq > gone})

    async def pages(self, device: Client, chat_id: int) -> dict[int, Message] | None:
        """All of a chat, page by page; None to who is not in it."""
        found: dict[int, Message] = {}
        before: int | None = None
        try:
            while before is None or before > 1:
                page = await device.call(MessageHistory(chat_id=chat_id, before=before, limit=7))
                found |= {message.seq: message for message in page.messages}
                if not page.more:
                    break
                before = page.messages[0].seq
        except Refused as refused:
            if not isinstance(refused.failure, NotFound):
                raise
            return None
        return found

    def view(self, state: State, chat_id: int, messages: dict[int, Message]) -> View | None:
        """What a device holds of a chat, in the model's words."""
        view = state.chats.get(chat_id)
        if view is None:
            return None
        gone = self.model.chats[next(kind for kind, id_ in self.chats.items() if id_ == chat_id)].gone
        prefs = view.mine.prefs or Preferences()
        return View(
            messages={seq: self.seen(one) for seq, one in sorted(messages.items()) if seq > gone},
            read=view.mine.read_seq,
            unread=view.mine.unread,
            mentions=view.mine.mentions,
            marked=prefs.marked_unread,
            muted_until=prefs.muted_until,
            draft=prefs.draft,
            listed=view.listed,
            receipts=self.receipts(view),
        )

    def receipts(self, view: ChatView) -> dict[str, tuple[int, int]]:
        return {self.names[one.user_id]: (one.delivered_seq, one.read_seq) for one in view.receipts.values()}

    def seen(self, message: Message) -> Seen:
        author = self.names[message.author_id]
        content = Content(
            text=message.text,
            edits=message.edits,
            mentions=frozenset(self.names[user_id] for user_id in message.mentions),
            mentions_all=message.mentions_all,
            reactions=frozenset(
                (self.names[user_id], one.emoji) for one in message.reactions for user_id in one.user_ids
            ),
            pinned=message.pinned_at is not None,
            reply_to=message.reply_to,
        )
        if message.kind == "hidden":
            return Seen(author, "hidden", content)
        if message.deleted_at is not None:
            return Seen(author, "deleted", content)
        return Seen(author, "notice" if message.notice else "there", content)


failures: list[BaseException] = []
"""So far: whoever makes a failure smaller need not be as patient as who has found it."""


def patience() -> float:
    return 5.0 if failures else PATIENCE


@asynccontextmanager
async def playing(suite: Suite) -> AsyncGenerator[Play]:
    """New people in new chats."""
    async with AsyncExitStack() as stack:
        people = People(suite, stack)
        first = dict(zip(DEVICES, await people.join(*DEVICES), strict=True))
        carla, anna, ben = first.values()
        chats = {GROUP: (await group(carla, anna, ben)).id, DIRECT: (await direct(anna, ben)).id}
        devices = {name: [one] for name, one in first.items()}
        for name, number in DEVICES.items():
            for more in range(1, number):
                window = SMALL if more == number - 1 else 500
                device = await Client.sign_in(
                    suite.url("gateway"), username(first[name]), PASSWORD, device=f"{name} {more}", window=window
                )
                devices[name].append(await stack.enter_async_context(device))
                await knows(chats[GROUP], device)
        yield Play(suite.servers, devices, chats)


async def all_devices_are_equal(people: People, play: Play) -> None:
    """Those who were away, a new one, and the others: all of them hold the same, down to the first message."""
    while play.away:
        await play.come_back(Step("anna", 0, "come_back", GROUP, 0), play.devices["anna"][0])
    await play.agree()
    for name, devices in play.devices.items():
        new = await people.device(devices[0])
        for device in (*devices, new):
            for kind, chat_id in play.chats.items():
                if chat_id in device.state.chats:
                    await device.fill(chat_id, play.model.chats[kind].gone + 1)
        wanted = held_by(new, play)
        for device in devices:
            try:
                await device.wait_for(lambda device=device, wanted=wanted: held_by(device, play) == wanted, patience())
            except TimeoutError:
                assert held_by(device, play) == wanted, f"a device of {name} is not like a new one"


def held_by(device: Client, play: Play) -> dict[str, Any]:
    """All that a device holds, without what may be gone."""
    snapshot = device.state.snapshot()
    for kind, chat_id in play.chats.items():
        if chat := snapshot["chats"].get(chat_id):
            gone = play.model.chats[kind].gone
            chat["messages"] = {seq: one for seq, one in chat["messages"].items() if seq > gone}
    return snapshot


@pytest.mark.timeout(900 + MINUTES * 120)
@seed(SEED)
@settings(
    max_examples=int(MINUTES * LIVES_A_MINUTE) or LIVES,
    deadline=None,
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(life=LIFE)
async def test_everybody_sees_what_the_model_says(suite: Suite, life: list[list[Step]]) -> None:
    try:
        async with playing(suite) as play:
            for steps in life:
                for step in steps:
                    await play.take(step)
                await play.agree()
            async with AsyncExitStack() as stack:
                await all_devices_are_equal(People(suite, stack), play)
    except BaseException as error:
        failures.append(error)
        note(f"MODEL_SEED={SEED}")
        raise
