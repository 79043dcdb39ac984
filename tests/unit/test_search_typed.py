"""What somebody types to search becomes the command they mean, or is told to make no sense."""

from datetime import datetime
from typing import Any

import pytest

from dialog.client.query import BadQuery, search_for
from dialog.client.state import State
from dialog.protocol.accounts import User
from dialog.protocol.search import Has


def user(user_id: int, username: str, display_name: str) -> User:
    return User(id=user_id, username=username, display_name=display_name, description="", avatar=None, rev=1)


def known() -> State:
    state = State(window=10)
    for one in (user(7, "anna", "Anna A"), user(8, "ben", "Ben"), user(9, "ben.2", "Ben")):
        state.meet(one)
    return state


DAY = int(datetime.fromisoformat("2026-11-22").astimezone().timestamp() * 1000)
TYPED: dict[str, dict[str, Any]] = {
    "two words": {"text": "two words"},
    "from:anna word": {"text": "word", "from_id": 7},
    "word from:@anna": {"text": "word", "from_id": 7},
    'from:"anna a" x': {"text": "x", "from_id": 7},
    "from:ben": {"text": "", "from_id": 8},
    "has:link HAS:Pin": {"text": "", "has": [Has.LINK, Has.PIN]},
    "before:2026-11-22 x": {"text": "x", "before": DAY},
    "after:2026-11-22T10:00 x": {"text": "x", "after": DAY + 36_000_000},
    "not:a filter": {"text": "not:a filter"},
    "xfrom:anna": {"text": "xfrom:anna"},
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed(typed: str) -> None:
    command = search_for(known(), typed)
    expected: dict[str, Any] = {"has": []} | TYPED[typed]
    assert {name: getattr(command, name) for name in expected} == expected


@pytest.mark.parametrize("typed", ["from:carla", "in:nowhere", "has:fun", "before:yesterday", "after:9999-99-99"])
def test_what_makes_no_sense(typed: str) -> None:
    with pytest.raises(BadQuery):
        search_for(known(), typed)
