"""How things are put to a person."""

import time
from collections.abc import Mapping
from datetime import datetime

from dialog.client import ChatView, ConnectionStatus, Refused, State
from dialog.protocol.chats import ChatKind
from dialog.protocol.messages import HIDDEN, Message
from dialog.protocol.notices import (
    DisappearingSet,
    GroupDescribed,
    GroupRenamed,
    MemberJoined,
    MemberLeft,
    MemberRemoved,
    MembersAdded,
    Notice,
    RoleGiven,
    SettingsChanged,
)
from dialog.protocol.people import Relation, RelationState
from dialog.protocol.warnings import WarningNote

from . import safe

DIM, BOLD, RED, PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[31m", "\x1b[0m"

STATUS: Mapping[ConnectionStatus, str] = {
    ConnectionStatus.OFFLINE: "offline",
    ConnectionStatus.CONNECTING: "reconnecting…",
    ConnectionStatus.SYNCING: "catching up…",
    ConnectionStatus.LIVE: "connected",
    ConnectionStatus.SIGNED_OUT: "signed out",
    ConnectionStatus.TURNED_AWAY: "turned away by the server",
}

REASONS: Mapping[str, str] = {
    "slow_mode": "this group is in slow mode",
    "banned": "they are banned from the group",
    "invite_over": "the invite leads nowhere (any more)",
    "not_found": "there is no such thing here",
    "forbidden": "you may not do that",
    "not_a_group": "that is for groups only",
    "rate_limited": "slow down a little",
    "unavailable": "the server cannot do that right now",
    "text_too_long": "the message is too long",
    "text_refused": "the message is blank",
    "search_empty": "there is no word to look for",
    "edit_window_over": "it was sent too long ago to be changed",
    "not_accepting": "they do not take messages from you",
    "may_not_add": "somebody does not let you add them to groups",
    "blocked_by_you": "you block this person: /unblock first",
    "suspended": "the operators have suspended you",
    "bad_credentials": "the name or the password is wrong",
    "username_taken": "somebody else has that name",
    "username_refused": "names are 3 to 32 of a-z, 0-9, . and _",
}


RELATIONS: Mapping[RelationState, str] = {
    RelationState.NONE: "nothing to you",
    RelationState.INCOMING: "wants to be your friend",
    RelationState.OUTGOING: "asked",
    RelationState.FRIEND: "friend",
}


def explain(refused: Refused) -> str:
    """Why something was refused, with what the refusal says beside its reason."""
    reason = str(refused)
    failure = refused.failure
    details = [f"{name} {getattr(failure, name)}" for name in failure.__struct_fields__ if getattr(failure, name)]
    said = REASONS.get(reason, reason.replace("_", " "))
    return safe.line(f"{said} ({', '.join(details)})" if details else said)


def name_of(state: State, user_id: int) -> str:
    """What to call somebody."""
    user = state.people.get(user_id)
    return safe.line(user.display_name or user.username) if user else "somebody"


def relation_words(relation: Relation) -> str:
    """What somebody is to oneself."""
    return "blocked" if relation.blocked else RELATIONS[relation.state]


def title_of(state: State, view: ChatView) -> str:
    """What to call a chat: a direct one by the other person."""
    chat = view.chat
    if chat.kind is ChatKind.SAVED:
        return "Saved messages"
    if chat.kind is not ChatKind.DIRECT:
        return safe.line(chat.title)
    me = state.me.id if state.me else 0
    other = chat.low_id if chat.high_id == me else chat.high_id
    return name_of(state, other or 0)


def people_in(message: Message) -> set[int]:
    """Whose names are needed to show a message."""
    match message.notice:
        case MembersAdded(user_ids=user_ids):
            return {message.author_id, *user_ids}
        case MemberRemoved(user_id=user_id) | RoleGiven(user_id=user_id):
            return {message.author_id, user_id}
        case _:
            return {message.author_id}


def notice_words(state: State, notice: Notice) -> str:  # noqa: PLR0911 (one case, one sentence)
    """What a notice says of its author."""
    match notice:
        case MemberJoined():
            return "came in by an invite"
        case MembersAdded(user_ids=user_ids):
            return f"added {', '.join(name_of(state, user_id) for user_id in user_ids)}"
        case MemberLeft():
            return "left the group"
        case MemberRemoved(user_id=user_id):
            return f"removed {name_of(state, user_id)}"
        case RoleGiven(user_id=user_id, role=role):
            return f"made {name_of(state, user_id)} {role}"
        case GroupRenamed(title=title):
            return f"called the group {safe.line(title)}"
        case GroupDescribed():
            return "changed the description"
        case DisappearingSet(after=after):
            return f"lets what is said disappear after {span_words(after)}" if after else "lets what is said stay"
        case SettingsChanged():
            changed = {name: getattr(notice, name) for name in notice.__struct_fields__}
            return "set " + ", ".join(f"{name} to {value}" for name, value in changed.items() if value is not None)


def status_line(status: str, text: str, until: int | None, last_seen: int | None = None) -> str:
    """What somebody shows, or chose to show."""
    line = "do not disturb" if status == "dnd" else status
    if text:
        line += f", {safe.line(text)}"
    if until:
        line += f", until {moment_words(until)}"
    if last_seen:
        line += f", last seen {moment_words(last_seen)}"
    return line


def moment_words(at: int) -> str:
    """A moment in milliseconds, as the day and the time here."""
    return f"{datetime.fromtimestamp(at / 1000).astimezone():%d %b %H:%M}"


def span_words(seconds: int) -> str:
    """How long something lasts: `1 day`, `90 minutes`."""
    units = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
    unit, size = next((unit, size) for unit, size in units if seconds % size == 0)
    return f"{seconds // size} {unit}{'s' if seconds > size else ''}"


def warning_lines(warning: WarningNote) -> list[str]:
    """What the operators tell."""
    first, *rest = safe.lines(warning.text)
    head = f"{RED}From the operators, {moment_words(warning.given_at)}:{PLAIN} {first}"
    return [head, *(f"          {more}" for more in rest)]


def muted(view: ChatView) -> bool:
    """Whether its owner wants to hear nothing of a chat now."""
    return view.mine.prefs is not None and view.mine.prefs.muted_until > time.time() * 1000


TICKS: Mapping[str, str] = {"sent": "✓", "delivered": "✓✓", "read": "✓✓ read"}


def message_lines(state: State, message: Message) -> list[str]:
    """A message as it is shown: when, number, author, text."""
    when = datetime.fromtimestamp(message.sent_at / 1000).astimezone()
    today = datetime.now().astimezone().date() == when.date()
    head = f"{DIM}{when:%H:%M}" if today else f"{DIM}{when:%d %b %H:%M}"
    mine = bool(state.me and message.author_id == state.me.id)
    head += f" {message.seq:>3}{PLAIN} {BOLD}{'you' if mine else name_of(state, message.author_id)}{PLAIN}"
    if message.notice:
        return [f"{head} {DIM}{notice_words(state, message.notice)}{PLAIN}"]
    if message.kind == HIDDEN:
        return [f"{head} {DIM}(hidden){PLAIN}"]
    if message.deleted_at:
        return [f"{head} {DIM}(deleted){PLAIN}"]
    first, *rest = safe.lines(message.text)
    marks = [
        *([f"answers {message.reply_to}"] if message.reply_to else []),
        *(["forwarded"] if message.forwarded else []),
        *(["edited"] if message.edited_at else []),
        *(["pinned"] if message.pinned_at else []),
        *([f"until {moment_words(message.expires_at)}"] if message.expires_at else []),
        *(f"{safe.line(one.emoji)} {one.count}" for one in message.reactions),
    ]
    mark = f" {DIM}({', '.join(marks)}){PLAIN}" if marks else ""
    view = state.chats.get(message.chat_id)
    if mine and view:
        mark += f" {DIM}{TICKS[view.progress_of(message)]}{PLAIN}"
    body = [f"{head} {first}", *(f"          {more}" for more in rest)]
    body[-1] += mark
    return body
