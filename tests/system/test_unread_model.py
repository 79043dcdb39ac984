"""No stuck badge: whatever happens, in whatever order, every device counts as a small model of the rules does."""

import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from dialog.client import Client
from dialog.protocol.chats import AddMember, LeaveChat
from dialog.protocol.messages import DeleteMessage, EditMessage, SendMessage
from dialog.protocol.preferences import SetDraft, SetPreferences
from dialog.protocol.receipts import ReadReceipt
from tests.people import PASSWORD, People, group, in_step, knows, me, username

STEPS = 60


@dataclass
class Model:
    """What Anna should see of one group, by the plainest rules."""

    authors: list[str] = field(default_factory=list[str])
    deleted: set[int] = field(default_factory=set[int])
    read_seq: int = 0
    marked: bool = False
    muted: int = 0
    draft: str = ""

    @property
    def unread(self) -> int:
        said = enumerate(self.authors, start=1)
        return sum(seq > self.read_seq and by == "ben" and seq not in self.deleted for seq, by in said)

    def seen_on(self, device: Client, chat_id: int) -> bool:
        view = device.state.chats.get(chat_id)
        if view is None or view.mine.unread != self.unread or view.head_seq != len(self.authors):
            return False
        prefs = view.mine.prefs
        held = (prefs.marked_unread, prefs.muted_until, prefs.draft) if prefs else (False, 0, "")
        return held == (self.marked, self.muted, self.draft)


class Story:
    """Anna on two devices, one of which holds little, and Ben, the owner; each step is taken on some device."""

    def __init__(self, chance: random.Random, ben: Client, devices: list[Client], chat_id: int) -> None:
        self.chance = chance
        self.ben = ben
        self.devices = devices
        self.chat_id = chat_id
        self.model = Model()

    @property
    def anna(self) -> Client:
        return self.chance.choice(self.devices)

    def some_seq(self) -> int:
        return self.chance.randint(1, max(1, len(self.model.authors)))

    async def say(self) -> None:
        who, by = self.chance.choice([(self.ben, "ben"), (self.ben, "ben"), (self.anna, "anna")])
        await who.call(SendMessage(chat_id=self.chat_id, nonce=secrets.token_hex(8), text="hello"))
        self.model.authors.append(by)

    async def delete(self) -> None:
        seq = self.chance.choice([self.some_seq(), len(self.model.authors)])
        if seq and self.model.authors[seq - 1] != "notice":
            await self.ben.call(DeleteMessage(chat_id=self.chat_id, seq=seq))
            self.model.deleted.add(seq)

    async def edit(self) -> None:
        seq = self.some_seq()
        if self.model.authors and self.model.authors[seq - 1] == "ben" and seq not in self.model.deleted:
            await self.ben.call(EditMessage(chat_id=self.chat_id, seq=seq, text=secrets.token_hex(4)))

    async def read(self) -> None:
        seq = self.chance.choice([self.some_seq(), len(self.model.authors)])
        await self.anna.call(ReadReceipt(chat_id=self.chat_id, seq=seq))
        seq = min(seq, len(self.model.authors))
        if seq >= self.model.read_seq:
            self.model.marked = False
        self.model.read_seq = max(self.model.read_seq, seq)

    async def mark(self) -> None:
        self.model.marked = self.chance.random() < 0.7
        await self.anna.call(SetPreferences(chat_id=self.chat_id, marked_unread=self.model.marked))

    async def mute(self) -> None:
        self.model.muted = self.chance.choice([0, 2**53 - 1, 2_000_000_000_000])
        await self.anna.call(SetPreferences(chat_id=self.chat_id, muted_until=self.model.muted))

    async def draft(self) -> None:
        self.model.draft = self.chance.choice(["", "begun", "begun anew"])
        await self.anna.call(SetDraft(chat_id=self.chat_id, text=self.model.draft))

    async def leave_and_return(self) -> None:
        await self.anna.call(LeaveChat(chat_id=self.chat_id))
        for device in self.devices:
            await device.wait_for(lambda device=device: self.chat_id not in device.state.chats)
        self.model.authors.append("notice")
        await self.say_alone()
        await self.ben.call(AddMember(chat_id=self.chat_id, user_ids=[me(self.devices[0]).id]))
        await knows(self.chat_id, *self.devices)
        old = self.model
        self.model = Model(authors=[*old.authors, "notice"], deleted=old.deleted, read_seq=len(old.authors))

    async def say_alone(self) -> None:
        await self.ben.call(SendMessage(chat_id=self.chat_id, nonce=secrets.token_hex(8), text="to myself"))
        self.model.authors.append("ben")

    async def go_away_and_come_back(self) -> None:
        device = self.anna
        await device.close()
        self.devices.remove(device)
        await self.say()
        await self.read()
        self.devices.append(device)
        await device.open()

    async def agree(self) -> None:
        """Wait until every device sees what the model says."""
        for device in self.devices:
            try:
                await device.wait_for(lambda device=device: self.model.seen_on(device, self.chat_id))
            except TimeoutError:
                raise AssertionError(f"{device.state.chats[self.chat_id].mine} is not {self.model}") from None


@pytest.mark.parametrize("seed", range(6))
async def test_devices_count_as_the_model_does(people: People, seed: int) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(ben, anna)
    url = people.suite.url("gateway")
    small = await people.enter(await Client.sign_in(url, username(anna), PASSWORD, device="small", window=3))
    story = Story(random.Random(seed), ben, [anna, small], chat.id)
    steps: list[tuple[Callable[[], Awaitable[None]], int]] = [
        (story.say, 10), (story.delete, 4), (story.edit, 2), (story.read, 5), (story.mark, 2), (story.mute, 1),
        (story.draft, 2), (story.leave_and_return, 1), (story.go_away_and_come_back, 1),
    ]  # fmt: skip
    for number in range(STEPS):
        [step] = story.chance.choices([step for step, _ in steps], [weight for _, weight in steps])
        await step()
        for device in story.devices:
            assert all(view.mine.unread >= 0 for view in device.state.chats.values())
        if number % 10 == 9:
            await story.agree()
    await story.agree()
    await in_step(anna, small, ben)
