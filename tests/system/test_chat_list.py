"""Lists of chats that take several slices and several replies: chat reads and answers little at once here."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
import pytest

from dialog.client import Client
from dialog.protocol.base import MAX_ID
from dialog.protocol.chats import (
    AddMember,
    ChatState,
    CreateChat,
    GetChat,
    LeaveChat,
    OpenDirect,
    RemoveMember,
    Sync,
    Synced,
)
from dialog.protocol.messages import DeleteMessage, EditMessage, SendMessage
from tests.people import People, me
from tests.servers import Servers, Suite

REPLY_BYTES = 6000
LITTLE = {
    "DIALOG_CHAT_REPLY_BYTES": str(REPLY_BYTES),
    "DIALOG_CHAT_SYNC_ROWS": "40",
    "DIALOG_CHAT_CHANGES_LIMIT": "10",
    "DIALOG_CHAT_SYNC_MESSAGES": "2",
}
GROUPS = 24


@pytest.fixture(scope="module")
async def little() -> AsyncIterator[Suite]:
    async with Servers() as servers:
        servers.environment |= LITTLE
        async with Suite(servers) as suite:
            await suite.start_all()
            yield suite


@pytest.fixture
async def people(little: Suite) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(little, stack)


async def gathered(*people: Client) -> list[int]:
    """The ids of chats of the first with the others: groups with no, one, two and four messages, and direct chats."""
    anna, *others = people
    ids: list[int] = []
    for number in range(GROUPS):
        chat = await anna.call(CreateChat(title=f"Group {number}", user_ids=[me(other).id for other in others]))
        ids.append(chat.id)
        for step in range((0, 1, 2, 4)[number % 4]):
            await post(anna, chat.id, f"{number}-{step}")
    for other in others:
        chat = await anna.call(OpenDirect(user_id=me(other).id))
        ids.append(chat.id)
        await post(other, chat.id, "hello")
    return ids


async def post(person: Client, chat_id: int, text: str) -> None:
    await person.call(SendMessage(chat_id=chat_id, nonce=secrets.token_hex(8), text=text))


async def listed(person: Client, held: dict[int, int]) -> tuple[list[ChatState], list[Synced]]:
    """All that `sync` has to tell somebody who holds this, and in which replies."""
    replies: list[Synced] = []
    have = dict(held)
    while not replies or replies[-1].more:
        replies.append(await person.call(Sync(chats={str(chat_id): rev for chat_id, rev in have.items()})))
        have |= {state.chat.id: state.chat.rev for state in replies[-1].chats}
    return [state for reply in replies for state in reply.chats], replies


async def test_the_whole_list_in_many_replies(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    ids = await gathered(anna, ben, carla)
    states, replies = await listed(anna, {})
    assert [state.chat.id for state in states] == sorted(ids, reverse=True)
    assert len(replies) > 2
    for reply in replies:
        assert reply.chats
        size = len(msgspec.json.encode([reply.chats, reply.people]))
        assert len(reply.chats) == 1 or size <= REPLY_BYTES + 100
        assert {user.id for user in reply.people} >= {one.user_id for state in reply.chats for one in state.members}
        assert reply.me.id == me(anna).id
    for state in states:
        alone = await anna.call(GetChat(chat_id=state.chat.id))
        assert state.reset
        assert state.chat == alone.chat
        assert state.mine == alone.mine
        assert sorted(state.members, key=lambda one: one.user_id) == sorted(alone.members, key=lambda one: one.user_id)
        assert state.messages == alone.messages[-2:]


async def test_a_list_of_which_some_is_known(people: People) -> None:
    anna, ben, carla, dora = await people.join("anna", "ben", "carla", "dora")
    ids = await gathered(anna, ben, carla)
    states, _ = await listed(anna, {})
    held = {state.chat.id: state.chat.rev for state in states}
    edited, deleted, joined, left, long, future, forgotten, gone = ids[3], ids[7], *ids[:2], *ids[4:6], *ids[10:12]
    await asyncio.gather(
        anna.call(EditMessage(chat_id=edited, seq=2, text="better")),
        anna.call(DeleteMessage(chat_id=deleted, seq=1)),
        anna.call(AddMember(chat_id=joined, user_ids=[me(dora).id])),
        anna.call(RemoveMember(chat_id=left, user_id=me(carla).id)),
        anna.call(LeaveChat(chat_id=gone)),
    )
    for number in range(12):
        await post(ben, long, f"new {number}")
    held[future] += 5
    del held[forgotten]
    states, replies = await listed(anna, held)
    by_id = {state.chat.id: state for state in states}
    assert by_id.keys() == {edited, deleted, joined, left, long, future, forgotten}
    assert {chat_id for chat_id, state in by_id.items() if state.reset} == {long, future, forgotten}
    assert [(one.seq, one.text) for one in by_id[edited].messages] == [(2, "better")]
    assert [one.seq for one in by_id[deleted].messages if one.deleted_at] == [1]
    assert [(one.user_id, one.left) for one in by_id[joined].members] == [(me(dora).id, False)]
    assert [(one.user_id, one.left) for one in by_id[left].members] == [(me(carla).id, True)]
    assert [one.text for one in by_id[long].messages] == ["new 10", "new 11"]
    assert len(by_id[future].members) == 3
    assert all(reply.gone == [gone] for reply in replies)


async def test_a_chat_whose_changes_are_too_large_begins_afresh(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await anna.call(CreateChat(title="Long", user_ids=[me(ben).id]))
    for number in range(4):
        await post(anna, chat.id, f"{number}" + "x" * 2500)
    [state], _ = await listed(ben, {chat.id: chat.rev})
    assert state.reset
    assert [message.seq for message in state.messages] == [3, 4]
    alone = await ben.call(GetChat(chat_id=chat.id))
    assert [message.seq for message in alone.messages] == [3, 4]


async def test_so_many_chats_that_their_numbers_are_a_long_frame(people: People) -> None:
    """Three thousand, in each of which something was hidden, with the longest ids and a `rev` of ten million."""
    (anna,) = await people.join("anna")
    held = {str(MAX_ID - number): 10_000_000 for number in range(3000)}
    synced = await anna.call(Sync(chats=held, marks=dict.fromkeys(held, 100)))
    assert {str(chat_id) for chat_id in synced.gone} == held.keys()
