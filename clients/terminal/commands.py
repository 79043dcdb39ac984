"""What can be typed after a slash. The first line of each docstring is its line in `/help`."""

import shlex
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from dialog.client import ChatView, Progress
from dialog.ids import now_ms
from dialog.protocol.accounts import EditProfile, FindUser, ListSessions, RevokeSession, SessionInfo
from dialog.protocol.bans import BanMember
from dialog.protocol.chats import (
    AddMember,
    ChatKind,
    ClearChat,
    CreateChat,
    EditChat,
    EditMember,
    LeaveChat,
    OpenDirect,
    OpenSaved,
    RemoveMember,
    Role,
)
from dialog.protocol.invites import CreateInvite, UseInvite
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    HideMessages,
    ListPins,
    Message,
    PinMessage,
    UnpinMessage,
)
from dialog.protocol.people import (
    AddBlock,
    CancelFriend,
    DeclineFriend,
    RelationNow,
    RemoveBlock,
    RemoveFriend,
    RequestFriend,
)
from dialog.protocol.preferences import FOR_EVER, SetPreferences
from dialog.protocol.presence import Availability, Choice, GetPresence, GetStatus, SetStatus
from dialog.protocol.reactions import AddReaction, RemoveReaction

from . import safe
from .words import DIM, PLAIN, message_lines, muted, name_of, relation_words, status_line, title_of

if TYPE_CHECKING:
    from .conversation import Conversation

Command = Callable[["Conversation", str], Awaitable[None]]

ASK_AT_ONCE = 1000


class Mistake(Exception):
    """What was typed makes no sense; the text says why."""


async def list_chats(talk: "Conversation", _rest: str) -> None:
    """/list                  your chats"""
    views = _in_order(talk)
    talk.listed = [view.id for view in views]
    if not views:
        talk.say("You are in no chat yet: /direct USERNAME or /group TITLE USER…")
    for number, view in enumerate(views, start=1):
        kind = f" ({view.member_count} people)" if view.chat.kind is ChatKind.GROUP else ""
        new = f"  {view.mine.unread} new" if view.mine.unread else ""
        mute = "  muted" if muted(view) else ""
        talk.say(f"{number:>4}  {title_of(talk.state, view)}{DIM}{kind}{new}{mute}{PLAIN}")


def _in_order(talk: "Conversation") -> list[ChatView]:
    """The chats, the one with the newest message first."""
    listed = [view for view in talk.state.chats.values() if view.listed]
    return sorted(listed, key=lambda view: -_last_at(view.messages, view.chat.created_at))


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


async def react(talk: "Conversation", rest: str) -> None:
    """/react N EMOJI         react to message N; once more takes it back"""
    number, _, emoji = rest.partition(" ")
    message, me = _message(talk, number), talk.state.me
    given = any(one.emoji == emoji.strip() and me and me.id in one.user_ids for one in message.reactions)
    kind = RemoveReaction if given else AddReaction
    await talk.client.call(kind(chat_id=talk.chat_id, seq=message.seq, emoji=emoji.strip()))


async def forward(talk: "Conversation", rest: str) -> None:
    """/forward N USERNAME    send message N on to somebody"""
    number, _, name = rest.partition(" ")
    message = _message(talk, number)
    chat = await talk.client.call(OpenDirect(user_id=await _user_id(talk, name.strip())))
    command = ForwardMessages(chat_id=chat.id, nonce=str(uuid4()), from_chat_id=message.chat_id, seqs=[message.seq])
    await talk.client.call(command)


async def pin(talk: "Conversation", rest: str) -> None:
    """/pin N                 pin message N, or take the pin out"""
    message = _message(talk, rest)
    kind = UnpinMessage if message.pinned_at else PinMessage
    await talk.client.call(kind(chat_id=talk.chat_id, seq=message.seq))


async def pins(talk: "Conversation", _rest: str) -> None:
    """/pins                  what is pinned here"""
    view = _view(talk)
    found = (await talk.client.call(ListPins(chat_id=view.id))).messages
    await talk.meet_authors(view, found)
    for message in found:
        talk.say(*message_lines(talk.state, message))


async def hide(talk: "Conversation", rest: str) -> None:
    """/hide N                never see message N again"""
    await talk.client.call(HideMessages(chat_id=talk.chat_id, seqs=[_message(talk, rest).seq]))


async def clear(talk: "Conversation", _rest: str) -> None:
    """/clear                 do away with this chat's messages, for you"""
    await talk.client.call(ClearChat(chat_id=_view(talk).id))


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


async def saved(talk: "Conversation", _rest: str) -> None:
    """/saved                 what you keep for yourself"""
    chat = await talk.client.call(OpenSaved())
    await _enter(talk, chat.id)


async def title(talk: "Conversation", rest: str) -> None:
    """/title TEXT            what this group is called"""
    if not rest:
        raise Mistake("What should it be called?")
    await talk.client.call(EditChat(chat_id=_view(talk).id, title=rest))


async def role(talk: "Conversation", rest: str) -> None:
    """/role USER ROLE        make somebody here owner, admin or member"""
    name, _, wanted = rest.partition(" ")
    if wanted.strip() not in list(Role):
        raise Mistake("As what? owner, admin or member")
    user_id = await _user_id(talk, name)
    await talk.client.call(EditMember(chat_id=_view(talk).id, user_id=user_id, role=Role(wanted.strip())))


async def ban(talk: "Conversation", rest: str) -> None:
    """/ban USER              put somebody out of this group for good"""
    await talk.client.call(BanMember(chat_id=_view(talk).id, user_id=await _user_id(talk, rest)))


async def invite(talk: "Conversation", _rest: str) -> None:
    """/invite                a way into this group for whoever has it"""
    made = await talk.client.call(CreateInvite(chat_id=_view(talk).id))
    talk.say(f"Whoever types this comes in: /join {made.token}")


async def join(talk: "Conversation", rest: str) -> None:
    """/join INVITE           come into the group of an invite"""
    if not rest:
        raise Mistake("By which invite?")
    used = await talk.client.call(UseInvite(token=rest))
    if used.chat:
        await _enter(talk, used.chat.id)
    else:
        talk.say("The admins of the group have been asked.")


MUTES = {"1h": 3_600_000, "8h": 8 * 3_600_000}


async def mute(talk: "Conversation", rest: str) -> None:
    """/mute [1h|8h|off]      hear nothing of this chat, for ever if not said otherwise"""
    if rest and rest not in (*MUTES, "off"):
        raise Mistake("/mute for how long? 1h, 8h, or nothing for ever; off ends it")
    until = 0 if rest == "off" else now_ms() + MUTES[rest] if rest else FOR_EVER
    await talk.client.call(SetPreferences(chat_id=_view(talk).id, muted_until=until))
    talk.say(f"{DIM}      {'heard again' if rest == 'off' else 'muted'}{PLAIN}")


async def retry(talk: "Conversation", _rest: str) -> None:
    """/retry                 send again what failed"""
    for entry in talk.client.outbox.unsent():
        if entry.progress is Progress.FAILED:
            talk.client.outbox.retry(entry)


async def profile(talk: "Conversation", rest: str) -> None:
    """/profile NAME          the name that others see"""
    user = await talk.client.call(EditProfile(display_name=rest))
    talk.say(f"You are {safe.line(user.display_name)} now.")


async def status(talk: "Conversation", rest: str) -> None:
    """/status [auto|dnd|invisible] [MINUTES] [TEXT]   what others see of you"""
    choice, _, rest = rest.partition(" ")
    if not choice:
        own = await talk.client.call(GetStatus())
    elif choice not in tuple(Choice):
        raise Mistake("/status auto, dnd or invisible; then for how many minutes, then a text")
    else:
        minutes, _, text = rest.strip().partition(" ")
        until = now_ms() + int(minutes) * 60_000 if minutes.isdecimal() else None
        text = text if minutes.isdecimal() else rest.strip()
        own = await talk.client.call(SetStatus(status=Choice(choice), text=text, until=until))
    talk.say(f"You are {status_line(own.status, own.text, own.until)}.")


async def who(talk: "Conversation", _rest: str) -> None:
    """/who                   who is here"""
    me = talk.state.me.id if talk.state.me else 0
    known = sorted(user_id for user_id in talk.state.people if user_id != me)
    for start in range(0, len(known), ASK_AT_ONCE):
        await talk.client.call(GetPresence(user_ids=known[start : start + ASK_AT_ONCE]))
    seen = [talk.state.presence[user_id] for user_id in known if user_id in talk.state.presence]
    here = [one for one in seen if one.status is not Availability.OFFLINE]
    away = [one for one in seen if one.status is Availability.OFFLINE and one.last_seen]
    for one in (*here, *away):
        line = status_line(one.status, one.text, one.until, one.last_seen)
        talk.say(f"      {name_of(talk.state, one.user_id)} {DIM}{line}{PLAIN}")
    if not here:
        talk.say("      Nobody is here.")


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


def _message(talk: "Conversation", number: str) -> Message:
    """The message of that number."""
    messages = _view(talk).messages
    if not (number.isdecimal() and int(number) in messages):
        raise Mistake("Which message? They are numbered.")
    return messages[int(number)]


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
    "react": react,
    "forward": forward,
    "pin": pin,
    "pins": pins,
    "hide": hide,
    "clear": clear,
    "history": history,
    "members": members,
    "add": add,
    "remove": remove,
    "leave": leave,
    "saved": saved,
    "title": title,
    "role": role,
    "ban": ban,
    "invite": invite,
    "join": join,
    "mute": mute,
    "retry": retry,
    "profile": profile,
    "status": status,
    "who": who,
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
