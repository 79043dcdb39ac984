"""What somebody is told who is blocked: the same as if they were not."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from dialog.protocol.accounts import FindUser
from dialog.protocol.base import Command, Refused
from dialog.protocol.chats import ChatChanges, GetChat, GetPeople, OpenDirect, SetDisappearing, Sync
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    ListEdits,
    ListPins,
    MessageHistory,
    PinMessage,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.people import CancelFriend, RequestFriend
from dialog.protocol.presence import Availability, FocusSession, GetPresence, StartTyping
from dialog.protocol.reactions import AddReaction, ListReactions, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from dialog.protocol.settings import EditSettings, Whom
from tests.block_scene import Scene, relate, scene_of, seen
from tests.patience import PATIENCE
from tests.people import People, me


def sequence(scene: Scene) -> Sequence[Command[Any]]:
    """What Anna may do to somebody, and look at afterwards."""
    here, there, ben = scene.direct_id, scene.group_id, me(scene.ben).id
    return [
        OpenDirect(user_id=ben),
        SendMessage(chat_id=here, nonce="1", text="hello"),
        SendMessage(chat_id=here, nonce="1", text="hello"),
        EditMessage(chat_id=here, seq=1, text="edited"),
        ListEdits(chat_id=here, seq=1),
        AddReaction(chat_id=here, seq=2, emoji="👍"),
        AddReaction(chat_id=here, seq=3, emoji="👍"),
        RemoveReaction(chat_id=here, seq=3, emoji="👍"),
        ListReactions(chat_id=here, seq=2, emoji="👍"),
        PinMessage(chat_id=here, seq=2),
        PinMessage(chat_id=here, seq=1),
        UnpinMessage(chat_id=here, seq=1),
        ListPins(chat_id=here),
        SetDisappearing(chat_id=here, after=3600),
        SendMessage(chat_id=here, nonce="2", text="a slip", reply_to=2),
        DeleteMessage(chat_id=here, seq=4),
        ForwardMessages(chat_id=here, nonce="3", from_chat_id=there, seqs=[1]),
        SendMessage(chat_id=there, nonce="4", text=f"<@{ben}> to all", mentions=(ben,)),
        DeliveredReceipt(chats={str(here): 5, str(there): 5}),
        ReadReceipt(chat_id=here, seq=5),
        ListReceipts(chat_id=here, seq=3),
        ListReceipts(chat_id=there, seq=1),
        FocusSession(focused=True, chat_id=here),
        StartTyping(chat_id=here),
        GetPresence(user_ids=[ben]),
        RequestFriend(user_id=ben),
        RequestFriend(user_id=ben),
        CancelFriend(user_id=ben),
        FindUser(username=me(scene.ben).username),
        GetPeople(chat_id=there, user_ids=[ben]),
        MessageHistory(chat_id=here),
        ChatChanges(chat_id=here, since=2),
        GetChat(chat_id=here),
        GetChat(chat_id=there),
        Sync(chats={}, moved_since=1),
    ]


async def answers(people: People, between: str) -> list[bytes]:
    """What Anna is answered, with names instead of ids and without times, while Ben is away."""
    scene = await scene_of(people, "none")
    await scene.ben.call(EditSettings(who_sees_last_seen=Whom.NOBODY))
    for chat_id in (scene.direct_id, scene.group_id):
        for reader, author in ((scene.ben, scene.anna), (scene.anna, scene.ben)):
            await author.wait_for(
                lambda author=author, reader=reader, chat_id=chat_id: (
                    (receipt := author.state.chats[chat_id].receipts.get(me(reader).id)) and receipt.read_seq >= 2
                )
            )
    await relate(scene, between)
    await scene.ben.close()
    async with asyncio.timeout(PATIENCE):
        while await seen(scene.anna, scene.ben) is not Availability.OFFLINE:
            await asyncio.sleep(0.05)
    names = {me(getattr(scene, name)).id: name for name in ("anna", "ben", "carla")}
    names |= {scene.direct_id: "direct", scene.group_id: "group"}
    found: list[bytes] = []
    for command in sequence(scene):
        try:
            reply = msgspec.json.encode(await scene.anna.call(command))
        except Refused as refused:
            reply = msgspec.json.encode(refused.failure)
        for id_, name in names.items():
            reply = reply.replace(str(id_).encode(), name.encode())
        for name in ("anna", "ben", "carla"):
            reply = reply.replace(me(getattr(scene, name)).username.encode(), name.encode())
        reply = re.sub(rb'"nonce":"[^"]{36}"', b'"nonce":"NONCE"', reply)
        found.append(re.sub(rb"\b\d{11,}\b", b"TIME", reply))
    return found


async def test_the_blocked_person_is_answered_as_if_there_were_no_block(people: People) -> None:
    """But for receipts in groups, which are as if he had never been there, everything is the same byte for byte."""
    free, blocked = await answers(people, "none"), await answers(people, "ben blocks")
    for before, now in zip(free, blocked, strict=True):
        assert without_his_receipts(now) == without_his_receipts(before)


def without_his_receipts(reply: bytes) -> bytes:
    receipt = rb'\{"user_id":ben,"delivered_seq":\d+,"read_seq":\d+\},?'
    others = re.sub(rb',"receipts":\[\]', b"", re.sub(receipt, b"", reply))  # a list of none is left out
    return re.sub(rb'"people":\d+,"delivered":\d+,"read":\d+', b"", others)
