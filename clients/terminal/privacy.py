"""Privacy: what others may do to you, and what they may see of you."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dialog.protocol.settings import EditSettings, GetSettings, Settings, Whom

from . import typed
from .typed import Mistake
from .words import DIM, PLAIN

if TYPE_CHECKING:
    from .conversation import Conversation

NAMES: Mapping[str, str] = {
    "write": "who_may_write",
    "add": "who_may_add",
    "call": "who_may_call",
    "seen": "who_sees_last_seen",
    "profile": "who_sees_profile",
    "receipts": "read_receipts",
    "typing": "typing",
}
"""What is typed, and what the settings call it."""
SWITCHES = {"on": True, "off": False}


async def privacy(talk: "Conversation", rest: str) -> None:
    """/privacy [WHAT VALUE]  who may write, add, call; who sees seen, profile; whether receipts, typing are shown"""
    if not rest:
        _show(talk, (await talk.client.call(GetSettings())).settings)
        return
    name, *values = typed.words(rest)
    if name not in NAMES or len(values) != 1:
        raise Mistake(f"/privacy WHAT VALUE, where WHAT is {', '.join(NAMES)}")
    choices: Mapping[str, Any] = SWITCHES if name in ("receipts", "typing") else {whom.value: whom for whom in Whom}
    if values[0] not in choices:
        raise Mistake(f"{name} can be {', '.join(choices)}")
    chosen: dict[str, Any] = {NAMES[name]: choices[values[0]]}
    _show(talk, (await talk.client.call(EditSettings(**chosen))).settings)


def _show(talk: "Conversation", settings: Settings) -> None:
    words = {True: "on", False: "off"}
    for name, field in NAMES.items():
        value = getattr(settings, field)
        talk.say(f"      {name:<9}{DIM}{words[value] if isinstance(value, bool) else value}{PLAIN}")
