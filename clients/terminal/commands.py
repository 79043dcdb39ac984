"""What can be typed after a slash. The first line of each docstring is its line in `/help`."""

import shlex
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from dialog.client import ChatView, Progress
from dialog.protocol.accounts import EditProfile, FindUser, ListSessions, RevokeSession, SessionInfo
from dialog.protocol.chats import AddMember, ChatKind, CreateChat, LeaveChat, OpenDirect, RemoveMember, Role
from dialog.protocol.messages import DeleteMessage, EditMessage, Message
from dialog.protocol.people import (
    AddBlock,
    CancelFriend,
    DeclineFriend,
    RelationNow,
    RemoveBlock,
    RemoveFriend,
    RequestFriend,
)

from . import safe
from .words import DIM, PLAIN, message_lines, name_of, relation_words, title_of

if TYPE_CHECKING:
    from .conversation import Conversation

Command = Callable[["Conversation", str], Awaitable[None]]


class Mistake(Exception):
    """What was typed makes no sense; the text says why."""


async def list_chats(talk: "Conversation", _rest: str) -> None:
    """/list                  your chats"""
    views = _in_order(talk)
    talk.listed = [view.id for view in views]
    if not views:
        talk.say("You are in no chat yet: /direct USERNAME or /group TITLE USER…")
    for number, view in enumerate(views, start=1):
        kind = "" if view.chat.kind is ChatKind.DIRECT else f" ({view.member_count} people)"
        new = talk.unread.get(view.id, 0)
        talk.say(f"{number:>4}  {title_of(talk.state, view)}{DIM}{kind}{f'  {new} new' if new else ''}{PLAIN}")


def _in_order(talk: "Conversation") -> list[ChatView]:
    """The chats, the one with the newest message first."""
    return sorted(talk.state.chats.values(), key=lambda view: -_last_at(view.messages, view.chat.created_at))


def _last_at(messages: dict[int, Message], otherwise: int) -> int:
    return messages[next(reversed(messages))].sent_at if messages else otherwise


async def open_chat(talk: "Conversation", rest: str) -> None:
    """/open NUMBER or NAME   go to a chat"""
    talk.listed = talk.listed or [view.id for view in _in_order(talk)]
    if rest.isdecimal() and 0 < int(rest) <= len(talk.listed) and talk.listed[int(rest) - 1] in talk.state.chats:
        await talk.open_chat(talk.listed[int(rest) - 1])
        return
    wanted = rest.casefold()
    named = [view.id for view in talk.state.chats.values() if title_of(talk.state, view).casefold() == wanted]
    if not named:
        raise Mistake(f"No chat is called {rest}. /list shows them.")
    await talk.open_chat(named[0])


async def direct(talk: "Conversation", rest: str) -> None:
    """/direct USERNAME       talk to one person"""
    chat = await talk.client.call(OpenDirect(user_id=await _user_id(talk, rest)))
    await _enter(talk, chat.id)


async def group(talk: "Conversation", rest: str) -> None:
    """/group TITLE USER…     make a group; a title of several words in "quotes\""""
    title, *names = _words(rest)
    chat = await talk.client.call(CreateChat(title=title, user_ids=[await _user_id(talk, name) for name in names]))
    await _enter(talk, chat.id)


async def _enter(talk: "Conversation", chat_id: int) -> None:
    await talk.client.wait_for(lambda: chat_id in talk.state.chats)
    await talk.open_chat(chat_id)


async def edit(talk: "Conversation", rest: str) -> None:
    """/edit [N] TEXT         replace your last message, or number N"""
    number, _, text = rest.partition(" ")
    if not (number.isdecimal() and text.strip()):
        number, text = "", rest
    if not text.strip():
        raise Mistake("/edit what? To take a message back: /delete")
    message = _mine(talk, number)
    await talk.client.call(EditMessage(chat_id=talk.chat_id, seq=message.seq, text=text))


async def delete(talk: "Conversation", rest: str) -> None:
    """/delete [N]            delete your last message, or number N"""
    await talk.client.call(DeleteMessage(chat_id=talk.chat_id, seq=_mine(talk, rest).seq))


async def history(talk: "Conversation", _rest: str) -> None:
    """/history               older messages"""
    view = _view(talk)
    page = await talk.client.history(talk.chat_id, limit=20)
    if not page.messages:
        raise Mistake("That is the beginning.")
    await talk.meet_authors(view, page.messages)
    for message in page.messages:
        talk.say(*message_lines(talk.state, message))


async def members(talk: "Conversation", _rest: str) -> None:
    """/members               who is in this chat"""
    for member in sorted(
        _view(talk).members.values(), key=lambda member: (member.role is not Role.OWNER, member.user_id)
    ):
        user = talk.state.people.get(member.user_id)
        name = safe.line(user.username) if user else "?"
        talk.say(f"      {name_of(talk.state, member.user_id)} {DIM}{name}, {member.role}{PLAIN}")


async def add(talk: "Conversation", rest: str) -> None:
    """/add USER…             bring people into this group"""
    user_ids = [await _user_id(talk, name) for name in _words(rest)]
    await talk.client.call(AddMember(chat_id=_view(talk).id, user_ids=user_ids))


async def remove(talk: "Conversation", rest: str) -> None:
    """/remove USER           put somebody out of this group"""
    await talk.client.call(RemoveMember(chat_id=_view(talk).id, user_id=await _user_id(talk, rest)))


async def leave(talk: "Conversation", _rest: str) -> None:
    """/leave                 leave this group"""
    await talk.client.call(LeaveChat(chat_id=_view(talk).id))


async def retry(talk: "Conversation", _rest: str) -> None:
    """/retry                 send again what failed"""
    for entry in talk.client.outbox.unsent():
        if entry.progress is Progress.FAILED:
            talk.client.outbox.retry(entry)


async def profile(talk: "Conversation", rest: str) -> None:
    """/profile NAME          the name that others see"""
    user = await talk.client.call(EditProfile(display_name=rest))
    talk.say(f"You are {safe.line(user.display_name)} now.")


async def friends(talk: "Conversation", _rest: str) -> None:
    """/friends               friends, requests, and whom you block"""
    for relation in talk.state.relations.values():
        user = talk.state.people.get(relation.user.id, relation.user)
        what = relation_words(relation)
        talk.say(f"      {name_of(talk.state, user.id)} {DIM}{safe.line(user.username)}, {what}{PLAIN}")
    if not talk.state.relations:
        talk.say("Nobody yet: /befriend USER")


async def befriend(talk: "Conversation", rest: str) -> None:
    """/befriend USER         ask somebody to be your friend, or accept their request"""
    _say_relation(talk, await talk.client.call(RequestFriend(user_id=await _user_id(talk, rest))))


async def decline(talk: "Conversation", rest: str) -> None:
    """/decline USER          turn a request down; they are not told"""
    _say_relation(talk, await talk.client.call(DeclineFriend(user_id=await _user_id(talk, rest))))


async def unfriend(talk: "Conversation", rest: str) -> None:
    """/unfriend USER         be friends no longer, or take your request back"""
    user_id = await _user_id(talk, rest)
    await talk.client.call(CancelFriend(user_id=user_id))
    _say_relation(talk, await talk.client.call(RemoveFriend(user_id=user_id)))


async def block(talk: "Conversation", rest: str) -> None:
    """/block USER            hear nothing from somebody; they cannot tell"""
    _say_relation(talk, await talk.client.call(AddBlock(user_id=await _user_id(talk, rest))))


async def unblock(talk: "Conversation", rest: str) -> None:
    """/unblock USER          hear from them again"""
    _say_relation(talk, await talk.client.call(RemoveBlock(user_id=await _user_id(talk, rest))))


def _say_relation(talk: "Conversation", now: RelationNow) -> None:
    talk.say(f"{safe.line(now.relation.user.display_name)}: {relation_words(now.relation)}")


async def sessions(talk: "Conversation", _rest: str) -> None:
    """/sessions              your devices"""
    for number, session in enumerate(await _sessions(talk), start=1):
        seen = datetime.fromtimestamp(session.last_seen_at / 1000).astimezone()
        here = ", this one" if session.current else ""
        name, address = safe.line(session.device_name), safe.line(session.address)
        talk.say(f"{number:>4}  {name} {DIM}{address}, seen {seen:%d %b %H:%M}{here}{PLAIN}")


async def revoke(talk: "Conversation", rest: str) -> None:
    """/revoke NUMBER         sign a device of /sessions out"""
    found = await _sessions(talk)
    if not (rest.isdecimal() and 0 < int(rest) <= len(found)):
        raise Mistake("Which one? /sessions numbers them.")
    await talk.client.call(RevokeSession(session_id=found[int(rest) - 1].session_id))


async def _sessions(talk: "Conversation") -> list[SessionInfo]:
    found = await talk.client.call(ListSessions())
    return sorted(found.sessions, key=lambda session: session.created_at)


async def show_help(talk: "Conversation", _rest: str) -> None:
    """/help                  this list"""
    talk.say(*((command.__doc__ or "").strip() for command in COMMANDS.values()), "Anything else is sent. // sends a /")


async def leave_terminal(talk: "Conversation", _rest: str) -> None:
    """/quit                  end; you stay signed in"""
    talk.ending = True


def _view(talk: "Conversation"):
    if talk.chat_id not in talk.state.chats:
        raise Mistake("No chat is open: /list, /open, /direct or /group")
    return talk.state.chats[talk.chat_id]


def _mine(talk: "Conversation", number: str) -> Message:
    """One's own message `number`, or the last one."""
    me = talk.state.me
    own = {seq: m for seq, m in _view(talk).messages.items() if me and m.author_id == me.id and not m.deleted_at}
    if not number and own:
        return own[max(own)]
    if number.isdecimal() and int(number) in own:
        return own[int(number)]
    raise Mistake("You have no such message here.")


def _words(rest: str) -> list[str]:
    try:
        words = shlex.split(rest)
    except ValueError:
        raise Mistake("A quotation mark is missing.") from None
    if not words:
        raise Mistake("Something is missing: /help")
    return words


async def _user_id(talk: "Conversation", username: str) -> int:
    if not username:
        raise Mistake("Who? /help")
    return (await talk.client.call(FindUser(username=username.removeprefix("@")))).user.id


COMMANDS: dict[str, Command] = {
    "list": list_chats,
    "open": open_chat,
    "direct": direct,
    "group": group,
    "edit": edit,
    "delete": delete,
    "history": history,
    "members": members,
    "add": add,
    "remove": remove,
    "leave": leave,
    "retry": retry,
    "profile": profile,
    "friends": friends,
    "befriend": befriend,
    "decline": decline,
    "unfriend": unfriend,
    "block": block,
    "unblock": unblock,
    "sessions": sessions,
    "revoke": revoke,
    "help": show_help,
    "quit": leave_terminal,
}
