"""Blocks: what the blocked person does, sees, and what the one who blocks gets of it (nothing)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from dialog.bus import Bus
from dialog.client import Client
from dialog.config import Settings, load
from dialog.protocol.accounts import EditProfile
from dialog.protocol.base import Refused
from dialog.protocol.chats import AddMember, Chat, ChatChanges, CreateChat, GetChat, MayNotAdd, OpenDirect
from dialog.protocol.internal import GetStandings
from dialog.protocol.messages import DeleteMessage, EditMessage, MessageHistory, SendMessage
from dialog.protocol.people import AddBlock, RemoveBlock
from dialog.protocol.settings import EditSettings, Whom
from tests.patience import PATIENCE
from tests.people import People, befriend, direct, group, in_step, knows, me, sees, texts
from tests.servers import Suite


@pytest.fixture
async def bus(suite: Suite) -> AsyncGenerator[Bus]:
    url = {"DIALOG_NATS_URL": suite.servers.environment["DIALOG_NATS_URL"]}
    bus = await Bus.connect(load(Settings, "test", url), "test")
    yield bus
    await bus.close()


@asynccontextmanager
async def hearing(bus: Bus, client: Client) -> AsyncGenerator[list[bytes]]:
    """Everything that is told to one person's sockets about chats, as it comes."""
    heard: list[bytes] = []

    def hear(frame: bytes) -> None:
        if b'"presence.changed"' not in frame:
            heard.append(frame)

    subscription = await bus.subscribe(f"user.{me(client).id}", hear)
    await bus.flush()
    yield heard
    await subscription.unsubscribe()


async def block(blocker: Client, other: Client) -> None:
    await blocker.call(AddBlock(user_id=me(other).id))


async def unblock(blocker: Client, other: Client) -> None:
    await blocker.call(RemoveBlock(user_id=me(other).id))


async def fetched(client: Client, chat: Chat) -> list[str]:
    """The texts of a chat as its history has them."""
    history = await client.call(MessageHistory(chat_id=chat.id, limit=100))
    return [message.text for message in history.messages]


async def test_what_is_written_to_a_blocker_is_for_its_author_alone(people: People, bus: Bus) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await anna.send(chat.id, "before")
    await sees(ben, chat.id, "before")
    await block(ben, anna)
    held = ben.state.snapshot()
    async with hearing(bus, ben) as heard:
        sent = await anna.send(chat.id, "meanwhile")
        retried = await anna.call(SendMessage(chat_id=chat.id, nonce=sent.nonce, text="meanwhile"))
        await anna.send(chat.id, "a slip")
        await anna.call(EditMessage(chat_id=chat.id, seq=sent.seq, text="meanwhile, edited"))
        await anna.call(DeleteMessage(chat_id=chat.id, seq=sent.seq + 1))
        await sees(phone, chat.id, "before", "meanwhile, edited", "")
        await in_step(anna, phone)
        assert retried.seq == sent.seq == 2
        assert heard == []
    assert ben.state.snapshot() == held == (await ben.fresh_state()).snapshot()
    assert await fetched(ben, chat) == ["before"]
    assert (await ben.call(GetChat(chat_id=chat.id))).chat.head_seq == 1
    assert not (await ben.call(ChatChanges(chat_id=chat.id, since=held["chats"][chat.id]["chat"].rev))).messages
    for command in (EditMessage(chat_id=chat.id, seq=2, text="x"), DeleteMessage(chat_id=chat.id, seq=2)):
        with pytest.raises(Refused, match="not_found"):
            await ben.call(command)


async def test_nor_after_unblocking(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await anna.send(chat.id, "one")
    await block(ben, anna)
    for number in range(3):
        await anna.send(chat.id, f"hidden {number}")
    await unblock(ben, anna)
    assert await fetched(ben, chat) == ["one"]
    await anna.send(chat.id, "two")
    await sees(ben, chat.id, "one", "two")
    await ben.send(chat.id, "three")
    await block(ben, anna)
    await anna.send(chat.id, "hidden 3")
    await ben.send(chat.id, "four")
    await sees(ben, chat.id, "one", "two", "three", "four")
    await sees(anna, chat.id, "one", "hidden 0", "hidden 1", "hidden 2", "two", "three", "hidden 3", "four")
    await in_step(anna, ben)
    second = await people.device(ben)
    await second.fill(chat.id, 1)
    assert texts(second, chat.id) == ["one", "two", "three", "four"]
    await in_step(second)


async def test_pages_reach_over_what_is_hidden(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    for number in range(6):
        await anna.send(chat.id, f"early {number}")
    await block(ben, anna)
    for number in range(6):
        await anna.send(chat.id, f"hidden {number}")
    await unblock(ben, anna)
    await anna.send(chat.id, "late")
    device = await people.device(ben)
    while (await device.history(chat.id, limit=2)).messages:
        pass
    assert texts(device, chat.id) == [*(f"early {number}" for number in range(6)), "late"]
    around = await device.call(MessageHistory(chat_id=chat.id, around=7, limit=4))
    assert [message.text for message in around.messages] == ["early 4", "early 5", "late"]
    onwards = await device.call(MessageHistory(chat_id=chat.id, after=6, limit=4))
    assert [message.text for message in onwards.messages] == ["late"]


async def test_both_block_each_other(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await block(ben, anna)
    await block(anna, ben)
    await anna.send(chat.id, "anna's")
    await ben.send(chat.id, "ben's")
    await sees(anna, chat.id, "anna's")
    await sees(ben, chat.id, "ben's")
    await in_step(anna, ben)
    await unblock(ben, anna)
    await anna.send(chat.id, "anna's second")
    await sees(ben, chat.id, "ben's", "anna's second")
    await sees(anna, chat.id, "anna's", "anna's second")
    await in_step(anna, ben)


async def test_messages_and_blocks_at_once(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    for number in range(5):
        sending = [anna.call(SendMessage(chat_id=chat.id, nonce=f"{number}-{n}", text=f"{number}")) for n in range(8)]
        await asyncio.gather(block(ben, anna), *sending)
        await asyncio.gather(unblock(ben, anna), ben.send(chat.id, "mine"))
    await anna.send(chat.id, "end")
    await ben.wait_for(lambda: texts(ben, chat.id)[-1:] == ["end"])
    await in_step(anna, ben)
    assert len(texts(anna, chat.id)) == 5 * 8 + 5 + 1


async def test_a_chat_that_is_opened_with_a_blocker(people: People, bus: Bus) -> None:
    anna, ben = await people.join("anna", "ben")
    await block(ben, anna)
    async with hearing(bus, ben) as heard:
        chat = await anna.call(OpenDirect(user_id=me(ben).id))
        await anna.send(chat.id, "hello?")
        await sees(anna, chat.id, "hello?")
        await in_step(anna)
        assert set(anna.state.chats[chat.id].members) == {me(anna).id, me(ben).id}, "nothing looks different"
        assert heard == []
    with pytest.raises(Refused, match="not_found"):
        await ben.call(GetChat(chat_id=chat.id))
    await in_step(ben)
    assert chat.id not in ben.state.chats
    await unblock(ben, anna)
    await anna.send(chat.id, "hello again")
    await knows(chat.id, ben)
    await sees(ben, chat.id, "hello again")
    await in_step(anna, ben)


async def test_the_blocker_opens_that_chat(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    await block(ben, anna)
    chat = await anna.call(OpenDirect(user_id=me(ben).id))
    await anna.send(chat.id, "hello?")
    opened = await ben.call(OpenDirect(user_id=me(anna).id))
    assert (opened.id, opened.head_seq) == (chat.id, 0)
    await knows(chat.id, ben)
    await sees(ben, chat.id)
    await in_step(anna, ben)
    await ben.send(chat.id, "what?")
    await sees(anna, chat.id, "hello?", "what?")
    await sees(ben, chat.id, "what?")
    await in_step(anna, ben)


@pytest.mark.parametrize("blocked", [False, True])
@pytest.mark.parametrize("friends", [False, True])
@pytest.mark.parametrize("whom", Whom)
async def test_who_may_write(people: People, whom: Whom, *, friends: bool, blocked: bool) -> None:
    """A refusal is the same whether or not there is a block, which ends the friendship as well."""
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    if friends:
        await befriend(anna, ben)
    if blocked:
        await block(ben, anna)
    await ben.call(EditSettings(who_may_write=whom))
    allowed = whom is Whom.EVERYONE or (whom is Whom.FRIENDS and friends and not blocked)
    if allowed:
        await anna.send(chat.id, "hello")
        await sees(ben, chat.id, *([] if blocked else ["hello"]))
    else:
        assert await comes_to_refuse(anna, chat) == "not_accepting"
        await ben.send(chat.id, "I may")
        for client in (anna, ben):
            await client.wait_for(lambda client=client: texts(client, chat.id)[-1:] == ["I may"])
    await in_step(anna, ben)


async def comes_to_refuse(client: Client, chat: Chat) -> str:
    """The reason why a message is refused: chat hears of settings by a fact, a moment later."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await client.call(SendMessage(chat_id=chat.id, nonce=str(uuid4()), text="hello"))
            except Refused as refused:
                return str(refused)
            await asyncio.sleep(0.02)


async def test_a_chat_with_somebody_who_takes_no_messages(people: People) -> None:
    """They learn of it with the first message they take."""
    anna, ben = await people.join("anna", "ben")
    await ben.call(EditSettings(who_may_write=Whom.FRIENDS))
    chat = await anna.call(OpenDirect(user_id=me(ben).id))
    with pytest.raises(Refused, match="not_accepting"):
        await anna.send(chat.id, "hello?")
    await in_step(anna, ben)
    assert chat.id not in ben.state.chats
    await befriend(anna, ben)
    await anna.send(chat.id, "friend")
    await knows(chat.id, ben)
    await sees(ben, chat.id, "friend")
    await in_step(anna, ben)


async def test_a_shared_group_goes_on(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    both = await group(carla, anna, ben)
    await block(ben, anna)
    await anna.send(both.id, "anna's")
    await ben.send(both.id, "ben's")
    for client in (anna, ben, carla):
        await client.wait_for(lambda client=client: sorted(texts(client, both.id)) == ["anna's", "ben's"])
    await in_step(anna, ben, carla)


async def test_a_blocker_is_added_no_more_than_who_lets_only_friends_add_them(people: People, bus: Bus) -> None:
    """Who adds them gets the same answer for both, and nothing of it reaches them."""
    anna, ben, carla, dora = await people.join("anna", "ben", "carla", "dora")
    mine = await group(anna, carla)
    await block(ben, anna)
    await dora.call(EditSettings(who_may_add=Whom.FRIENDS))
    async with hearing(bus, ben) as heard:
        for other in (ben, dora):
            for command in (
                AddMember(chat_id=mine.id, user_ids=[me(other).id, me(carla).id]),
                CreateChat(title="New", user_ids=[me(other).id, me(carla).id]),
            ):
                with pytest.raises(Refused, match="may_not_add") as raised:
                    await anna.call(command)
                assert raised.value.failure == MayNotAdd(user_ids=[me(other).id])
        await in_step(anna, ben, carla, dora)
        assert heard == []
    assert not ben.state.chats
    await unblock(ben, anna)
    await anna.call(AddMember(chat_id=mine.id, user_ids=[me(ben).id]))
    await knows(mine.id, ben)


@pytest.mark.parametrize("friends", [False, True])
@pytest.mark.parametrize("whom", Whom)
async def test_who_may_add(people: People, whom: Whom, *, friends: bool) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    if friends:
        await befriend(anna, ben)
    await ben.call(EditSettings(who_may_add=whom))
    mine = await group(anna)
    commands = (
        AddMember(chat_id=mine.id, user_ids=[me(carla).id, me(ben).id]),
        CreateChat(title="New", user_ids=[me(ben).id]),
    )
    for command in commands:
        if whom is Whom.EVERYONE or (whom is Whom.FRIENDS and friends):
            await anna.call(command)
            continue
        with pytest.raises(Refused, match="may_not_add") as raised:
            await anna.call(command)
        assert raised.value.failure == MayNotAdd(user_ids=[me(ben).id])
    await in_step(anna, ben, carla)


@pytest.mark.parametrize("friends", [False, True])
@pytest.mark.parametrize("whom", Whom)
async def test_standings_follow_the_settings_and_say_nothing_of_blocks(
    people: People, bus: Bus, whom: Whom, *, friends: bool
) -> None:
    anna, ben = await people.join("anna", "ben")
    await ben.call(
        EditSettings(
            who_may_write=whom, who_may_add=whom, who_may_call=whom, who_sees_last_seen=whom, who_sees_profile=whom
        )
    )
    if friends:
        await befriend(anna, ben)

    async def look(one: Client, other: Client):
        return (await bus.call(GetStandings(user_id=me(one).id, other_ids=[me(other).id, 4]))).standings

    allowed = whom is Whom.EVERYONE or (whom is Whom.FRIENDS and friends)
    [of_anna] = await look(anna, ben)
    may = (of_anna.may_write, of_anna.may_add, of_anna.may_call, of_anna.sees_last_seen, of_anna.sees_profile)
    assert may == (allowed,) * 5
    assert (of_anna.user_id, of_anna.friends, of_anna.blocks, of_anna.blocked) == (me(ben).id, friends, False, False)
    assert of_anna.lets_write
    await block(ben, anna)
    [blocked], [blocker] = await look(anna, ben), await look(ben, anna)
    assert (blocked.blocks, blocked.blocked) == (False, True)
    assert (blocker.blocks, blocker.blocked) == (True, False)
    assert blocked.may_write is (whom is Whom.EVERYONE) is blocker.lets_write
    assert blocked.version > of_anna.version


async def test_the_profile_that_others_see(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    both = await group(ben, anna, carla)
    await befriend(anna, ben)
    rev = (await anna.call(EditProfile(description="first"))).rev
    for whom in (Whom.FRIENDS, Whom.NOBODY, Whom.EVERYONE, Whom.FRIENDS):
        await anna.call(EditSettings(who_sees_profile=whom))
        rev += 1
        for client, shown in ((ben, whom is not Whom.NOBODY), (carla, whom is Whom.EVERYONE)):

            def is_so(client: Client = client, shown: bool = shown, rev: int = rev) -> bool:
                user = client.state.people[me(anna).id]
                return user.rev == rev and (user.description, user.private) == (
                    ("first", False) if shown else ("", True)
                )

            await client.wait_for(is_so)
        await anna.wait_for(lambda rev=rev: me(anna).rev == rev)
    await anna.call(EditProfile(description="second"))
    await ben.wait_for(lambda: ben.state.people[me(anna).id].description == "second")
    await carla.wait_for(lambda: carla.state.people[me(anna).id].rev == rev + 1)
    await block(anna, ben)
    await ben.wait_for(lambda: ben.state.people[me(anna).id].private)
    await in_step(anna, ben, carla)
    assert not any(b"second" in repr(client.state.people).encode() for client in (ben, carla))
    assert both.id in ben.state.chats


async def test_a_friend_without_a_common_chat_hears_of_a_new_profile(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    away = await people.device(ben)
    await befriend(anna, ben)
    await away.wait_for(lambda: me(anna).id in away.state.affairs.relations)
    await away.close()
    await anna.call(EditProfile(display_name="Anna the Second"))
    await ben.wait_for(lambda: ben.state.people[me(anna).id].display_name == "Anna the Second")
    await people.enter(away)
    assert away.state.people[me(anna).id].display_name == "Anna the Second"
    await in_step(anna, ben, away, carla)
    assert me(anna).id not in carla.state.people


async def test_settings_reach_all_devices(people: People) -> None:
    [anna] = await people.join("anna")
    phone, away = await people.device(anna), await people.device(anna)
    await away.close()
    now = await anna.call(EditSettings(who_may_call=Whom.NOBODY, typing=False))
    assert (now.settings.who_may_call, now.settings.typing, now.settings.read_receipts) == (Whom.NOBODY, False, True)
    await phone.wait_for(lambda: phone.state.affairs.settings == now.settings)
    assert (await anna.call(EditSettings(typing=False))).rev == now.rev
    await people.enter(away)
    await in_step(anna, phone, away)
    assert away.state.affairs.settings == now.settings
