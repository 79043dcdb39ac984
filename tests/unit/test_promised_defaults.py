"""What people are promised who choose nothing, on a server whose operator sets nothing."""

from typing import Any

import msgspec
import pytest

from dialog.protocol.settings import Whom
from services.auth.config import Config as Auth
from services.chat.app import Config as Chat
from services.presence.app import Config as Presence

PROMISED: dict[type[msgspec.Struct], dict[str, Any]] = {
    Auth: {
        # defaults that protect: strangers may write, within limits, and no more
        "who_may_write": Whom.EVERYONE,
        "who_may_add": Whom.FRIENDS,
        "who_may_call": Whom.FRIENDS,
        "who_sees_last_seen": Whom.FRIENDS,
        "who_sees_profile": Whom.FRIENDS,
        # five friend requests a minute and twenty a day, five for a new account
        "friend_burst": 5,
        "friend_every": 12.0,
        "friend_day_burst": 20,
        "friend_day_burst_new": 5,
        "evidence_kept": 90 * 86400.0,
    },
    Presence: {"idle_after": 300.0, "offline_grace": 25.0, "transition_interval": 5.0, "sweep_interval": 1.0},
    Chat: {
        "group_size": 1000,
        "edit_hours": 48,
        "edit_history_days": 30,
        "typing_members": 200,
        # five messages a second, sixty a minute to strangers; ten new chats a day for a new account
        "messages_every": 0.2,
        "strangers_burst": 60,
        "strangers_every": 1.0,
        "new_directs": 10,
        "reactions_every": 0.2,
        "searches_burst": 30,
        "searches_every": 2.0,
    },
}


@pytest.mark.parametrize("config", PROMISED, ids=lambda config: config.__module__.split(".")[1])
def test_what_nobody_has_set(config: type[msgspec.Struct]) -> None:
    defaults = {field.name: field.default for field in msgspec.structs.fields(config)}
    assert {name: defaults[name] for name in PROMISED[config]} == PROMISED[config]
