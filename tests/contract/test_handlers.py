"""Who answers what: every command has one handler, and everything the protocol defines has its place in it."""

import importlib
import inspect
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from dialog import config
from dialog.protocol import (
    COMMANDS,
    EVENTS,
    FACTS,
    FAILURES,
    AnyFact,
    AnyFailure,
    ClientCommand,
    InternalCommand,
    PublicCommand,
    RoutedCommand,
    ServerEvent,
    SocketCommand,
    base,
    members,
)
from dialog.protocol.base import Actor, Command, Event, Fact, Failure, Status, reply_type, tag_of
from dialog.service import Service

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = [
    importlib.import_module(f"dialog.protocol.{path.stem}")
    for path in sorted((ROOT / "libs" / "dialog" / "protocol").glob("*.py"))
    if path.stem != "__init__"
]
SERVICES: dict[str, Service] = {
    path.parent.name: importlib.import_module(f"services.{path.parent.name}.__main__").SERVICE
    for path in sorted((ROOT / "services").glob("*/__main__.py"))
}
HANDLERS = [(service, kind) for service in SERVICES.values() for kind in service.commands]


def defined(base_class: type) -> set[type]:
    """The classes of one kind that the protocol's modules define."""
    return {
        kind
        for module in PROTOCOL
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, base_class) and kind is not base_class
    }


def test_every_folder_of_services_is_a_service() -> None:
    folders = {path.name for path in (ROOT / "services").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(SERVICES) == set(config.SERVICES) == folders
    assert all(service.name == name for name, service in SERVICES.items())


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_command_has_exactly_one_handler(tag: str) -> None:
    kind = COMMANDS[tag]
    answering = [name for name, service in SERVICES.items() if kind in service.commands]
    if kind in members(SocketCommand):
        assert answering == [], "the gateway answers it on the socket itself"
    else:
        assert len(answering) == 1


def test_nothing_else_is_handled() -> None:
    assert {kind for _, kind in HANDLERS} <= set(COMMANDS.values())


@pytest.mark.parametrize(("service", "kind"), HANDLERS, ids=lambda value: getattr(value, "name", None) or tag_of(value))
def test_a_handler_is_typed_as_its_command_says(service: Service, kind: type[Command[Any]]) -> None:
    handler = service.commands[kind]
    app, actor, command = inspect.signature(handler).parameters
    hints = get_type_hints(handler)
    assert hints[app].__module__.startswith(f"services.{service.name}.")
    assert hints[app].__name__ == "App"
    assert hints[actor] is Actor
    assert hints[command] is kind
    assert hints["return"] is reply_type(kind)
    assert inspect.iscoroutinefunction(handler)


def test_a_command_is_in_exactly_one_union() -> None:
    unions = [members(union) for union in (PublicCommand, SocketCommand, RoutedCommand, InternalCommand)]
    assert sum(map(len, unions)) == len(COMMANDS), "two commands share a tag"
    for kind in defined(Command):
        assert sum(kind in union for union in unions) == 1, f"{kind.__name__} must be in exactly one union"
    assert set(members(ClientCommand)) == {*members(SocketCommand), *members(RoutedCommand)}
    assert {kind for kind in COMMANDS.values() if kind.public} == set(members(PublicCommand))


def test_events_facts_and_failures_are_in_their_union() -> None:
    assert defined(Event) == set(members(ServerEvent)) == set(EVENTS.values())
    assert defined(Fact) == set(members(AnyFact)) == set(FACTS.values())
    assert defined(Failure) == set(members(AnyFailure)) == set(FAILURES.values())


def test_a_failure_says_what_to_do() -> None:
    """Fields may not hide the `status` that is sent beside them, and what says when to come back says it in seconds."""
    for kind in FAILURES.values():
        assert isinstance(kind.status, Status)
        assert kind.status in base.HTTP_STATUS
        assert not {"status", "reason"} & set(kind.__struct_fields__)
        assert kind.status is not Status.RATE_LIMITED or "retry_after" in kind.__struct_fields__


def test_names_are_nouns_and_verbs() -> None:
    single = {"connect", "ping", "sync"}
    assert all(tag.count(".") == 1 or tag in single for tag in COMMANDS)
    assert len({kind.__name__ for kind in [*COMMANDS.values(), *EVENTS.values(), *FAILURES.values()]}) == len(
        COMMANDS
    ) + len(EVENTS) + len(FAILURES)
