"""What somebody types to search, as the command it stands for.

`from:NAME` (or `me`), `in:CHAT`, `has:THING`, `before:DATE` and `after:DATE` (`2026-11-22`, or with a time, where they
are) are taken out of the text, in any order; what has spaces goes in quotation marks: `in:"The ferry"`.
"""

import re
from datetime import datetime
from typing import Any

from dialog.protocol.chats import ChatKind
from dialog.protocol.search import Has, SearchMessages

from .state import State

_FILTER = re.compile(r'(?<!\S)(from|in|has|before|after):(?:"([^"]*)"|(\S+))', re.IGNORECASE)


class BadQuery(ValueError):
    """A filter makes no sense; the text says which and why."""


def search_for(state: State, typed: str) -> SearchMessages:
    """The command, with the names of people and chats as this device knows them. Raises BadQuery."""
    fields: dict[str, Any] = {"has": []}
    for match in _FILTER.finditer(typed):
        name, value = match[1].lower(), match[3] if match[2] is None else match[2]
        if name == "from":
            fields["from_id"] = _person(state, value)
        elif name == "in":
            fields["chat_id"] = _chat(state, value)
        elif name == "has":
            fields["has"].append(_thing(value))
        else:
            fields[name] = _moment(value)
    return SearchMessages(text=_FILTER.sub("", typed).strip(), **fields)


def _person(state: State, name: str) -> int:
    wanted = name.removeprefix("@").casefold()
    if wanted == "me" and state.me:
        return state.me.id
    people = [*state.people.values(), *([state.me] if state.me else [])]
    found = {user.id for user in people if user.username == wanted}
    found = found or {user.id for user in people if user.display_name.casefold() == wanted}
    if len(found) != 1:
        raise BadQuery(f"{'Several people are' if found else 'Nobody here is'} called {name}.")
    return found.pop()


def _chat(state: State, name: str) -> int:
    wanted = name.casefold()
    found = {view.id for view in state.chats.values() if view.chat.title and view.chat.title.casefold() == wanted}
    if not found:
        user_id = _person(state, name)
        found = {
            view.id
            for view in state.chats.values()
            if view.chat.kind is ChatKind.DIRECT and user_id in (view.chat.low_id, view.chat.high_id)
        }
    if len(found) != 1:
        raise BadQuery(f"{'Several chats are' if found else 'No chat is'} called {name}.")
    return found.pop()


def _thing(value: str) -> Has:
    try:
        return Has(value.lower())
    except ValueError:
        raise BadQuery(f"A message has no {value}: {', '.join(Has)}.") from None


def _moment(value: str) -> int:
    try:
        return int(datetime.fromisoformat(value).astimezone().timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise BadQuery(f"{value} is no date: 2026-11-22") from None
