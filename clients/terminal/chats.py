"""Chats: which there are, and one's way in and out of them."""

from typing import TYPE_CHECKING

from dialog.client import ChatView
from dialog.protocol.chats import ChatKind, ClearChat, CreateChat, DeleteChat, LeaveChat, OpenDirect, OpenSaved
from dialog.protocol.messages import Message
from dialog.protocol.preferences import Preferences

from . import typed
from .typed import Mistake
from .words import DIM, PLAIN, muted, title_of

if TYPE_CHECKING:
    from .conversation import Conversation

MINE = "mine"
"""What is typed to have one's own messages deleted as well."""


async def list_chats(talk: "Conversation", _rest: str) -> None:
    """/list                  your chats"""
    views = _in_order(talk)
    talk.listed = [view.id for view in views]
    if not views:
        talk.say("You are in no chat yet: /direct USERNAME or /group TITLE USER…")
    for number, view in enumerate(views, start=1):
        kind = f" ({view.member_count} people)" if view.chat.kind is ChatKind.GROUP else ""
        new = f"  {view.mine.unread} new" if view.mine.unread else ""
        marks = "".join(f"  {mark}" for mark in _marks(view))
        talk.say(f"{number:>4}  {title_of(talk.state, view)}{DIM}{kind}{new}{marks}{PLAIN}")


def _marks(view: ChatView) -> list[str]:
    """What its owner wants of it that shows in the list."""
    prefs = view.mine.prefs or Preferences()
    marks = {
        "marked unread": prefs.marked_unread,
        "muted": muted(view),
        "on top": prefs.pinned_at,
        "archived": prefs.archived,
        "important": prefs.important,
    }
    return [mark for mark, is_so in marks.items() if is_so]


def _in_order(talk: "Conversation") -> list[ChatView]:
    """The chats: those on top first and those in the archive last, among them the one with the newest message first."""

    def place(view: ChatView) -> tuple[bool, int, int]:
        prefs = view.mine.prefs or Preferences()
        return prefs.archived, -prefs.pinned_at, -_last_at(view.messages, view.chat.created_at)

    return sorted((view for view in talk.state.chats.values() if view.listed), key=place)


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
    chat = await talk.client.call(OpenDirect(user_id=await typed.user_id(talk, rest)))
    await enter(talk, chat.id)


async def group(talk: "Conversation", rest: str) -> None:
    """/group TITLE USER…     make a group; a title of several words in "quotes\""""
    title, *names = typed.words(rest)
    user_ids = [await typed.user_id(talk, name) for name in names]
    chat = await talk.client.call(CreateChat(title=title, user_ids=user_ids))
    await enter(talk, chat.id)


async def saved(talk: "Conversation", _rest: str) -> None:
    """/saved                 what you keep for yourself"""
    chat = await talk.client.call(OpenSaved())
    await enter(talk, chat.id)


async def enter(talk: "Conversation", chat_id: int) -> None:
    """Go to a chat that one has just come into."""
    await talk.client.wait_for(lambda: chat_id in talk.state.chats)
    await talk.open_chat(chat_id)


async def clear(talk: "Conversation", rest: str) -> None:
    """/clear [mine]          do away with this chat's messages, for you; with your own, for everyone"""
    await talk.client.call(ClearChat(chat_id=typed.view(talk).id, delete_mine=_also_mine(rest)))


async def leave(talk: "Conversation", rest: str) -> None:
    """/leave [mine]          leave this group; and delete your messages in it"""
    await talk.client.call(LeaveChat(chat_id=typed.view(talk).id, delete_mine=_also_mine(rest)))


async def drop(talk: "Conversation", rest: str) -> None:
    """/drop [mine]           clear this direct chat and take it off your list"""
    view = typed.view(talk)
    if view.chat.kind is ChatKind.GROUP:
        raise Mistake("That would end the group for everybody: /leave")
    await talk.client.call(DeleteChat(chat_id=view.id, delete_mine=_also_mine(rest)))


def _also_mine(rest: str) -> bool:
    if rest not in ("", MINE):
        raise Mistake(f"Only {MINE} can follow: your own messages, for everyone")
    return rest == MINE
