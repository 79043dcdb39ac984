"""The table of blocks, row by row: what Anna does to Ben, by what the two are to each other; and what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dialog.client import Client
from dialog.protocol.accounts import FindUser
from dialog.protocol.base import Command, Refused
from dialog.protocol.chats import AddMember, CreateChat, GetChat, SetDisappearing
from dialog.protocol.invites import CreateInvite, UseInvite
from dialog.protocol.messages import DeleteMessage, EditMessage, PinMessage, SendMessage
from dialog.protocol.people import AddBlock, RequestFriend
from dialog.protocol.presence import Availability, FocusSession, StartTyping
from dialog.protocol.reactions import AddReaction
from dialog.protocol.receipts import ListReceipts, ReadReceipt
from dialog.protocol.settings import EditSettings, Whom
from tests.block_scene import RELATIONS, Scene, comes, message_for, scene_of, seen
from tests.patience import PATIENCE
from tests.people import People, befriend, in_step, me, relation

ALL = "yes yes yes yes"

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
    try:
        await scene.anna.call(AddMember(chat_id=made.id, user_ids=[me(scene.ben).id]))
    except Refused as refused:
        if str(refused) != "may_not_add":  # as of one who lets only friends add them
            raise

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
    async with asyncio.timeout(PATIENCE):
        while not (await scene.anna.call(GetChat(chat_id=scene.direct_id))).receipts_off:
            await asyncio.sleep(0.05)
    for ben_reads in (True, False):
        got = await reads_in("direct_id", ben_reads=ben_reads)(scene)
        assert not await comes(got, expected=False)
