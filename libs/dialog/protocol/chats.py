"""Chats and their members, and how a client stays in step with them."""

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from .accounts import User
from .base import Audience, Command, Event, Fact, Failure, Id, Millis, Nothing, Seq, Status, Wire
from .messages import Message, Nonce
from .preferences import Preferences
from .receipts import Receipt
from .roles import Role
from .scheduled import Scheduled

Title = Annotated[str, Meta(min_length=1, max_length=128)]
UserIds = Annotated[list[Id], Meta(max_length=1000)]
SlowModeSeconds = Annotated[int, Meta(ge=0, le=21_600)]
"""Up to six hours."""


class ChatKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"
    SAVED = "saved"
    """What somebody keeps for themselves."""


class Chat(Wire, kw_only=True, omit_defaults=True):
    """A conversation. `rev` is that of its newest change of any kind. What is left out has its default."""

    id: Id
    kind: ChatKind
    title: str = ""
    """Empty unless it is a group."""
    avatar: str | None = None
    head_seq: Seq
    """Of the newest message; 0 when nothing was said yet."""
    rev: Seq
    member_count: int
    low_id: Id | None = None
    high_id: Id | None = None
    """The two people of a direct chat, by their ids; null in a group. Of saved messages `low_id` is the owner."""
    created_at: Millis
    description: str = ""
    slow_mode: int = 0
    """Seconds that a member of a group waits from one message to the next; 0 for none. Admins do not wait."""
    may_send: Role = Role.MEMBER
    """The lowest role that may post; likewise the following. They mean something in groups only."""
    may_add: Role = Role.MEMBER
    """Bring people in."""
    may_edit: Role = Role.ADMIN
    """Change title and description."""
    may_pin: Role = Role.ADMIN
    """Pin messages."""
    may_call: Role = Role.MEMBER
    """Start calls."""
    may_delete: Role = Role.ADMIN
    """Delete what others wrote."""
    disappear_after: int | None = None
    """Seconds after which what is said now disappears for everyone; null for never."""


class Member(Wire, kw_only=True, omit_defaults=True):
    """Somebody's place in a chat. `left` ones are listed only as changes. What is left out has its default."""

    chat_id: Id
    user_id: Id
    role: Role = Role.MEMBER
    joined_seq: Seq = 0
    """`head_seq` when they joined."""
    rev: Seq
    left: bool = False


class Mine(Wire, omit_defaults=True):
    """What concerns only the one who asks. The numbers are those at the chat's `rev`.

    What is left out has its default.
    """

    role: Role = Role.MEMBER
    cleared_seq: Seq = 0
    """You have cleared the chat up to here: nothing of it exists for you."""
    closed_seq: Seq | None = None
    """You have deleted the chat: it is off your list until its `head_seq` is beyond this."""
    mark: Seq = 0
    """Counts what you cleared, closed and hid here. A device with another one starts the chat afresh."""
    read_seq: Seq = 0
    """Up to here the chat counts as read; at least up to where you joined, and to where you have cleared it."""
    unread: int = 0
    """Messages after it, neither your own nor of those you block, not deleted, not hidden, and not of kind `system`."""
    mentions: int = 0
    """Those of them that mention you, or everybody."""
    prefs: Preferences | None = None
    """Null while nothing was ever chosen."""


class ChatState(Wire, kw_only=True, omit_defaults=True):
    """A chat, and what of it is newer than the client's `rev`. Lists that are left out are empty.

    With `reset` the client drops what it held of this chat: `members` is then everyone and `messages` the newest page.
    """

    chat: Chat
    messages: list[Message] = []
    members: list[Member] = []
    people: list[User] = []
    """The users behind `members`. Empty within `sync`, whose own `people` serves all its chats."""
    mine: Mine
    reset: bool
    receipts: list[Receipt] = []
    """Of others who were in the chat at any time and show theirs to you; none above 100 members."""
    receipts_off: list[Id] = []
    """Who shows no receipts, and is not waited for. Yourself: then you see none either."""


class Synced(Wire):
    """What the client missed. `more`: the reply was full; sync again with the numbers now held."""

    chats: list[ChatState]
    gone: list[Id]
    """Chats that the client named and is not in."""
    people: list[User]
    me: User
    more: bool
    scheduled: list[Scheduled] = []
    """All that you have scheduled."""
    as_of: Millis = 0
    """Ask with this as `moved_since` next time."""


class People(Wire):
    users: list[User]


class CreateChat(Command[Chat], tag="chat.create"):
    """Make a group of yourself, as its owner, and these people. With a `nonce` of yours a retry is harmless: it returns
    the group that was made."""

    title: Title
    user_ids: UserIds
    nonce: Nonce | None = None


class OpenDirect(Command[Chat], tag="chat.open_direct"):
    """The one direct chat of the two of you, however often and by whomever it is opened."""

    user_id: Id


class OpenSaved(Command[Chat], tag="chat.open_saved"):
    """The one chat in which you keep messages for yourself, however often it is opened."""


class EditChat(Command[Chat], tag="chat.edit"):
    """Change what a group is called and how it works. A field that is left out stays as it is.

    Title and description are for those whom `may_edit` names. All else is for admins, within their own reach: they can
    neither give nor take what only the owner may do.
    """

    chat_id: Id
    title: Title | None = None
    description: Annotated[str, Meta(max_length=1024)] | None = None
    slow_mode: SlowModeSeconds | None = None
    may_send: Role | None = None
    may_add: Role | None = None
    may_edit: Role | None = None
    may_pin: Role | None = None
    may_call: Role | None = None
    may_delete: Role | None = None


class GetChat(Command[ChatState], tag="chat.get"):
    """Everything about one chat: a `reset` state."""

    chat_id: Id


class ChatChanges(Command[ChatState], tag="chat.changes"):
    """What changed since `since`; a `reset` state when that is too far behind."""

    chat_id: Id
    since: Seq
    mark: Seq = 0
    """The `mark` that you hold: when it is another one, the state is a `reset`."""


class Sync(Command[Synced], tag="sync"):
    """What changed in all chats since the `rev` that the client holds of each; empty on a cold start."""

    chats: dict[str, Seq] = msgspec.field(default_factory=dict[str, int])
    """Chat id (a JSON key, so in quotes) to `rev`."""
    marks: dict[str, Seq] = msgspec.field(default_factory=dict[str, int])
    """Likewise the `mark` held of each; 0 where none is given."""
    moved_since: Millis = 0
    """The `as_of` of the last answer: chats are told as well in which receipts or preferences have moved since."""


class GetPeople(Command[People], tag="chat.people"):
    """Profiles of people who are or were in a chat of yours, such as authors who left, or whose words were forwarded
    to it."""

    chat_id: Id
    user_ids: Annotated[list[Id], Meta(max_length=100)]


class LeaveChat(Command[Nothing], tag="chat.leave"):
    """Leave a group. When its owner leaves, the longest-standing admin becomes the owner, or else member."""

    chat_id: Id
    delete_mine: bool = False
    """Also delete all your messages there for everyone."""


class AddMember(Command[Nothing], tag="member.add"):
    """Bring people into a group, if `may_add` says so. Those who are in it already stay as they are."""

    chat_id: Id
    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class RemoveMember(Command[Nothing], tag="member.remove"):
    """Put somebody out of a group who has a lower role than you; for admins."""

    chat_id: Id
    user_id: Id


class EditMember(Command[Nothing], tag="member.edit"):
    """Give somebody in a group this role; for its owner. Making somebody the owner makes yourself an admin."""

    chat_id: Id
    user_id: Id
    role: Role


class ChatJoined(Event, tag="chat.joined"):
    """You are in this chat now. The gateway has joined you to its topic; fetch the rest with `chat.changes`."""

    audience: ClassVar[Audience] = Audience.USER
    chat: Chat


class ChatLeft(Event, tag="chat.left"):
    """You are no longer in this chat: drop it."""

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    rev: Seq
    """Of the change that put you out. A late one, after you were brought back, is older than your membership."""


class MemberChanged(Event, tag="member.changed"):
    """Somebody joined, left, or their role or profile changed. Carries the chat's new `rev` in the member."""

    audience: ClassVar[Audience] = Audience.CHAT
    member: Member
    user: User | None
    """Who joined, or whose profile changed; null when only the membership did."""
    member_count: int


class ChatChanged(Event, tag="chat.changed"):
    """A group has another title, description or setting: all of it as it is now, with its new `rev`."""

    audience: ClassVar[Audience] = Audience.CHAT
    chat: Chat


class DirectOpened(Fact, tag="chat.direct_opened"):
    """Two people have a direct chat now."""

    low_id: Id
    high_id: Id


class NotAGroup(Failure, tag="not_a_group"):
    """This is for groups, and the chat is none."""

    status = Status.FORBIDDEN


class GroupFull(Failure, tag="group_full"):
    status = Status.TOO_LARGE
    limit: int


class TooManyChats(Failure, tag="too_many_chats"):
    """Somebody is in as many chats as one can be."""

    status = Status.CONFLICT
    limit: int


class SlowMode(Failure, tag="slow_mode"):
    """You may post to this group again in `retry_after` seconds."""

    status = Status.RATE_LIMITED
    retry_after: float


class TitleRefused(Failure, tag="title_refused"):
    """Nothing is left of the title once control characters are taken out, or it is longer than 128 characters."""


class MayNotAdd(Failure, tag="may_not_add"):
    """These people do not let you add them to groups."""

    status = Status.FORBIDDEN
    user_ids: list[Id]


Seconds = Annotated[int, Meta(ge=1, le=366 * 86_400)]


class ClearChat(Command[Nothing], tag="chat.clear"):
    """Do away with all that was said so far, for yourself. Once everybody there has, it is gone from the database."""

    chat_id: Id
    delete_mine: bool = False
    """Also delete all your messages for everyone."""


class DeleteChat(Command[Nothing], tag="chat.delete"):
    """A direct chat: clear it, and take it off your list until something is said again. A group: end it for everyone,
    which is its owner's to do."""

    chat_id: Id
    delete_mine: bool = False
    """Of a direct chat, also delete all your messages for everyone."""


class SetDisappearing(Command[Chat], tag="chat.disappear"):
    """Let what is said from now on disappear for everyone after so many seconds. In a group, for its admins."""

    chat_id: Id
    after: Seconds | None


class ChatCleared(Event, tag="chat.cleared"):
    """You cleared or deleted the chat on one of your devices: what your `Mine` says of it now."""

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    cleared_seq: Seq
    closed_seq: Seq | None
    mark: Seq
