"""`python -m clients.operator`: reports, and what operators do about them. Run it where the services' settings are.

It speaks to auth over NATS, with commands that the gateway offers to nobody; docs/moderation.md tells the rest.
"""

import argparse
import asyncio
import os
import sys
from typing import Annotated, Any

import nats.errors
from msgspec import Meta
from msgspec.structs import replace

from dialog import log
from dialog.bus import Bus
from dialog.config import OPERATOR, ConfigError, Settings, load
from dialog.protocol.base import Command, Refused
from dialog.protocol.frames import ENCODER
from dialog.protocol.moderation import (
    DismissReport,
    FindAccount,
    LiftSuspension,
    ListReports,
    ReadAudit,
    ReadReport,
    RemoveContent,
    RemoveMessage,
    SuspendUser,
    WarnUser,
)

from . import show
from .words import parse


class Config(Settings, frozen=True, kw_only=True):
    """The shared settings, and one of our own."""

    name: Annotated[str, Meta(description="who acts")] = ""


START_SECONDS = 5.0

ORDERS: dict[str, type[Command[Any]]] = {
    "report": ReadReport,
    "dismiss": DismissReport,
    "warn": WarnUser,
    "suspend": SuspendUser,
    "lift": LiftSuspension,
    "remove-message": RemoveMessage,
    "remove-content": RemoveContent,
}
"""What the audit log keeps; the options of each are named like its fields."""


class Stop(Exception):
    """It cannot be done; the text says why."""


def main() -> int:
    options = parse(sys.argv[1:])
    log.set_up(OPERATOR, style="console", level="critical")
    try:
        config = replace(load(Config, OPERATOR, os.environ), start_timeout=START_SECONDS)
        answer = asyncio.run(_ask(config, options))
    except (Stop, ConfigError) as stop:
        print(stop, file=sys.stderr)
    except (nats.errors.Error, OSError, TimeoutError):
        print("NATS does not answer: are these the settings of the services?", file=sys.stderr)
    except Refused as refused:
        print(f"refused: {refused}: {ENCODER.encode(refused.failure).decode()}", file=sys.stderr)
    else:
        print(ENCODER.encode(answer).decode() if options.json else "\n".join(show.lines(answer)))
        return 0
    return 1


async def _ask(config: Config, options: argparse.Namespace) -> show.Answer:
    bus = await Bus.connect(config, OPERATOR)
    try:
        user_id = await _user_id(bus, getattr(options, "user", None))
        if "why" not in options:
            return await _look(bus, options, user_id)
        operator = options.operator or config.name
        if not operator:
            raise Stop("who are you? --operator NAME, or DIALOG_OPERATOR_NAME in the environment")
        return await bus.call(_order(options, operator, user_id))
    finally:
        await bus.close()


async def _user_id(bus: Bus, name: str | None) -> int | None:
    """Whom a name or an id means. Raises Refused."""
    if name is None or name.isdecimal():
        return int(name) if name else None
    return (await bus.call(FindAccount(username=name.removeprefix("@")))).user.id


async def _look(bus: Bus, options: argparse.Namespace, user_id: int | None) -> show.Answer:
    match options.command:
        case "account":
            return await bus.call(FindAccount(user_id=user_id))
        case "audit":
            return await bus.call(ReadAudit(user_id=user_id, before=options.before, limit=options.limit))
        case _:
            return await bus.call(
                ListReports(closed=options.closed, user_id=user_id, before=options.before, limit=options.limit)
            )


def _order(options: argparse.Namespace, operator: str, user_id: int | None) -> Command[Any]:
    """What goes into the audit log."""
    kind = ORDERS[options.command]
    given = vars(options) | {"operator": operator, "user_id": user_id}
    return kind(**{name: given[name] for name in kind.__struct_fields__})


if __name__ == "__main__":
    sys.exit(main())
