"""What can be typed after a slash. The first line of each docstring is its line in `/help`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from . import chats, groups, invites, messages, people, preferences, privacy, reports, scheduled, sessions

if TYPE_CHECKING:
    from .conversation import Conversation

Command = Callable[["Conversation", str], Awaitable[None]]


async def show_help(talk: "Conversation", _rest: str) -> None:
    """/help                  this list"""
    talk.say(*((command.__doc__ or "").strip() for command in COMMANDS.values()), "Anything else is sent. // sends a /")


async def leave_terminal(talk: "Conversation", _rest: str) -> None:
    """/quit                  end; you stay signed in"""
    talk.ending = True


COMMANDS: dict[str, Command] = {
    "list": chats.list_chats,
    "open": chats.open_chat,
    "direct": chats.direct,
    "group": chats.group,
    "saved": chats.saved,
    "clear": chats.clear,
    "leave": chats.leave,
    "drop": chats.drop,
    "reply": messages.reply,
    "edit": messages.edit,
    "edits": messages.edits,
    "delete": messages.delete,
    "react": messages.react,
    "forward": messages.forward,
    "pin": messages.pin,
    "pins": messages.pins,
    "hide": messages.hide,
    "history": messages.history,
    "search": messages.search,
    "retry": messages.retry,
    "schedule": scheduled.schedule,
    "scheduled": scheduled.scheduled,
    "unschedule": scheduled.unschedule,
    "members": groups.members,
    "add": groups.add,
    "remove": groups.remove,
    "title": groups.title,
    "role": groups.role,
    "ban": groups.ban,
    "unban": groups.unban,
    "bans": groups.bans,
    "slow": groups.slow,
    "disappear": groups.disappear,
    "invite": invites.invite,
    "invites": invites.invites,
    "uninvite": invites.uninvite,
    "join": invites.join,
    "requests": invites.requests,
    "approve": invites.approve,
    "refuse": invites.refuse,
    "mute": preferences.mute,
    "level": preferences.level,
    "top": preferences.top,
    "archive": preferences.archive,
    "important": preferences.important,
    "unread": preferences.unread,
    "profile": people.profile,
    "status": people.status,
    "who": people.who,
    "friends": people.friends,
    "befriend": people.befriend,
    "decline": people.decline,
    "unfriend": people.unfriend,
    "block": people.block,
    "unblock": people.unblock,
    "privacy": privacy.privacy,
    "report": reports.report,
    "warnings": reports.warnings,
    "dismiss": reports.dismiss,
    "sessions": sessions.sessions,
    "revoke": sessions.revoke,
    "help": show_help,
    "quit": leave_terminal,
}
