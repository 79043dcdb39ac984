"""Everybody does everything at once, on several devices that come and go: nothing breaks, and all come to agree.

What each is refused depends on who was first, so there is no model here. Whatever has happened, all devices of a person
hold what a new one is told, what is unread is what can be counted, and a group has an owner. The order in which the
server takes what comes at once is not to be repeated, but `CROWD_SEED=<printed>` has all do the same again.
"""

import asyncio
import os
import random
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from dialog.client import Client, ConnectionLost
from dialog.client.unread import Reader, counts
from dialog.ids import now_ms
from dialog.protocol.bans import BanMember, UnbanMember
from dialog.protocol.base import Command, Invalid, Refused, Status
from dialog.protocol.chats import (
    AddMember,
    ClearChat,
    DeleteChat,
    EditChat,
    EditMember,
    LeaveChat,
    OpenDirect,
    RemoveMember,
    SetDisappearing,
)
from dialog.protocol.invites import ApproveJoin, CreateInvite, DeclineJoin, UseInvite
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    HideMessages,
    PinMessage,
    PurgeEdits,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.people import AcceptFriend, AddBlock, RemoveBlock, RequestFriend
from dialog.protocol.preferences import NotificationLevel, SetDraft, SetPreferences
from dialog.protocol.reactions import AddReaction, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ReadReceipt
from dialog.protocol.roles import Role
from dialog.protocol.scheduled import ScheduleMessage
from dialog.protocol.settings import EditSettings
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me
from tests.records import on_record

SEED = int(os.environ.get("CROWD_SEED") or secrets.randbelow(2**32))
CROWDS = int(os.environ.get("CROWDS") or 3)
STEPS = 60
"""Of each device."""


class Crowd:
    """Three people in a group and in direct chats, and chance."""

    def __init__(self, chance: random.Random, ids: list[int], group_id: int, directs: list[int], token: str) -> None:
        self.chance = chance
        self.ids = ids
        self.group_id = group_id
        self.chats = [group_id, group_id, *directs]
        self.token = token

    def chat(self) -> int:
        return self.chance.choice(self.chats)

    def who(self) -> int:
        return self.chance.choice(self.ids)

    def seq(self, device: Client, chat_id: int) -> int:
        """One of the last messages."""
        view = device.state.chats.get(chat_id)
        return max(1, (view.head_seq if view else 0) - self.chance.randrange(6))

    def nonce(self) -> str:
        return f"{self.chance.getrandbits(64):x}"


Deed = Callable[[Crowd, Client, int, int], Command[Any]]
"""What somebody does on a device, in a chat, perhaps with a message."""

DEEDS: tuple[tuple[int, Deed], ...] = (
    (12, lambda c, _d, chat, _s: SendMessage(chat_id=chat, nonce=c.nonce(), text=f"text {c.nonce()}")),
    (3, lambda c, _d, chat, seq: SendMessage(chat_id=chat, nonce=c.nonce(), text="an answer", reply_to=seq)),
    (2, lambda c, _d, chat, _s: SendMessage(chat_id=chat, nonce=c.nonce(), text="<@all>", mention_all=True)),
    (5, lambda c, _d, chat, seq: EditMessage(chat_id=chat, seq=seq, text=f"edited {c.nonce()}")),
    (4, lambda _c, _d, chat, seq: DeleteMessage(chat_id=chat, seq=seq)),
    (4, lambda c, _d, chat, seq: AddReaction(chat_id=chat, seq=seq, emoji=c.chance.choice("👍🔥🎉"))),
    (3, lambda c, _d, chat, seq: RemoveReaction(chat_id=chat, seq=seq, emoji=c.chance.choice("👍🔥🎉"))),
    (2, lambda _c, _d, chat, seq: PinMessage(chat_id=chat, seq=seq)),
    (1, lambda _c, _d, chat, seq: UnpinMessage(chat_id=chat, seq=seq)),
    (1, lambda _c, _d, chat, seq: PurgeEdits(chat_id=chat, seq=seq)),
    (2, lambda _c, _d, chat, seq: HideMessages(chat_id=chat, seqs=[seq])),
    (2, lambda c, _d, chat, seq: ForwardMessages(chat_id=c.chat(), nonce=c.nonce(), from_chat_id=chat, seqs=[seq])),
    (1, lambda c, _d, chat, _s: ClearChat(chat_id=chat, delete_mine=c.chance.random() < 0.3)),
    (1, lambda c, _d, _chat, _s: DeleteChat(chat_id=c.chats[-1])),
    (5, lambda _c, _d, chat, seq: ReadReceipt(chat_id=chat, seq=seq)),
    (2, lambda _c, _d, chat, seq: DeliveredReceipt(chats={str(chat): seq})),
    (2, lambda c, _d, chat, _s: SetPreferences(chat_id=chat, marked_unread=c.chance.random() < 0.5)),
    (1, lambda c, _d, chat, _s: SetPreferences(chat_id=chat, level=c.chance.choice(list(NotificationLevel)))),
    (1, lambda c, _d, chat, _s: SetDraft(chat_id=chat, text=c.nonce())),
    (1, lambda c, _d, chat, _s: SetDisappearing(chat_id=chat, after=c.chance.choice((None, None, 2)))),
    (1, lambda c, _d, chat, _s: ScheduleMessage(chat_id=chat, nonce=c.nonce(), text="later", send_at=now_ms() + 500)),
    (1, lambda c, _d, _chat, _s: EditChat(chat_id=c.group_id, title=f"Title {c.nonce()}")),
    (1, lambda c, _d, _chat, _s: EditChat(chat_id=c.group_id, may_send=c.chance.choice((Role.MEMBER, Role.ADMIN)))),
    (2, lambda c, _d, _chat, _s: EditMember(chat_id=c.group_id, user_id=c.who(), role=c.chance.choice(list(Role)))),
    (1, lambda c, _d, _chat, _s: LeaveChat(chat_id=c.group_id, delete_mine=c.chance.random() < 0.3)),
    (5, lambda c, _d, _chat, _s: AddMember(chat_id=c.group_id, user_ids=[c.who(), c.who()])),
    (1, lambda c, _d, _chat, _s: RemoveMember(chat_id=c.group_id, user_id=c.who())),
    (1, lambda c, _d, _chat, _s: BanMember(chat_id=c.group_id, user_id=c.who())),
    (3, lambda c, _d, _chat, _s: UnbanMember(chat_id=c.group_id, user_id=c.who())),
    (2, lambda c, _d, _chat, _s: UseInvite(token=c.token)),
    (2, lambda c, _d, _chat, _s: ApproveJoin(chat_id=c.group_id, user_id=c.who())),
    (1, lambda c, _d, _chat, _s: DeclineJoin(chat_id=c.group_id, user_id=c.who())),
    (1, lambda c, _d, _chat, _s: OpenDirect(user_id=c.who())),
    (2, lambda c, _d, _chat, _s: AddBlock(user_id=c.who())),
    (3, lambda c, _d, _chat, _s: RemoveBlock(user_id=c.who())),
    (1, lambda c, _d, _chat, _s: RequestFriend(user_id=c.who())),
    (1, lambda c, _d, _chat, _s: AcceptFriend(user_id=c.who())),
    (1, lambda c, _d, _chat, _s: EditSettings(read_receipts=c.chance.random() < 0.5)),
)
WEIGHTS, DOES = zip(*DEEDS, strict=True)


async def live(crowd: Crowd, device: Client) -> None:
    """Do things, now and then from another connection."""
    for _ in range(STEPS):
        if crowd.chance.random() < 0.04:
            await device.close()
            await asyncio.sleep(crowd.chance.random() * 0.3)
            await device.open()
        chat_id = crowd.chat()
        [deed] = crowd.chance.choices(DOES, WEIGHTS)
        command = deed(crowd, device, chat_id, crowd.seq(device, chat_id))
        try:
            await device.call(command)
        except Refused as refused:
            if refused.failure.status is Status.INTERNAL or isinstance(refused.failure, Invalid):
                raise
        except ConnectionLost:
            pass


def unread(device: Client, chat_id: int) -> int:
    """Counted by hand."""
    view = device.state.chats[chat_id]
    blocked = {user_id for user_id, relation in device.state.affairs.relations.items() if relation.blocked}
    reader = Reader(me(device).id, blocked)
    return sum(counts(one, reader, view.rev) for one in view.messages.values() if one.seq > view.mine.read_seq)


async def at_rest(people: People, devices: list[Client], chat_ids: list[int]) -> None:
    """Wait until the workers have nothing to do in these chats any more."""
    for device in devices:
        await device.wait_for(
            lambda device=device: all(one.failure for one in device.state.scheduled.values()), PATIENCE
        )
    async with asyncio.timeout(PATIENCE):
        for table in ("expiring", "withdrawals", "purges"):
            sql = f"SELECT 1 FROM {table} WHERE chat_id IN ({', '.join(map(str, chat_ids))})"
            while await on_record(people.suite.servers, sql):
                await asyncio.sleep(0.05)


async def whole(device: Client) -> dict[str, Any]:
    """All that a device can hold, down to the first message of each chat."""
    for chat_id in list(device.state.chats):
        await device.fill(chat_id, 1)
    return device.state.snapshot()


@pytest.mark.parametrize("crowd_number", range(CROWDS))
async def test_all_devices_come_to_agree(people: People, crowd_number: int) -> None:
    print(f"CROWD_SEED={SEED}")  # noqa: T201 - seen when it fails
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(carla, anna, ben)
    directs = [(await direct(one, other)).id for one, other in ((anna, carla), (ben, carla), (anna, ben))]
    invite = await carla.call(CreateInvite(chat_id=chat.id, approval=True))
    devices = [anna, await people.device(anna), await people.device(anna), ben, await people.device(ben), carla]
    await knows(chat.id, *devices)
    everybody = [me(one).id for one in (anna, ben, carla)]
    crowd = Crowd(random.Random(SEED + crowd_number), everybody, chat.id, directs, invite.token)
    async with asyncio.TaskGroup() as lives:
        for device in devices:
            lives.create_task(live(crowd, device))
    await at_rest(people, devices, [chat.id, *directs])
    await in_step(*devices)
    for person in (anna, ben, carla):
        new = await people.device(person)
        wanted = await whole(new)
        for device in devices:
            if me(device).id == me(person).id:
                assert await whole(device) == wanted
        for chat_id, view in new.state.chats.items():
            assert view.mine.unread == unread(new, chat_id)
            if chat_id == chat.id:
                assert [member.role for member in view.members.values()].count(Role.OWNER) == 1
