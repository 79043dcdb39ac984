"""docs/protocol.md: the hand-written docs/protocol-head.md, then all there is to say and hear, area by area."""

import json
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import msgspec
from msgspec import Struct, inspect

from . import (
    FACTS,
    FAILURES,
    InternalCommand,
    PublicCommand,
    SocketCommand,
    base,
    connection,
    internal,
    members,
    moderation,
)
from .base import HTTP_STATUS, Audience, Command, Event, Fact, Failure, reply_type, tag_of
from .described import (
    AREAS,
    GENERATED,
    alias_words,
    fields_of,
    may_be_left_out,
    met,
    met_by_clients,
    parts_of,
    replies,
    title_of,
    words_of,
)
from .typescript import type_name

HEARD_BY = {
    Audience.CHAT: "everyone in the chat",
    Audience.USER: "all sockets of one person",
    Audience.SOCKET: "one socket alone",
}


def markdown(head: str) -> str:
    """The whole document."""
    parts = [f"<!-- {GENERATED} All above the reference is docs/protocol-head.md. -->\n", head, "## Reference\n"]
    parts.append("Numbers that mean something are called by name:\n")
    parts.append(_table(["type", "meaning"], [[f"`{name}`", said] for name, said in alias_words().items()]))
    parts += [_area(module) for module in AREAS if module is not base]
    return "\n".join([*parts, _failures(), _close_codes(), _between_services()])


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(" ".join(cell.split()) for cell in line) + " |\n" for line in lines)


def _area(module: ModuleType) -> str:
    _, structs = met_by_clients(module)
    commands = [kind for kind in structs if issubclass(kind, Command)]
    events = [kind for kind in structs if issubclass(kind, Event)]
    shapes = [kind for kind in structs if not issubclass(kind, Command | Event | Failure)]
    parts = [f"## {title_of(module)}\n", *map(_command, commands)]
    if events:
        parts += ["### Events\n", *map(_event, events)]
    if shapes:
        parts += ["### Shapes\n", *map(_shape, shapes)]
    return "\n".join(parts)


def _command(kind: type[Command[Any]]) -> str:
    reply = reply_type(kind)
    answer = f"[{reply.__name__}](#{reply.__name__.lower()})" if fields_of(reply) else "nothing (`{}`)"
    return _section(f"### `{tag_of(kind)}`", kind, f"Sent by {_sender(kind)}. Answered with {answer}.")


def _sender(kind: type[Command[Any]]) -> str:
    if kind in members(PublicCommand):
        return "anyone, without an access token, over HTTP only"
    if kind in members(SocketCommand):
        return "a client on its socket; the gateway itself answers"
    if kind in members(InternalCommand):
        return "services only"
    return "anyone signed in, on a socket or over HTTP"


def _event(kind: type[Event]) -> str:
    ephemeral = "; ephemeral: it may be dropped and is never stored" if kind.ephemeral else ""
    return _section(f"#### `{tag_of(kind)}`", kind, f"Heard by {HEARD_BY[kind.audience]}{ephemeral}.")


def _shape(kind: type[Struct]) -> str:
    return _section(f"#### {kind.__name__}", kind, "")


def _section(heading: str, kind: type[Struct], remark: str) -> str:
    words = words_of(kind)
    rows: list[list[str]] = []
    for field in fields_of(kind):
        alias = words.alias(field.name)
        notes = [_limits(field.type, alias), words.fields.get(field.name, "").rstrip(".")]
        if may_be_left_out(kind, field):
            notes.append(f"default `{json.dumps(_default(field))}`")
        rows.append([f"`{field.encode_name}`", _type(field.type, alias), "; ".join(filter(None, notes))])
    table = _table(["field", "type", ""], rows) if rows else ""
    return "\n".join(
        [heading + "\n", *(f"{part}\n" for part in (words.doc, remark) if part), *([table] if table else [])]
    )


def _default(field: inspect.Field) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _type(shape: Any, alias: str) -> str:  # noqa: PLR0911 (one case, one word)
    match shape:
        case inspect.IntType() if not alias:
            return "integer"
        case inspect.EnumType():
            return " or ".join(f"`{member.value}`" for member in shape.cls)
        case inspect.StructType():
            return f"[{shape.cls.__name__}](#{shape.cls.__name__.lower()})"
        case inspect.UnionType():
            return " or ".join(_type(one, alias) for one in shape.types)
        case inspect.ListType() | inspect.VarTupleType():
            return f"list of {_type(shape.item_type, alias)}"
        case inspect.DictType():
            return f"object of {_type(shape.value_type, alias)} by name"
        case _:
            return type_name(shape, alias)


def _limits(shape: Any, alias: str) -> str:
    """What the decoder holds a field to beyond its type. The ranges of ALIASES go without saying."""
    match shape:
        case inspect.IntType() | inspect.FloatType() if not alias:
            notes = [_range(shape.ge, None if shape.le == base.MAX_ID else shape.le, "")]
        case inspect.StrType():
            pattern = f"matches `{shape.pattern}`" if shape.pattern else ""
            notes = [_range(shape.min_length, shape.max_length, "characters"), pattern]
        case inspect.ListType():
            notes = [_range(shape.min_length, shape.max_length, "items")]
        case _:
            notes = []
    return "; ".join(filter(None, [*notes, *(_limits(part, alias) for part in parts_of(shape))]))


def _range(least: float | None, most: float | None, unit: str) -> str:
    if least and most:
        return f"{least} to {most} {unit}".rstrip()
    if most is not None:
        return f"at most {most} {unit}".rstrip()
    return "" if least is None else f"at least {least} {unit}".rstrip()


def _failures() -> str:
    rows = [
        [
            f"`{tag}`",
            f"`{kind.status.value}`",
            str(HTTP_STATUS[kind.status]),
            ", ".join(f"`{field.encode_name}`" for field in fields_of(kind)),
            words_of(kind).doc,
        ]
        for tag, kind in FAILURES.items()
    ]
    return "## Failures\n\n" + _table(["reason", "status", "HTTP", "fields", "meaning"], rows)


def _close_codes() -> str:
    rows = [
        [str(code.value), code.name.lower().replace("_", " "), "reconnects" if code < 4500 else "does not reconnect"]
        for code in connection.CloseCode
    ]
    return "## Close codes\n\n" + _table(["code", "meaning", "the client"], rows)


def _between_services() -> str:
    commands = [kind for kind in members(InternalCommand) if issubclass(kind, Command)]
    reached = [*commands, *replies(InternalCommand)]
    shapes = [kind for area in (internal, moderation) for kind in met(area, reached) if kind not in commands]
    facts = [[f"`{tag}`", words_of(kind).doc] for tag, kind in FACTS.items()]
    return "\n".join(
        [
            "## Between services\n",
            "What only services say to each other, on the bus. A client that tries is refused with `invalid`.\n",
            *map(_command, commands),
            f"### Facts\n\n{words_of(Fact).doc}\n",
            _table(["fact", "meaning"], facts),
            "### Shapes between services\n",
            *(_shape(kind) for kind in shapes if issubclass(kind, Struct)),
        ]
    )
