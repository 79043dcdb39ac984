"""clients/web/src/protocol.ts: a type for everything a client says or hears, and `Replies`, which types its `call`."""

import json
from enum import Enum
from typing import Any

from msgspec import Struct, inspect

from . import FAILURES, PublicCommand, RoutedCommand, ServerEvent, SocketCommand, base, connection, members
from .base import Failure, tag_of
from .described import (
    ALIASES,
    AREAS,
    FROM_CLIENTS,
    GENERATED,
    alias_words,
    default_of,
    fields_of,
    may_be_left_out,
    met_by_clients,
    replies,
    title_of,
    words_of,
)

FRAMES = """/** What a client sends on a socket. `id` is its own, and unique while the command is pending. */
export interface Frame {
  id: number;
  command: ClientCommand;
}

/** What arrives on a socket. `id` is null only in the refusal of a frame whose own could not be read. */
export type ServerFrame =
  | { id: number; reply: Replies[ClientCommand["type"]] }
  | { id: number | null; refused: Failure }
  | { event: ServerEvent };
"""

DEFAULTS = """type Optional<T> = {{ [K in keyof T as object extends Pick<T, K> ? K : never]-?: T[K] }};

/** What is not sent because it is as usual. */
export const DEFAULTS: {{
{types}}} = {{
{values}}};
"""


def typescript() -> str:
    """The whole file."""
    said = alias_words()
    parts = [f"// {GENERATED}\n"]
    parts += [f"{_comment(said[name])}export type {name} = number;\n" for name in ALIASES]
    parts.append(_enum(base.Status))
    for module in AREAS:
        enums, structs = met_by_clients(module)
        parts += [f"// --- {title_of(module)}\n", *map(_enum, enums), *map(_interface, structs)]
    return "\n".join([*parts, "// --- Together\n", *_unions(), _replies(), FRAMES, _defaults(), _constants()])


def type_name(shape: Any, alias: str) -> str:  # noqa: PLR0911 (one case, one word)
    """A type in TypeScript. `alias` is what its numbers are called."""
    match shape:
        case inspect.IntType() | inspect.FloatType():
            return alias or "number"
        case inspect.StrType():
            return "string"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.EnumType() | inspect.StructType():
            return shape.cls.__name__
        case inspect.UnionType():
            return " | ".join(type_name(one, alias) for one in shape.types)
        case inspect.ListType() | inspect.VarTupleType():
            item = type_name(shape.item_type, alias)
            return f"({item})[]" if " | " in item else f"{item}[]"
        case inspect.DictType():
            return f"Record<string, {type_name(shape.value_type, alias)}>"
        case _:
            raise TypeError(f"protocol.ts has no word for {shape}")


def _comment(text: str, indent: str = "") -> str:
    lines = text.splitlines()
    if len(lines) <= 1:
        return f"{indent}/** {text} */\n" if text else ""
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def _enum(kind: type[Enum]) -> str:
    values = " | ".join(json.dumps(member.value) for member in kind)
    return f"{_comment(words_of(kind).doc)}export type {kind.__name__} = {values};\n"


def _interface(kind: type[Struct]) -> str:
    words, config = words_of(kind), kind.__struct_config__
    lines = [f"  {config.tag_field}: {json.dumps(config.tag)};\n"] if config.tag else []
    if issubclass(kind, Failure):
        lines.append(f"  status: {json.dumps(kind.status.value)};\n")
    for field in fields_of(kind):
        mark = "?" if may_be_left_out(kind, field) else ""
        comment = _comment(words.fields.get(field.name, ""), "  ")
        lines.append(f"{comment}  {field.encode_name}{mark}: {type_name(field.type, words.alias(field.name))};\n")
    if not lines:
        return f"{_comment(words.doc)}export type {kind.__name__} = Record<string, never>;\n"
    return f"{_comment(words.doc)}export interface {kind.__name__} {{\n{''.join(lines)}}}\n"


def _unions() -> list[str]:
    unions: dict[str, tuple[str, tuple[type, ...]]] = {
        "PublicCommand": ("Answered without an access token, over HTTP only.", members(PublicCommand)),
        "SocketCommand": ("Answered by the gateway itself, on a socket only.", members(SocketCommand)),
        "RoutedCommand": ("Answered for somebody signed in, over a socket or HTTP.", members(RoutedCommand)),
        "ServerEvent": ("What a client may hear.", members(ServerEvent)),
        "Failure": ("Why something was refused; `status` says what to do about it.", tuple(FAILURES.values())),
    }
    printed = [
        f"/** {doc} */\nexport type {name} =\n" + "\n".join(f"  | {kind.__name__}" for kind in kinds) + ";\n"
        for name, (doc, kinds) in unions.items()
    ]
    sayable = "/** What a client may say on a socket. */\nexport type ClientCommand = SocketCommand | RoutedCommand;\n"
    return [*printed, sayable]


def _replies() -> str:
    pairs = zip(members(FROM_CLIENTS), replies(FROM_CLIENTS), strict=True)
    lines = [f"  {json.dumps(tag_of(kind))}: {reply.__name__};\n" for kind, reply in pairs]
    return f"/** What each command is answered with. */\nexport interface Replies {{\n{''.join(lines)}}}\n"


def _defaults() -> str:
    shapes = [kind for module in AREAS for kind in met_by_clients(module)[1] if kind.__struct_config__.omit_defaults]
    types = "".join(f"  {kind.__name__}: Optional<{kind.__name__}>;\n" for kind in shapes)
    return DEFAULTS.format(types=types, values="".join(map(_default, shapes)))


def _default(kind: type[Struct]) -> str:
    fields = [field for field in fields_of(kind) if not field.required]
    lines = [f"    {field.encode_name}: {json.dumps(default_of(field))},\n" for field in fields]
    return f"  {kind.__name__}: {{\n{''.join(lines)}  }},\n"


def _constants() -> str:
    codes = "".join(f"  {code.name}: {code.value},\n" for code in connection.CloseCode)
    return (
        f"{_comment(words_of(connection.CloseCode).doc)}export const CloseCode = {{\n{codes}}} as const;\n"
        "export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];\n\n"
        f"export const SUBPROTOCOL = {json.dumps(connection.SUBPROTOCOL)};\n"
    )
