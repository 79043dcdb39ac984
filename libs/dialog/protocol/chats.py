"""Chats and their members, and how a client stays in step with them."""

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from .accounts import User
from .base import Audience, Command, Event, Failure, Id, Millis, Nothing, Seq, Status, Wire
from .messages import Message

Title = Annotated[str, Meta(min_length=1, max_length=128)]
UserIds = Annotated[list[Id], Meta(max_length=1000)]


class ChatKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"


class Role(StrEnum):
    OWNER = "owner"
    MEMBER = "member"


class Chat(Wire):
    """A conversation. `rev` is that of its newest change of any kind."""

    id: Id
    kind: ChatKind
    title: str
    """Empty for a direct chat."""
    avatar: str | None
    head_seq: Seq
    """Of the newest message; 0 when nothing was said yet."""
    rev: Seq
    member_count: int
    low_id: Id | None
    high_id: Id | None
    """The two people of a direct chat, by their ids; null in a group."""
    created_at: Millis


class Member(Wire):
    """Somebody's place in a chat. `left` ones are listed only as changes."""

    chat_id: Id
    user_id: Id
    role: Role
    joined_seq: Seq
    """`head_seq` when they joined."""
    rev: Seq
    left: bool


class Mine(Wire):
    """What concerns only the one who asks."""

    role: Role


class ChatState(Wire):
    """A chat, and what of it is newer than the client's `rev`.

    With `reset` the client drops what it held of this chat: `members` is then everyone and `messages` the newest page.
    """

    chat: Chat
    messages: list[Message]
    members: list[Member]
    people: list[User]
    """The users behind `members`. Empty within `sync`, whose own `people` serves all its chats."""
    mine: Mine
    reset: bool


class Synced(Wire):
    """What the client missed. `more`: the reply was full; sync again with the numbers now held."""

    chats: list[ChatState]
    gone: list[Id]
    """Chats that the client named and is not in."""
    people: list[User]
    me: User
    more: bool


class People(Wire):
    users: list[User]


class CreateChat(Command[Chat], tag="chat.create"):
    """Make a group of yourself, as its owner, and these people."""

    title: Title
    user_ids: UserIds


class OpenDirect(Command[Chat], tag="chat.open_direct"):
    """The one direct chat of the two of you, however often and by whomever it is opened."""

    user_id: Id


class GetChat(Command[ChatState], tag="chat.get"):
    """Everything about one chat: a `reset` state."""

    chat_id: Id


class ChatChanges(Command[ChatState], tag="chat.changes"):
    """What changed since `since`; a `reset` state when that is too far behind."""

    chat_id: Id
    since: Seq


class Sync(Command[Synced], tag="sync"):
    """What changed in all chats since the `rev` that the client holds of each; empty on a cold start."""

    chats: dict[str, Seq] = msgspec.field(default_factory=dict[str, int])
    """Chat id (a JSON key, so in quotes) to `rev`."""


class GetPeople(Command[People], tag="chat.people"):
    """Profiles of people who are or were in a chat of yours, such as authors who left."""

    chat_id: Id
    user_ids: Annotated[list[Id], Meta(max_length=100)]


class LeaveChat(Command[Nothing], tag="chat.leave"):
    """Leave a group. When the last owner leaves, the longest-standing member becomes one."""

    chat_id: Id


class AddMember(Command[Nothing], tag="member.add"):
    """Bring people into a group. Those who are in it already stay as they are."""

    chat_id: Id
    user_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class RemoveMember(Command[Nothing], tag="member.remove"):
    """Put somebody out of a group."""

    chat_id: Id
    user_id: Id


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


class NotAGroup(Failure, tag="not_a_group"):
    """This is for groups; the chat is a direct one."""

    status = Status.FORBIDDEN


class GroupFull(Failure, tag="group_full"):
    status = Status.TOO_LARGE
    limit: int


class TooManyChats(Failure, tag="too_many_chats"):
    """Somebody is in as many chats as one can be."""

    status = Status.CONFLICT
    limit: int


class TitleRefused(Failure, tag="title_refused"):
    """Nothing is left of the title once control characters are taken out."""


class MayNotAdd(Failure, tag="may_not_add"):
    """These people do not let you add them to groups."""

    status = Status.FORBIDDEN
    user_ids: list[Id]
