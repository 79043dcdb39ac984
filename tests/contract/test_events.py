"""Every event and fact is for somebody, and somebody says it."""

import ast
from functools import cache
from pathlib import Path

import pytest

from dialog.protocol import DROPPABLE, EPHEMERAL, EVENTS, FACTS
from dialog.protocol.base import Audience
from tests.contract.test_handlers import ROOT, SERVICES


@cache
def made_in(folder: Path) -> dict[str, set[str]]:
    """The names of all classes and functions that are called below a folder, with the services that do so."""
    made: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                made.setdefault(name, set()).add(path.relative_to(folder).parts[0])
    return made


@pytest.mark.parametrize("tag", EVENTS)
def test_an_event_has_an_audience_and_a_sender(tag: str) -> None:
    """It is enough that a service makes one: nothing is done with an event but publishing it."""
    kind = EVENTS[tag]
    assert isinstance(vars(kind).get("audience"), Audience), "it must say for itself who hears it"
    senders = made_in(ROOT / "services").get(kind.__name__, set())
    assert len(senders) == 1, f"made by {senders or 'nobody'}"
    assert (senders == {"gateway"}) == (kind.audience is Audience.SOCKET)


@pytest.mark.parametrize("tag", FACTS)
def test_a_fact_is_told_and_heard(tag: str) -> None:
    kind = FACTS[tag]
    assert made_in(ROOT / "services").get(kind.__name__), "nobody tells it"
    assert any(fact is kind for service in SERVICES.values() for fact, _ in service.facts), "nobody hears it"


def test_a_lasting_event_of_a_chat_carries_its_rev() -> None:
    """Directly or in the row that changed; without it a client cannot tell whether it missed one."""
    carriers = {"message", "member", "chat", "rev"}
    for kind in EVENTS.values():
        if kind.audience is Audience.CHAT and not kind.ephemeral:
            assert carriers & set(kind.__struct_fields__), f"{kind.__name__} has no rev"


def test_only_events_without_a_rev_are_ephemeral() -> None:
    assert {"presence.changed", "receipt.moved", "receipt.switched", "typing"} == EPHEMERAL


def test_only_what_is_soon_said_again_may_be_dropped() -> None:
    assert {"presence.changed", "typing"} == DROPPABLE
