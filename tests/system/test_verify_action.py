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
from dialog.ids import now_ms
from dialog.protocol import RoutedCommand, members
from dialog.protocol.accounts import (
    ChangePassword,
    CloseSession,
    EditProfile,
    FindUser,
    ListSessions,
    RevokeSession,
)
from dialog.protocol.bans import BanMember, ListBans, UnbanMember
from dialog.protocol.base import Command, tag_of
from dialog.protocol.chats import (
    AddMember,
    ChatChanges,
    ClearChat,
    CreateChat,
    DeleteChat,
    EditChat,
    EditMember,
    GetChat,
    GetPeople,
    LeaveChat,
    OpenDirect,
    OpenSaved,
    RemoveMember,
    SetDisappearing,
    Sync,
)
from dialog.protocol.invites import (
    ApproveJoin,
    CreateInvite,
    DeclineJoin,
    Invite,
    ListInvites,
    ListJoinRequests,
    LookAtInvite,
    RevokeInvite,
    UseInvite,
)
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    HideMessages,
    ListEdits,
    ListPins,
    MessageHistory,
    PinMessage,
    PurgeEdits,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.moderation import WarnUser
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
from dialog.protocol.preferences import SetDraft, SetPreferences
from dialog.protocol.presence import Choice, GetPresence, GetStatus, SetStatus
from dialog.protocol.reactions import AddReaction, ListReactions, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from dialog.protocol.reports import ReportMessage, ReportReason, ReportUser
from dialog.protocol.roles import Role
from dialog.protocol.scheduled import ListScheduled, ScheduleMessage, UnscheduleMessage
from dialog.protocol.search import SearchMessages
from dialog.protocol.settings import EditSettings, GetSettings, Whom
from dialog.protocol.warnings import DismissWarning
from tests.operators import desk
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, befriend, direct, group, in_step, knows, me, username
from tests.servers import Suite


@dataclass
class Scene:
    """Anna (two devices), Ben and Carla; a group of Anna and Ben with two messages, a direct chat of Anna and Ben."""

    anna: Client
    phone: Client
    ben: Client
    carla: Client
    group_id: int
    direct_id: int
    suite: Suite

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
    return Scene(anna, phone, ben, carla, both.id, pair.id, people.suite)


def by_anna(build: Callable[[Scene], Command[Any]]) -> Callable[[Scene], Awaitable[Any]]:
    return lambda scene: scene.anna.call(build(scene))


async def other_session(scene: Scene) -> int:
    sessions = (await scene.anna.call(ListSessions())).sessions
    return next(session.session_id for session in sessions if not session.current)


async def revoke(scene: Scene) -> None:
    await scene.anna.call(RevokeSession(session_id=await other_session(scene)))


async def invite(scene: Scene, *, approval: bool = False) -> Invite:
    return await scene.anna.call(CreateInvite(chat_id=scene.group_id, approval=approval))


async def revoke_invite(scene: Scene) -> None:
    await scene.anna.call(RevokeInvite(chat_id=scene.group_id, token=(await invite(scene)).token))


async def look_at_invite(scene: Scene) -> None:
    await scene.carla.call(LookAtInvite(token=(await invite(scene)).token))


async def use_invite(scene: Scene) -> None:
    await scene.carla.call(UseInvite(token=(await invite(scene)).token))


def answer_to_carla(answer: type[ApproveJoin | DeclineJoin]) -> Callable[[Scene], Awaitable[Any]]:
    async def story(scene: Scene) -> None:
        await scene.carla.call(UseInvite(token=(await invite(scene, approval=True)).token))
        await scene.anna.call(answer(chat_id=scene.group_id, user_id=me(scene.carla).id))

    return story


async def pin_and_unpin(scene: Scene) -> None:
    await scene.anna.call(PinMessage(chat_id=scene.group_id, seq=2))
    await scene.anna.call(UnpinMessage(chat_id=scene.group_id, seq=2))


async def react_and_take_it_back(scene: Scene) -> None:
    await scene.ben.call(AddReaction(chat_id=scene.group_id, seq=2, emoji="👍"))
    await scene.anna.call(AddReaction(chat_id=scene.group_id, seq=2, emoji="👍"))
    await scene.anna.call(RemoveReaction(chat_id=scene.group_id, seq=2, emoji="👍"))


async def schedule_and_unschedule(scene: Scene) -> None:
    later = ScheduleMessage(chat_id=scene.group_id, nonce="n", text="later", send_at=now_ms() + 3_600_000)
    scheduled = await scene.anna.call(later)
    await scene.phone.wait_for(lambda: scheduled.id in scene.phone.state.scheduled)
    await scene.anna.call(UnscheduleMessage(scheduled_id=scheduled.id))


async def delete_both(scene: Scene) -> None:
    await scene.ben.send(scene.direct_id, "for the bin")
    await scene.anna.call(DeleteChat(chat_id=scene.direct_id))
    await scene.anna.call(DeleteChat(chat_id=scene.group_id))


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


async def dismiss_warning(scene: Scene) -> None:
    async with desk(scene.suite) as bus:
        await bus.call(WarnUser(operator="olga", why="a test", said="Be kind", user_id=me(scene.anna).id))
    await scene.phone.wait_for(lambda: bool(scene.phone.state.affairs.warnings), PATIENCE)
    [warning_id] = scene.phone.state.affairs.warnings
    await scene.anna.call(DismissWarning(warning_id=warning_id))


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
    OpenSaved: by_anna(lambda _: OpenSaved()),
    EditChat: by_anna(
        lambda scene: EditChat(
            chat_id=scene.group_id, title="Walks", description="Hills", slow_mode=5, may_send=Role.ADMIN
        )
    ),
    EditMember: by_anna(lambda scene: EditMember(chat_id=scene.group_id, user_id=me(scene.ben).id, role=Role.OWNER)),
    BanMember: by_anna(lambda scene: BanMember(chat_id=scene.group_id, user_id=me(scene.ben).id)),
    UnbanMember: by_anna(lambda scene: UnbanMember(chat_id=scene.group_id, user_id=me(scene.ben).id)),
    ListBans: by_anna(lambda scene: ListBans(chat_id=scene.group_id)),
    CreateInvite: invite,
    ListInvites: by_anna(lambda scene: ListInvites(chat_id=scene.group_id)),
    RevokeInvite: revoke_invite,
    LookAtInvite: look_at_invite,
    UseInvite: use_invite,
    ListJoinRequests: by_anna(lambda scene: ListJoinRequests(chat_id=scene.group_id)),
    ApproveJoin: answer_to_carla(ApproveJoin),
    DeclineJoin: answer_to_carla(DeclineJoin),
    ForwardMessages: by_anna(
        lambda scene: ForwardMessages(chat_id=scene.direct_id, nonce="n", from_chat_id=scene.group_id, seqs=[2, 1])
    ),
    ListEdits: by_anna(lambda scene: ListEdits(chat_id=scene.group_id, seq=1)),
    PurgeEdits: by_anna(lambda scene: PurgeEdits(chat_id=scene.group_id, seq=1)),
    HideMessages: by_anna(lambda scene: HideMessages(chat_id=scene.group_id, seqs=[1])),
    PinMessage: by_anna(lambda scene: PinMessage(chat_id=scene.group_id, seq=2)),
    UnpinMessage: pin_and_unpin,
    ListPins: by_anna(lambda scene: ListPins(chat_id=scene.group_id)),
    SearchMessages: by_anna(lambda scene: SearchMessages(text="x", chat_id=scene.group_id)),
    AddReaction: by_anna(lambda scene: AddReaction(chat_id=scene.group_id, seq=2, emoji="❤")),
    RemoveReaction: react_and_take_it_back,
    ListReactions: by_anna(lambda scene: ListReactions(chat_id=scene.group_id, seq=2, emoji="❤")),
    ScheduleMessage: by_anna(
        lambda scene: ScheduleMessage(chat_id=scene.group_id, nonce="n", text="later", send_at=now_ms() + 3_600_000)
    ),
    ListScheduled: by_anna(lambda _: ListScheduled()),
    UnscheduleMessage: schedule_and_unschedule,
    ClearChat: by_anna(lambda scene: ClearChat(chat_id=scene.group_id)),
    DeleteChat: delete_both,
    SetDisappearing: by_anna(lambda scene: SetDisappearing(chat_id=scene.group_id, after=3600)),
    GetStatus: by_anna(lambda _: GetStatus()),
    SetStatus: by_anna(lambda _: SetStatus(status=Choice.INVISIBLE, text="hidden")),
    ReadReceipt: by_anna(lambda scene: ReadReceipt(chat_id=scene.group_id, seq=2)),
    DeliveredReceipt: by_anna(lambda scene: DeliveredReceipt(chats={str(scene.group_id): 2})),
    ListReceipts: by_anna(lambda scene: ListReceipts(chat_id=scene.group_id, seq=2)),
    SetPreferences: by_anna(lambda scene: SetPreferences(chat_id=scene.group_id, archived=True)),
    SetDraft: by_anna(lambda scene: SetDraft(chat_id=scene.group_id, text="begun")),
    ReportUser: by_anna(lambda scene: ReportUser(user_id=me(scene.ben).id, reason=ReportReason.SPAM)),
    ReportMessage: by_anna(
        lambda scene: ReportMessage(chat_id=scene.group_id, seq=2, reason=ReportReason.HATE, context=True)
    ),
    DismissWarning: dismiss_warning,
}
CHANGES = {
    EditProfile, CreateChat, OpenDirect, LeaveChat, AddMember, RemoveMember, SendMessage, EditMessage, DeleteMessage,
    OpenSaved, EditChat, EditMember, BanMember, UseInvite, ApproveJoin,
    ForwardMessages, HideMessages, PinMessage, UnpinMessage, AddReaction, RemoveReaction, ScheduleMessage, ClearChat,
    DeleteChat, SetDisappearing,
    SetStatus,
    ReadReceipt, SetPreferences, SetDraft,
    RequestFriend, AcceptFriend, AddBlock, EditSettings,
}  # fmt: skip
"""What must be visible on Anna's second device afterwards."""
ENDS_THE_PHONE = {RevokeSession, CloseSession, ChangePassword}


@pytest.mark.parametrize("kind", STORIES, ids=tag_of)
async def test_events_tell_all_that_changed(scene: Scene, kind: type[Command[Any]]) -> None:
    before = scene.phone.state.snapshot()
    await STORIES[kind](scene)
    if kind in ENDS_THE_PHONE:
        async with asyncio.timeout(PATIENCE):
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
