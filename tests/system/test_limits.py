"""Each command and its rate limit. A command without a row fails, and so does one that is counted elsewhere.

Whatever is asked through a gateway spends of its general limit per person (`gateway`). What reaches or costs others
more than that has a limit of its own beside it.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from dialog.client import Client, SignedOut
from dialog.protocol import PublicCommand, RoutedCommand, SocketCommand, members
from dialog.protocol.accounts import (
    ChangePassword,
    CheckUsername,
    CloseSession,
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
from dialog.protocol.presence import FocusSession, GetPresence, GetStatus, SetStatus, StartTyping
from dialog.protocol.reactions import AddReaction, ListReactions, RemoveReaction
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from dialog.protocol.reports import ReportMessage, ReportUser
from dialog.protocol.scheduled import ListScheduled, ScheduleMessage, UnscheduleMessage
from dialog.protocol.search import SearchMessages
from dialog.protocol.settings import EditSettings, GetSettings
from dialog.protocol.warnings import DismissWarning
from tests.contract.samples import smallest
from tests.people import PASSWORD
from tests.servers import Servers, Suite

GATEWAY = "gateway"
"""None but the general one: it reads, or it concerns only the one who asks and costs about as little as reading."""
ITSELF = "the gateway's own"
"""Answered by the gateway, which counts it like all others; typing besides is told once in three seconds
(test_typing_and_statuses.py)."""
ADDRESS = "address"
"""Without a session: by network address, and what guesses by account as well (test_auth_throttle.py)."""
SESSION = "session"
"""By session (test_auth_sessions.py)."""

LIMITS: dict[str, tuple[type[Command[Any]], ...]] = {
    GATEWAY: (
        *(GetChat, ChatChanges, GetPeople, MessageHistory, ListBans, ListInvites, ListJoinRequests, ListEdits),
        *(ListPins, ListReactions, ListReceipts, ListScheduled, ListPeople, GetSettings, GetStatus, GetPresence),
        *(ListSessions, RevokeSession, CloseSession),
        *(ReadReceipt, DeliveredReceipt),  # told once a second and chat
    ),
    ITSELF: (Connect, Ping, RenewSession, FocusSession, StartTyping),
    ADDRESS: (RegisterAccount, CheckUsername, OpenSession, UseRecoveryKey),
    SESSION: (RefreshSession,),
    "messages": (SendMessage,),
    "edits": (EditMessage,),
    "deletions": (DeleteMessage, PurgeEdits),
    "forwards": (ForwardMessages,),
    "reactions": (AddReaction, RemoveReaction),
    "tidying": (*(HideMessages, PinMessage, UnpinMessage, ClearChat, DeleteChat, ScheduleMessage, UnscheduleMessage),),
    "preferring": (SetPreferences, SetDraft),
    "searches": (SearchMessages,),
    "syncs": (Sync,),
    "openings": (CreateChat, OpenDirect, OpenSaved),
    "managing": (
        *(EditChat, SetDisappearing, AddMember, RemoveMember, EditMember, LeaveChat, BanMember, UnbanMember),
        *(CreateInvite, RevokeInvite, ApproveJoin, DeclineJoin),
    ),
    "invites": (LookAtInvite, UseInvite),
    "people": (
        *(RequestFriend, AcceptFriend, DeclineFriend, CancelFriend, RemoveFriend, AddBlock, RemoveBlock),
        *(EditSettings, DismissWarning),
    ),
    "find": (FindUser,),
    "password": (ChangePassword,),
    "profile": (EditProfile,),
    "status": (SetStatus,),
    "report": (ReportUser, ReportMessage),
}
OWN = [(name, kind) for name, kinds in LIMITS.items() if name not in (ITSELF, ADDRESS, SESSION) for kind in kinds]

TWICE = {
    "DIALOG_CHAT_MESSAGES_BURST": "2",
    "DIALOG_CHAT_EDITS_BURST": "2",
    "DIALOG_CHAT_DELETIONS_BURST": "2",
    "DIALOG_CHAT_FORWARDS_BURST": "2",
    "DIALOG_CHAT_REACTIONS_BURST": "2",
    "DIALOG_CHAT_TIDYING_BURST": "2",
    "DIALOG_CHAT_PREFERRING_BURST": "2",
    "DIALOG_CHAT_SEARCHES_BURST": "2",
    "DIALOG_CHAT_SYNCS_BURST": "2",
    "DIALOG_CHAT_OPENINGS_BURST": "2",
    "DIALOG_CHAT_MANAGING_BURST": "2",
    "DIALOG_AUTH_PEOPLE_BURST": "2",
    "DIALOG_AUTH_FIND_BURST": "2",
    "DIALOG_AUTH_PASSWORD_BURST": "2",
    "DIALOG_AUTH_PROFILE_BURST": "2",
    "DIALOG_AUTH_STATUS_BURST": "2",
    "DIALOG_AUTH_REPORTS_BURST": "2",
}
SLOWLY = {name.replace("_BURST", "_EVERY"): "3600" for name in TWICE if "REPORTS" not in name}
MOST = {"invites": 30}
"""How often at once, where a limit is no setting."""
IDLE_TRIES = 5
"""Of what has no limit of its own."""


def test_every_command_has_a_limit() -> None:
    listed = [kind for kinds in LIMITS.values() for kind in kinds]
    assert len(listed) == len(set(listed)), "one row each"
    assert set(listed) == set(members(PublicCommand | RoutedCommand | SocketCommand))


@pytest.fixture(scope="module")
async def strict() -> AsyncIterator[Suite]:
    """Everybody may do each thing twice."""
    async with Servers() as servers, Suite(servers) as suite:
        limits = TWICE | SLOWLY
        for service in ("auth", "chat"):
            mine = f"DIALOG_{service.upper()}_"
            await suite.start(service, env={key: one for key, one in limits.items() if key.startswith(mine)})
        await suite.start_all("presence", "gateway")
        yield suite


def id_of(person: Client) -> int:
    assert person.session.user
    return person.session.user.id


@dataclass
class Row:
    """Somebody of their own for each row, and what they can say things about."""

    person: Client
    chat_id: int
    """Of their direct chat with another one, who wrote the first message in it."""
    other_id: int

    def ask(self, kind: type[Command[Any]], number: int) -> Command[Any]:
        """The command as far as its limit: most are counted before anything is looked up."""
        given: dict[type[Command[Any]], dict[str, Any]] = {
            SendMessage: {"chat_id": self.chat_id, "nonce": f"n{number}", "text": "hello"},
            AddReaction: {"emoji": "👍"},
            RemoveReaction: {"emoji": "👍"},
            SearchMessages: {"text": "x"},
            ReportUser: {"user_id": self.other_id},
            ReportMessage: {"chat_id": self.chat_id, "seq": 1},
        }
        return msgspec.convert(smallest(kind) | given.get(kind, {}), kind)


@pytest.fixture
async def row(strict: Suite) -> Row:
    person, other = [await somebody(strict, name) for name in ("anna", "ben")]
    chat = await other.post(OpenDirect(user_id=id_of(person)))
    await other.post(SendMessage(chat_id=chat.id, nonce="first", text="hello"))
    return Row(person, chat.id, id_of(other))


async def somebody(suite: Suite, name: str) -> Client:
    """Signed in, but not connected: that would count as well."""
    return await Client.register(suite.url("gateway"), f"{name}.{secrets.token_hex(5)}", PASSWORD)


@pytest.mark.parametrize(("name", "kind"), OWN, ids=lambda value: value if isinstance(value, str) else tag_of(value))
async def test_a_command_is_counted_where_its_row_says(row: Row, name: str, kind: type[Command[Any]]) -> None:
    most = IDLE_TRIES if name == GATEWAY else MOST.get(name, 2)
    said = [await say(row.person, row.ask(kind, number)) for number in range(most)]
    assert "rate_limited" not in said
    if name != GATEWAY:
        assert await say(row.person, row.ask(kind, most)) == "rate_limited"
        assert await say(row.person, row.ask(LIMITS[name][0], most)) == "rate_limited", "they are counted together"


async def say(person: Client, command: Command[Any]) -> str:
    """What is answered; `ok` if it is done."""
    try:
        await person.post(command)
    except Refused as refused:
        return tag_of(type(refused.failure))
    except SignedOut:
        return "signed_out"
    return "ok"
