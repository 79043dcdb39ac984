"""Events are complete: what a device held before, plus the events it heard, is what a fresh start fetches afterwards.

Every command has its story here, watched by each of the people it may concern and by a second device of the one who
acts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dialog.client import Client, ConnectionStatus
from dialog.protocol import RoutedCommand, members
from dialog.protocol.accounts import (
    ChangePassword,
    CloseSession,
    EditProfile,
    FindUser,
    ListSessions,
    RevokeSession,
)
from dialog.protocol.base import Command, tag_of
from dialog.protocol.chats import (
    AddMember,
    ChatChanges,
    CreateChat,
    GetChat,
    GetPeople,
    LeaveChat,
    OpenDirect,
    RemoveMember,
    Sync,
)
from dialog.protocol.messages import DeleteMessage, EditMessage, MessageHistory, SendMessage
from dialog.protocol.people import (
    AcceptFriend,
    AddBlock,
    CancelFriend,
    DeclineFriend,
    ListPeople,
    RemoveBlock,
    RemoveFriend,
    RequestFriend,
)
from dialog.protocol.presence import GetPresence
from dialog.protocol.settings import EditSettings, GetSettings, Whom
from tests.people import PASSWORD, People, befriend, direct, group, in_step, knows, me, username


@dataclass
class Scene:
    """Anna (two devices), Ben and Carla; a group of Anna and Ben with two messages, a direct chat of Anna and Ben."""

    anna: Client
    phone: Client
    ben: Client
    carla: Client
    group_id: int
    direct_id: int

    @property
    def everyone(self) -> tuple[Client, ...]:
        return self.anna, self.phone, self.ben, self.carla


@pytest.fixture
async def scene(people: People) -> Scene:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    phone = await people.device(anna)
    both, pair = await group(anna, ben), await direct(anna, ben)
    await knows(both.id, phone)
    await knows(pair.id, phone)
    await anna.send(both.id, "first")
    await ben.send(both.id, "second")
    await in_step(anna, phone, ben, carla)
    return Scene(anna, phone, ben, carla, both.id, pair.id)


def by_anna(build: Callable[[Scene], Command[Any]]) -> Callable[[Scene], Awaitable[Any]]:
    return lambda scene: scene.anna.call(build(scene))


async def other_session(scene: Scene) -> int:
    sessions = (await scene.anna.call(ListSessions())).sessions
    return next(session.session_id for session in sessions if not session.current)


async def revoke(scene: Scene) -> None:
    await scene.anna.call(RevokeSession(session_id=await other_session(scene)))


async def edit_profile(scene: Scene) -> None:
    """Each chat tells it by itself, a moment later."""
    anna = me(scene.anna).id
    revs = {id_: scene.ben.state.chats[id_].members[anna].rev for id_ in (scene.group_id, scene.direct_id)}
    await scene.anna.call(EditProfile(display_name="Anna the Second", description="new"))
    for client in (scene.anna, scene.phone, scene.ben):
        chats = client.state.chats
        await client.wait_for(lambda chats=chats: all(chats[id_].members[anna].rev > rev for id_, rev in revs.items()))


async def by_carla_then_anna(scene: Scene, command: type[Command[Any]]) -> None:
    """Anna answers a request of Carla's."""
    await scene.carla.call(RequestFriend(user_id=me(scene.anna).id))
    await scene.anna.call(command(user_id=me(scene.carla).id))  # pyright: ignore[reportCallIssue]


async def by_anna_of_ben(scene: Scene, *commands: type[Command[Any]]) -> None:
    for command in commands:
        await scene.anna.call(command(user_id=me(scene.ben).id))  # pyright: ignore[reportCallIssue]


async def friends_no_longer(scene: Scene) -> None:
    await befriend(scene.anna, scene.ben)
    await scene.anna.call(RemoveFriend(user_id=me(scene.ben).id))


STORIES: dict[type[Command[Any]], Callable[[Scene], Awaitable[Any]]] = {
    ListSessions: by_anna(lambda _: ListSessions()),
    RevokeSession: revoke,
    CloseSession: lambda scene: scene.phone.call(CloseSession()),
    ChangePassword: by_anna(
        lambda _: ChangePassword(current_password=PASSWORD, new_password="nine yellow otters dance")
    ),
    EditProfile: edit_profile,
    FindUser: by_anna(lambda scene: FindUser(username=username(scene.carla))),
    CreateChat: by_anna(lambda scene: CreateChat(title="New", user_ids=[me(scene.carla).id, me(scene.ben).id])),
    OpenDirect: by_anna(lambda scene: OpenDirect(user_id=me(scene.carla).id)),
    GetChat: by_anna(lambda scene: GetChat(chat_id=scene.group_id)),
    ChatChanges: by_anna(lambda scene: ChatChanges(chat_id=scene.group_id, since=1)),
    Sync: by_anna(lambda _: Sync()),
    GetPeople: by_anna(lambda scene: GetPeople(chat_id=scene.group_id, user_ids=[me(scene.ben).id])),
    LeaveChat: by_anna(lambda scene: LeaveChat(chat_id=scene.group_id)),
    AddMember: by_anna(lambda scene: AddMember(chat_id=scene.group_id, user_ids=[me(scene.carla).id])),
    RemoveMember: by_anna(lambda scene: RemoveMember(chat_id=scene.group_id, user_id=me(scene.ben).id)),
    SendMessage: by_anna(lambda scene: SendMessage(chat_id=scene.direct_id, nonce="n", text="hello", reply_to=None)),
    EditMessage: by_anna(lambda scene: EditMessage(chat_id=scene.group_id, seq=1, text="edited")),
    DeleteMessage: by_anna(lambda scene: DeleteMessage(chat_id=scene.group_id, seq=2)),
    MessageHistory: by_anna(lambda scene: MessageHistory(chat_id=scene.group_id)),
    ListPeople: by_anna(lambda _: ListPeople()),
    RequestFriend: lambda scene: by_anna_of_ben(scene, RequestFriend),
    AcceptFriend: lambda scene: by_carla_then_anna(scene, AcceptFriend),
    DeclineFriend: lambda scene: by_carla_then_anna(scene, DeclineFriend),
    CancelFriend: lambda scene: by_anna_of_ben(scene, RequestFriend, CancelFriend),
    RemoveFriend: friends_no_longer,
    AddBlock: lambda scene: by_anna_of_ben(scene, AddBlock),
    RemoveBlock: lambda scene: by_anna_of_ben(scene, AddBlock, RemoveBlock),
    GetSettings: by_anna(lambda _: GetSettings()),
    EditSettings: by_anna(lambda _: EditSettings(who_may_call=Whom.NOBODY, read_receipts=False)),
    GetPresence: by_anna(lambda scene: GetPresence(user_ids=[me(scene.ben).id])),
}
CHANGES = {
    EditProfile, CreateChat, OpenDirect, LeaveChat, AddMember, RemoveMember, SendMessage, EditMessage, DeleteMessage,
    RequestFriend, AcceptFriend, AddBlock, EditSettings,
}  # fmt: skip
"""What must be visible on Anna's second device afterwards."""
ENDS_THE_PHONE = {RevokeSession, CloseSession, ChangePassword}


@pytest.mark.parametrize("kind", STORIES, ids=tag_of)
async def test_events_tell_all_that_changed(scene: Scene, kind: type[Command[Any]]) -> None:
    before = scene.phone.state.snapshot()
    await STORIES[kind](scene)
    if kind in ENDS_THE_PHONE:
        async with asyncio.timeout(2):
            while scene.phone.status is not ConnectionStatus.SIGNED_OUT:
                await asyncio.sleep(0.01)
        await in_step(scene.anna, scene.ben, scene.carla)
        return
    await in_step(*scene.everyone)
    assert (scene.phone.state.snapshot() != before) == (kind in CHANGES)


async def test_a_long_mixed_story(scene: Scene, people: People) -> None:
    anna, ben, carla = scene.anna, scene.ben, scene.carla
    for round_number in range(5):
        await anna.send(scene.group_id, f"anna {round_number}")
        await ben.send(scene.direct_id, f"ben {round_number}")
        await anna.call(AddMember(chat_id=scene.group_id, user_ids=[me(carla).id]))
        await knows(scene.group_id, carla)
        last = await carla.send(scene.group_id, f"carla {round_number}")
        await carla.call(EditMessage(chat_id=scene.group_id, seq=last.seq, text="carla was here"))
        await carla.call(EditProfile(display_name=f"Carla {round_number}"))
        await anna.call(DeleteMessage(chat_id=scene.group_id, seq=last.seq))
        if round_number % 2:
            await carla.call(LeaveChat(chat_id=scene.group_id))
        else:
            await anna.call(RemoveMember(chat_id=scene.group_id, user_id=me(carla).id))
    await in_step(*scene.everyone)


def test_every_command_has_a_story() -> None:
    assert set(STORIES) == set(members(RoutedCommand))
