"""Who may do what: one row per command, one column per actor. A command without a row fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dialog.client import Client
from dialog.ids import now_ms
from dialog.protocol import PublicCommand, RoutedCommand, SocketCommand, members
from dialog.protocol.accounts import (
    ChangePassword,
    CheckUsername,
    CloseSession,
    Device,
    EditProfile,
    FindUser,
    ListSessions,
    OpenSession,
    RefreshSession,
    RegisterAccount,
    RenewSession,
    RevokeSession,
    UseRecoveryKey,
)
from dialog.protocol.bans import BanMember, ListBans, UnbanMember
from dialog.protocol.base import Command, Refused, tag_of
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
from dialog.protocol.connection import Connect, Ping
from dialog.protocol.invites import (
    ApproveJoin,
    CreateInvite,
    DeclineJoin,
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
from dialog.protocol.presence import Choice, FocusSession, GetPresence, GetStatus, SetStatus, StartTyping
from dialog.protocol.reactions import AddReaction, ListReactions, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from dialog.protocol.reports import ReportMessage, ReportReason, ReportUser
from dialog.protocol.roles import Role
from dialog.protocol.scheduled import ListScheduled, ScheduleMessage, UnscheduleMessage
from dialog.protocol.search import SearchMessages
from dialog.protocol.settings import EditSettings, GetSettings
from dialog.protocol.warnings import DismissWarning
from tests.people import PASSWORD, People, group, me, username
from tests.raw import http_post
from tests.servers import Suite

ACTORS = ("owner", "author", "member", "former", "stranger", "nobody")


@dataclass
class World:
    """A group of an owner, an admin, the author of its first message and another member; somebody who left, and a
    stranger. `asker` has used its invite and waits to be let in."""

    people: dict[str, Client]
    chat_id: int
    url: str
    invite: str
    scheduled_id: int
    """Of a message that the owner has scheduled."""

    def id(self, name: str) -> int:
        return me(self.people[name]).id


@dataclass
class Row:
    """How to build the command, and what each actor gets: `ok` or the reason of a refusal, in the order of ACTORS.

    An admin gets what a member gets, unless it is said otherwise.
    """

    build: Callable[[World], Command[Any]]
    expected: str
    admin: str = ""

    def outcome(self, actor: str) -> str:
        if actor == "admin":
            return self.admin or self.outcome("member")
        return self.expected.split()[ACTORS.index(actor)]


IN_AN_HOUR = now_ms() + 3_600_000

IN_CHAT = "ok ok ok not_found not_found unauthenticated"
OWNER = "ok forbidden forbidden not_found not_found unauthenticated"
SIGNED_IN = "ok ok ok ok ok unauthenticated"
TO_OWNER = "not_found ok ok ok ok unauthenticated"
ANYBODY = "ok ok ok ok ok ok"

MATRIX: dict[type[Command[Any]], Row] = {
    # for everybody, also without a session
    RegisterAccount: Row(
        lambda w: RegisterAccount(
            username="taken.for.all" + str(w.chat_id),
            password=PASSWORD,
            display_name="x",
            age_confirmed=False,
            policy_version="1",
        ),
        "age_not_confirmed " * 6,
    ),
    CheckUsername: Row(lambda w: CheckUsername(username=username(w.people["owner"])), "username_taken " * 6),
    OpenSession: Row(
        lambda w: OpenSession(username=username(w.people["owner"]), password=PASSWORD, device=Device(name="x")), ANYBODY
    ),
    RefreshSession: Row(lambda _: RefreshSession(login_token="dlg_nonsense"), "session_ended " * 6),
    UseRecoveryKey: Row(
        lambda w: UseRecoveryKey(
            username=username(w.people["owner"]), recovery_key="00000-00000-00000-00000-00000", new_password=PASSWORD
        ),
        "bad_credentials " * 6,
    ),
    # for whoever is signed in, about themselves
    ListSessions: Row(lambda _: ListSessions(), SIGNED_IN),
    RevokeSession: Row(
        lambda w: RevokeSession(session_id=w.people["owner"].session.session_id or 1),
        "ok not_found not_found not_found not_found unauthenticated",
    ),
    CloseSession: Row(lambda _: CloseSession(), SIGNED_IN),
    ChangePassword: Row(
        lambda _: ChangePassword(current_password="not this one", new_password=PASSWORD),
        "bad_credentials " * 5 + "unauthenticated",
    ),
    EditProfile: Row(lambda _: EditProfile(description="x"), SIGNED_IN),
    FindUser: Row(lambda w: FindUser(username=username(w.people["owner"])), SIGNED_IN),
    Sync: Row(lambda w: Sync(chats={str(w.chat_id): 1}), SIGNED_IN),
    GetPresence: Row(lambda w: GetPresence(user_ids=[w.id("owner")]), SIGNED_IN),
    OpenSaved: Row(lambda _: OpenSaved(), SIGNED_IN),
    GetStatus: Row(lambda _: GetStatus(), SIGNED_IN),
    SetStatus: Row(lambda _: SetStatus(status=Choice.DND), SIGNED_IN),
    CreateChat: Row(lambda w: CreateChat(title="x", user_ids=[w.id("stranger")]), SIGNED_IN),
    OpenDirect: Row(lambda w: OpenDirect(user_id=w.id("owner")), "not_found ok ok ok ok unauthenticated"),
    # people and settings
    ListPeople: Row(lambda _: ListPeople(), SIGNED_IN),
    RequestFriend: Row(lambda w: RequestFriend(user_id=w.id("owner")), TO_OWNER),
    AcceptFriend: Row(lambda w: AcceptFriend(user_id=w.id("owner")), "not_found " * 5 + "unauthenticated"),
    DeclineFriend: Row(lambda w: DeclineFriend(user_id=w.id("owner")), TO_OWNER),
    CancelFriend: Row(lambda w: CancelFriend(user_id=w.id("owner")), TO_OWNER),
    RemoveFriend: Row(lambda w: RemoveFriend(user_id=w.id("owner")), TO_OWNER),
    AddBlock: Row(lambda w: AddBlock(user_id=w.id("owner")), TO_OWNER),
    RemoveBlock: Row(lambda w: RemoveBlock(user_id=w.id("owner")), TO_OWNER),
    GetSettings: Row(lambda _: GetSettings(), SIGNED_IN),
    EditSettings: Row(lambda _: EditSettings(typing=False), SIGNED_IN),
    # in a chat
    GetChat: Row(lambda w: GetChat(chat_id=w.chat_id), IN_CHAT),
    ChatChanges: Row(lambda w: ChatChanges(chat_id=w.chat_id, since=1), IN_CHAT),
    GetPeople: Row(lambda w: GetPeople(chat_id=w.chat_id, user_ids=[w.id("former")]), IN_CHAT),
    MessageHistory: Row(lambda w: MessageHistory(chat_id=w.chat_id), IN_CHAT),
    SendMessage: Row(lambda w: SendMessage(chat_id=w.chat_id, nonce="n", text="x"), IN_CHAT),
    LeaveChat: Row(lambda w: LeaveChat(chat_id=w.chat_id), IN_CHAT),
    EditMessage: Row(
        lambda w: EditMessage(chat_id=w.chat_id, seq=1, text="x"),
        "forbidden ok forbidden not_found not_found unauthenticated",
    ),
    DeleteMessage: Row(
        lambda w: DeleteMessage(chat_id=w.chat_id, seq=1),
        "ok ok forbidden not_found not_found unauthenticated",
        admin="ok",
    ),
    # in a group; tests/system/test_groups.py has the roles and permissions in full
    AddMember: Row(lambda w: AddMember(chat_id=w.chat_id, user_ids=[w.id("stranger")]), IN_CHAT),
    RemoveMember: Row(lambda w: RemoveMember(chat_id=w.chat_id, user_id=w.id("admin")), OWNER),
    EditMember: Row(lambda w: EditMember(chat_id=w.chat_id, user_id=w.id("member"), role=Role.MEMBER), OWNER),
    EditChat: Row(lambda w: EditChat(chat_id=w.chat_id, title="x"), OWNER, admin="ok"),
    BanMember: Row(lambda w: BanMember(chat_id=w.chat_id, user_id=w.id("asker")), OWNER, admin="ok"),
    UnbanMember: Row(lambda w: UnbanMember(chat_id=w.chat_id, user_id=w.id("asker")), OWNER, admin="ok"),
    ListBans: Row(lambda w: ListBans(chat_id=w.chat_id), OWNER, admin="ok"),
    CreateInvite: Row(lambda w: CreateInvite(chat_id=w.chat_id), OWNER, admin="ok"),
    ListInvites: Row(lambda w: ListInvites(chat_id=w.chat_id), OWNER, admin="ok"),
    RevokeInvite: Row(lambda w: RevokeInvite(chat_id=w.chat_id, token=w.invite), OWNER, admin="ok"),
    ListJoinRequests: Row(lambda w: ListJoinRequests(chat_id=w.chat_id), OWNER, admin="ok"),
    ApproveJoin: Row(lambda w: ApproveJoin(chat_id=w.chat_id, user_id=w.id("asker")), OWNER, admin="ok"),
    DeclineJoin: Row(lambda w: DeclineJoin(chat_id=w.chat_id, user_id=w.id("asker")), OWNER, admin="ok"),
    ForwardMessages: Row(
        lambda w: ForwardMessages(chat_id=w.chat_id, nonce="n", from_chat_id=w.chat_id, seqs=[1]), IN_CHAT
    ),
    ListEdits: Row(lambda w: ListEdits(chat_id=w.chat_id, seq=1), IN_CHAT),
    PurgeEdits: Row(
        lambda w: PurgeEdits(chat_id=w.chat_id, seq=1),
        "forbidden ok forbidden not_found not_found unauthenticated",
    ),
    HideMessages: Row(lambda w: HideMessages(chat_id=w.chat_id, seqs=[1]), IN_CHAT),
    PinMessage: Row(lambda w: PinMessage(chat_id=w.chat_id, seq=1), OWNER, admin="ok"),
    UnpinMessage: Row(lambda w: UnpinMessage(chat_id=w.chat_id, seq=1), OWNER, admin="ok"),
    ListPins: Row(lambda w: ListPins(chat_id=w.chat_id), IN_CHAT),
    SearchMessages: Row(lambda w: SearchMessages(text="x", chat_id=w.chat_id), IN_CHAT),
    AddReaction: Row(lambda w: AddReaction(chat_id=w.chat_id, seq=1, emoji="👍"), IN_CHAT),
    RemoveReaction: Row(lambda w: RemoveReaction(chat_id=w.chat_id, seq=1, emoji="👍"), IN_CHAT),
    ListReactions: Row(lambda w: ListReactions(chat_id=w.chat_id, seq=1, emoji="👍"), IN_CHAT),
    ScheduleMessage: Row(
        lambda w: ScheduleMessage(chat_id=w.chat_id, nonce="n", text="x", send_at=IN_AN_HOUR), IN_CHAT
    ),
    ListScheduled: Row(lambda _: ListScheduled(), SIGNED_IN),
    UnscheduleMessage: Row(
        lambda w: UnscheduleMessage(scheduled_id=w.scheduled_id),
        "ok not_found not_found not_found not_found unauthenticated",
    ),
    ClearChat: Row(lambda w: ClearChat(chat_id=w.chat_id), IN_CHAT),
    DeleteChat: Row(lambda w: DeleteChat(chat_id=w.chat_id), OWNER),
    SetDisappearing: Row(lambda w: SetDisappearing(chat_id=w.chat_id, after=3600), OWNER, admin="ok"),
    # with the token of an invite
    LookAtInvite: Row(lambda w: LookAtInvite(token=w.invite), SIGNED_IN),
    UseInvite: Row(lambda w: UseInvite(token=w.invite), SIGNED_IN),
    # what one has received and read, and how one wants a chat
    ReadReceipt: Row(lambda w: ReadReceipt(chat_id=w.chat_id, seq=1), IN_CHAT),
    DeliveredReceipt: Row(lambda w: DeliveredReceipt(chats={str(w.chat_id): 1}), SIGNED_IN),
    ListReceipts: Row(lambda w: ListReceipts(chat_id=w.chat_id, seq=1), IN_CHAT),
    SetPreferences: Row(lambda w: SetPreferences(chat_id=w.chat_id, archived=True), IN_CHAT),
    SetDraft: Row(lambda w: SetDraft(chat_id=w.chat_id, text="x"), IN_CHAT),
    # what operators are told, and what they tell; tests/system/test_reports.py
    ReportUser: Row(
        lambda w: ReportUser(user_id=w.id("owner"), reason=ReportReason.SPAM), "forbidden ok ok ok ok unauthenticated"
    ),
    ReportMessage: Row(
        lambda w: ReportMessage(chat_id=w.chat_id, seq=1, reason=ReportReason.SPAM),
        "ok forbidden ok not_found not_found unauthenticated",
    ),
    DismissWarning: Row(lambda _: DismissWarning(warning_id=1), "not_found " * 5 + "unauthenticated"),
    # the gateway's own, which HTTP does not offer; tests/system/test_bad_input.py has them
    Connect: Row(lambda _: Connect(access_token="x"), "not_found " * 6),
    Ping: Row(lambda _: Ping(), "not_found " * 6),
    FocusSession: Row(lambda w: FocusSession(focused=True, chat_id=w.chat_id), "not_found " * 6),
    StartTyping: Row(lambda w: StartTyping(chat_id=w.chat_id), "not_found " * 6),
    RenewSession: Row(lambda _: RenewSession(access_token="x"), "not_found " * 6),
}


@pytest.fixture
async def world(people: People, suite: Suite) -> World:
    names = (*ACTORS[:5], "admin", "asker")
    clients = await people.join(*names)
    named: dict[str, Client] = dict(zip(names, clients, strict=True))
    owner = named["owner"]
    chat = await group(owner, named["author"], named["member"], named["former"], named["admin"])
    await named["author"].send(chat.id, "first")
    await named["former"].call(LeaveChat(chat_id=chat.id))
    await owner.call(EditMember(chat_id=chat.id, user_id=me(named["admin"]).id, role=Role.ADMIN))
    invite = await owner.call(CreateInvite(chat_id=chat.id, approval=True))
    await named["asker"].call(UseInvite(token=invite.token))
    later = ScheduleMessage(chat_id=chat.id, nonce="later", text="later", send_at=IN_AN_HOUR)
    scheduled = await named["owner"].call(later)
    return World(named, chat.id, suite.url("gateway"), invite.token, scheduled.id)


async def outcome(world: World, actor: str, command: Command[Any]) -> str:
    """`ok`, or the reason of the refusal, through the HTTP door."""
    if actor == "nobody":
        import msgspec

        body = msgspec.to_builtins(command)
        _, answer, _ = await http_post(world.url, body.pop("type"), body)
        return answer["refused"]["reason"] if "refused" in answer else "ok"
    try:
        await world.people[actor].post(command)
    except Refused as refused:
        return tag_of(type(refused.failure))
    return "ok"


@pytest.mark.parametrize("kind", MATRIX, ids=tag_of)
async def test_each_actor_gets_what_the_matrix_says(world: World, kind: type[Command[Any]]) -> None:
    row = MATRIX[kind]
    others = [actor for actor in reversed(ACTORS) if actor != "owner"]
    admins = [] if kind.public else ["admin"]  # whom nobody knows as such
    order = [*others, *admins, "owner"]  # whoever changes most comes last
    for actor in order:
        assert await outcome(world, actor, row.build(world)) == row.outcome(actor), actor


def test_every_command_has_a_row() -> None:
    assert set(MATRIX) == set(members(PublicCommand | RoutedCommand | SocketCommand))
