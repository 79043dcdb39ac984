"""The table of blocks, row by row: what Anna does to Ben, by what the two are to each other; and what she sees of it.

| between the two | |
| --- | --- |
| none | nothing |
| friend | they are friends |
| ben blocks | Ben blocks Anna: he gets nothing of her, and she cannot tell |
| anna blocks | Anna blocks Ben, and goes on doing things |
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from dialog.bus import Bus
from dialog.client import Client
from dialog.config import Settings, load
from dialog.protocol.accounts import FindUser
from dialog.protocol.base import Command, Refused
from dialog.protocol.chats import (
    AddMember,
    ChatChanges,
    CreateChat,
    GetChat,
    GetPeople,
    OpenDirect,
    SetDisappearing,
    Sync,
)
from dialog.protocol.invites import CreateInvite, UseInvite
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
from dialog.protocol.people import AddBlock, CancelFriend, RemoveBlock, RequestFriend
from dialog.protocol.presence import Availability, FocusSession, GetPresence, StartTyping
from dialog.protocol.reactions import AddReaction, ListReactions, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from dialog.protocol.settings import EditSettings, Whom
from tests.people import People, befriend, direct, group, in_step, me, relation
from tests.servers import Suite

RELATIONS = ("none", "friend", "ben blocks", "anna blocks")
ALL = "yes yes yes yes"


class Scene(Struct):
    """Before anything was between them: one message each in their direct chat and in Carla's group, all of it read."""

    anna: Client
    ben: Client
    carla: Client
    direct_id: int
    group_id: int


async def scene_of(people: People, between: str) -> Scene:
    [anna], [ben], [carla] = [await people.join(name) for name in ("anna", "ben", "carla")]  # ids in this order
    chat, both = await direct(anna, ben), await group(carla, anna, ben)
    for chat_id in (chat.id, both.id):
        for author in (anna, ben):
            await author.send(chat_id, f"of {me(author).display_name}")
    for client in (anna, ben):
        for chat_id in (chat.id, both.id):
            await client.wait_for(lambda client=client, chat_id=chat_id: client.state.chats[chat_id].head_seq >= 2)
            await client.call(ReadReceipt(chat_id=chat_id, seq=1000))
    scene = Scene(anna=anna, ben=ben, carla=carla, direct_id=chat.id, group_id=both.id)
    await relate(scene, between)
    return scene


async def relate(scene: Scene, between: str) -> None:
    match between:
        case "friend":
            await befriend(scene.anna, scene.ben)
        case "ben blocks":
            await scene.ben.call(AddBlock(user_id=me(scene.anna).id))
        case "anna blocks":
            await scene.anna.call(AddBlock(user_id=me(scene.ben).id))
        case _:
            pass


async def comes(is_so: Callable[[], Awaitable[bool]], *, expected: bool) -> bool:
    """Whether something comes to be so: what is expected is waited for, what is not is given a moment to go wrong."""
    async with asyncio.timeout(20):
        while expected and not await is_so():
            await asyncio.sleep(0.05)
    if not expected:
        await asyncio.sleep(0.3)
    return await is_so()


async def message_for(client: Client, chat_id: int, seq: int) -> dict[str, Any] | None:
    """A message as somebody's history has it, without its number of change."""
    found = (await client.call(MessageHistory(chat_id=chat_id, around=seq, limit=10))).messages
    return next((msgspec.to_builtins(one) | {"rev": 0} for one in found if one.seq == seq), None)


async def held_by(client: Client, chat_id: int, seq: int) -> dict[str, Any]:
    """The same of one that is there."""
    found = await message_for(client, chat_id, seq)
    assert found
    return found


Row = Callable[[Scene], Awaitable[Callable[[], Awaitable[bool]]]]
"""Anna does something; returned is whether Ben has got it."""


async def write_to_him(scene: Scene) -> Callable[[], Awaitable[bool]]:
    sent = await scene.anna.send(scene.direct_id, "hello")
    assert sent.seq == 3

    async def got() -> bool:
        return await message_for(scene.ben, scene.direct_id, 3) is not None

    return got


async def write_in_the_group(scene: Scene) -> Callable[[], Awaitable[bool]]:
    sent = await scene.anna.send(scene.group_id, "hello all")

    async def got() -> bool:
        return await message_for(scene.ben, scene.group_id, sent.seq) is not None

    return got


def changes(act: Callable[[Scene], Command[Any]], seq: int) -> Row:
    """A change of a message of the direct chat that is older than the block. Anna herself sees it in any case."""

    async def row(scene: Scene) -> Callable[[], Awaitable[bool]]:
        before = await message_for(scene.ben, scene.direct_id, seq)
        own = await message_for(scene.anna, scene.direct_id, seq)
        await scene.anna.call(act(scene))
        assert await message_for(scene.anna, scene.direct_id, seq) != own

        async def got() -> bool:
            return await message_for(scene.ben, scene.direct_id, seq) != before

        return got

    return row


async def set_the_timer(scene: Scene) -> Callable[[], Awaitable[bool]]:
    await scene.anna.call(SetDisappearing(chat_id=scene.direct_id, after=3600))

    async def got() -> bool:
        return (await scene.ben.call(GetChat(chat_id=scene.direct_id))).chat.disappear_after == 3600

    return got


async def ask_for_friendship(scene: Scene) -> Callable[[], Awaitable[bool]]:
    before = relation(scene.ben, scene.anna)
    try:
        await scene.anna.call(RequestFriend(user_id=me(scene.ben).id))
    except Refused as refused:
        if str(refused) != "blocked_by_you":
            raise

    async def got() -> bool:
        return relation(scene.ben, scene.anna) != before

    return got


async def add_him_to_a_group(scene: Scene) -> Callable[[], Awaitable[bool]]:
    made = await scene.anna.call(CreateChat(title="Hers", user_ids=[]))
    await scene.anna.call(AddMember(chat_id=made.id, user_ids=[me(scene.ben).id]))

    async def got() -> bool:
        return made.id in scene.ben.state.chats

    return got


async def use_his_invite(scene: Scene) -> Callable[[], Awaitable[bool]]:
    """A link is pushed to nobody, so there is nothing to swallow: she joins like anybody who has it."""
    made = await scene.ben.call(CreateChat(title="His", user_ids=[]))
    invite = await scene.ben.call(CreateInvite(chat_id=made.id))
    assert (await scene.anna.call(UseInvite(token=invite.token))).chat

    async def got() -> bool:
        held = scene.ben.state.chats.get(made.id)
        return held is not None and me(scene.anna).id in held.members

    return got


async def be_there(scene: Scene) -> Callable[[], Awaitable[bool]]:
    async def got() -> bool:
        return await seen(scene.ben, scene.anna) is not Availability.OFFLINE

    return got


async def look_whether_he_is_there(scene: Scene) -> Callable[[], Awaitable[bool]]:
    async def got() -> bool:
        return await seen(scene.anna, scene.ben) is not Availability.OFFLINE

    return got


async def seen(viewer: Client, about: Client) -> Availability:
    [found] = (await viewer.call(GetPresence(user_ids=[me(about).id]))).people
    held = viewer.state.presence.get(me(about).id)
    return found.status if held is None or found.status is not Availability.OFFLINE else held.status


def types_in(chat: str) -> Row:
    async def row(scene: Scene) -> Callable[[], Awaitable[bool]]:
        chat_id = getattr(scene, chat)
        for client in (scene.anna, scene.ben):
            await client.call(FocusSession(focused=True, chat_id=chat_id))
        await scene.anna.call(StartTyping(chat_id=chat_id))

        async def got() -> bool:
            return me(scene.anna).id in scene.ben.usage.typing_in(chat_id)

        return got

    return row


def reads_in(chat: str, *, ben_reads: bool) -> Row:
    """What one says is read by the other: whether the one who said it comes to see that."""

    async def row(scene: Scene) -> Callable[[], Awaitable[bool]]:
        chat_id = getattr(scene, chat)
        reader, author = (scene.ben, scene.anna) if ben_reads else (scene.anna, scene.ben)
        sent = await author.send(chat_id, "read this")
        await reader.call(ReadReceipt(chat_id=chat_id, seq=sent.seq))

        async def got() -> bool:
            fresh = (await author.call(GetChat(chat_id=chat_id))).receipts
            listed = (await author.call(ListReceipts(chat_id=chat_id, seq=sent.seq))).receipts
            told = [author.state.chats[chat_id].receipts.get(me(reader).id), *fresh, *listed]
            return any(one and one.user_id == me(reader).id and one.read_seq >= sent.seq for one in told)

        return got

    return row


def counts_in(chat: str, *, mention: bool) -> Row:
    async def row(scene: Scene) -> Callable[[], Awaitable[bool]]:
        chat_id, ben = getattr(scene, chat), me(scene.ben)
        mentions = (ben.id,) if mention else ()
        text = f"<@{ben.id}> look" if mention else "look"
        sent = await scene.anna.call(SendMessage(chat_id=chat_id, nonce="n", text=text, mentions=mentions))
        assert sent.mentions == mentions
        await scene.carla.send(scene.group_id, "and now?")

        async def got() -> bool:
            await scene.ben.wait_for(lambda: scene.ben.state.chats[scene.group_id].mine.unread)
            mine = (await scene.ben.call(GetChat(chat_id=chat_id))).mine
            held = scene.ben.state.chats[chat_id].mine
            others = 1 if chat == "group_id" else 0
            assert (held.unread, held.mentions) == (mine.unread, mine.mentions)
            return bool(mine.mentions) if mention else mine.unread > others

        return got

    return row


async def look_at_his_profile(scene: Scene) -> Callable[[], Awaitable[bool]]:
    await scene.ben.call(EditSettings(who_sees_profile=Whom.FRIENDS))

    async def got() -> bool:
        return not (await scene.anna.call(FindUser(username=me(scene.ben).username))).user.private

    return got


#                                              none friend ben-blocks anna-blocks
TABLE: dict[str, tuple[Row, str]] = {
    "direct message": (write_to_him, "yes yes no yes"),
    "group message": (write_in_the_group, ALL),
    "edit": (changes(lambda it: EditMessage(chat_id=it.direct_id, seq=1, text="edited"), 1), "yes yes no yes"),
    "reaction": (changes(lambda it: AddReaction(chat_id=it.direct_id, seq=2, emoji="👍"), 2), "yes yes no yes"),
    "pin": (changes(lambda it: PinMessage(chat_id=it.direct_id, seq=2), 2), "yes yes no yes"),
    "delete": (changes(lambda it: DeleteMessage(chat_id=it.direct_id, seq=1), 1), ALL),
    "disappearing": (set_the_timer, "yes yes no yes"),
    "friend request": (ask_for_friendship, "yes no no no"),
    "add to group": (add_him_to_a_group, "yes yes no yes"),
    "invite": (use_his_invite, ALL),
    "presence": (be_there, "yes yes no no"),
    "his presence": (look_whether_he_is_there, "yes yes no no"),
    "typing": (types_in("direct_id"), "yes yes no no"),
    "typing in a group": (types_in("group_id"), "yes yes no no"),
    "his receipts": (reads_in("direct_id", ben_reads=True), "yes yes no no"),
    "her receipts": (reads_in("direct_id", ben_reads=False), "yes yes no no"),
    "his receipts in a group": (reads_in("group_id", ben_reads=True), "yes yes no no"),
    "her receipts in a group": (reads_in("group_id", ben_reads=False), "yes yes no no"),
    "unread": (counts_in("direct_id", mention=False), "yes yes no yes"),
    "unread in a group": (counts_in("group_id", mention=False), "yes yes no yes"),
    "mention": (counts_in("group_id", mention=True), "yes yes no yes"),
    "profile for friends": (look_at_his_profile, "no yes no no"),
}


@pytest.mark.parametrize("between", RELATIONS)
@pytest.mark.parametrize("surface", TABLE)
async def test_what_comes_through(people: People, surface: str, between: str) -> None:
    row, line = TABLE[surface]
    scene = await scene_of(people, between)
    expected = line.split()[RELATIONS.index(between)] == "yes"
    got = await row(scene)
    assert await comes(got, expected=expected) is expected
    await in_step(scene.anna, scene.ben, scene.carla)


# ------------------------------------------------------------------------------------- what the blocked person is told


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
    async with asyncio.timeout(20):
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
    return re.sub(rb'"people":\d+,"delivered":\d+,"read":\d+', b"", re.sub(receipt, b"", reply))


# ---------------------------------------------------------------------------------------------- what is on the wire


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


async def test_presence_follows_block_and_friendship_at_once(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    assert await seen(anna, ben) is Availability.OFFLINE, "they are strangers"
    await befriend(anna, ben)
    for viewer, other in ((anna, ben), (ben, anna)):
        await viewer.wait_for(lambda viewer=viewer, other=other: here(viewer, other))
    await ben.call(AddBlock(user_id=me(anna).id))
    for viewer, other in ((anna, ben), (ben, anna)):
        await viewer.wait_for(lambda viewer=viewer, other=other: not here(viewer, other))


def here(viewer: Client, about: Client) -> bool:
    held = viewer.state.presence.get(me(about).id)
    return held is not None and held.status is not Availability.OFFLINE


async def test_typing_obeys_its_setting_at_once(people: People) -> None:
    scene = await scene_of(people, "none")
    await scene.anna.call(EditSettings(typing=False))
    got = await types_in("direct_id")(scene)
    assert not await comes(got, expected=False)
    phone = await people.device(scene.anna)
    await phone.call(FocusSession(focused=True, chat_id=scene.direct_id))
    await phone.call(StartTyping(chat_id=scene.direct_id))
    assert not await comes(got, expected=False), "on a device that has connected since"


async def test_a_block_silences_a_chat_that_is_open(people: People) -> None:
    scene = await scene_of(people, "none")
    for client in (scene.anna, scene.ben):
        await client.call(FocusSession(focused=True, chat_id=scene.direct_id))
    await scene.ben.call(AddBlock(user_id=me(scene.anna).id))
    await scene.ben.wait_for(lambda: relation(scene.ben, scene.anna) == "none blocked")
    for typist, other in ((scene.anna, scene.ben), (scene.ben, scene.anna)):
        await typist.call(StartTyping(chat_id=scene.direct_id))
        await asyncio.sleep(0.3)
        assert not other.usage.typing_in(scene.direct_id)


async def test_receipts_obey_their_setting(people: People) -> None:
    scene = await scene_of(people, "none")
    await scene.ben.call(EditSettings(read_receipts=False))
    async with asyncio.timeout(20):
        while not (await scene.anna.call(GetChat(chat_id=scene.direct_id))).receipts_off:
            await asyncio.sleep(0.05)
    for ben_reads in (True, False):
        got = await reads_in("direct_id", ben_reads=ben_reads)(scene)
        assert not await comes(got, expected=False)
