"""The protocol as the generator reads it: its areas, the types a client meets, and the words written beside them."""

import ast
import inspect as source
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, cast

from msgspec import NODEFAULT, Struct, inspect

from . import (
    FAILURES,
    ClientCommand,
    PublicCommand,
    ServerEvent,
    accounts,
    bans,
    base,
    chats,
    connection,
    invites,
    members,
    messages,
    notices,
    people,
    preferences,
    presence,
    reactions,
    receipts,
    reports,
    roles,
    scheduled,
    search,
    settings,
    warnings,
)
from .base import Command, reply_type

AREAS = (
    base,
    connection,
    accounts,
    people,
    settings,
    roles,
    chats,
    bans,
    invites,
    messages,
    reactions,
    scheduled,
    notices,
    receipts,
    preferences,
    presence,
    reports,
    search,
    warnings,
)
FROM_CLIENTS: Any = PublicCommand | ClientCommand
ALIASES = ("Id", "Seq", "Millis")
"""Numbers that the generated files call by their name in base.py."""

GENERATED = "Generated from libs/dialog/protocol by `make gen`; do not edit."


@dataclass(frozen=True)
class Words:
    """What the source says of a class: its docstring, and for each field the string below it and its annotation."""

    doc: str
    fields: dict[str, str]
    annotations: dict[str, set[str]]

    def alias(self, field: str) -> str:
        """Which of ALIASES the field is declared with, if any."""
        return next((name for name in ALIASES if name in self.annotations[field]), "")


@cache
def words_of(kind: type) -> Words:
    """The words beside a class."""
    tree = cast("ast.ClassDef", ast.parse(source.getsource(kind)).body[0])
    names = {
        node.target.id: _names_in(node.annotation, kind.__module__)
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return Words(doc=ast.get_docstring(tree) or "", fields=_strings_below(tree.body), annotations=names)


def alias_words() -> dict[str, str]:
    """What base.py says of each of ALIASES."""
    said = _strings_below(_tree(base.__name__).body)
    return {name: said[name] for name in ALIASES}


def _names_in(annotation: ast.expr, module: str) -> set[str]:
    """The names in an annotation, and those in what they stand for in its module (`UserIds` is a list of `Id`)."""
    names = {part.id for part in ast.walk(annotation) if isinstance(part, ast.Name)}
    meant = {
        part.id
        for node in _tree(module).body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
        for part in ast.walk(node.value)
        if isinstance(part, ast.Name)
    }
    return names | meant


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(source.getsource(sys.modules[module]))


def _strings_below(body: Sequence[ast.stmt]) -> dict[str, str]:
    """The string literals that stand below an assignment, by the name assigned to."""
    said: dict[str, str] = {}
    for node, following in pairwise(body):
        match node, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = source.cleandoc(text)
            case _:
                pass
    return said


def title_of(module: ModuleType) -> str:
    """The first line of a module's docstring."""
    return (module.__doc__ or "").splitlines()[0].rstrip(".")


def fields_of(kind: type[Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a Struct, with their limits."""
    return cast("inspect.StructType", inspect.type_info(kind)).fields


def may_be_left_out(kind: type[Struct], field: inspect.Field) -> bool:
    """Whether a client may leave the field out, of what it sends. What it receives is always there, if null, but for
    the few shapes that leave out what is as usual."""
    config = kind.__struct_config__
    return (config.forbid_unknown_fields or config.omit_defaults) and not field.required


def default_of(field: inspect.Field) -> Any:
    """What a field that is left out stands for."""
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def parts_of(shape: Any) -> list[Any]:
    """The types that a type is made of: items, keys and values, members of a union."""
    parts = [getattr(shape, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    return [part for part in parts if part] + list(getattr(shape, "types", ()))


def replies(commands: Any) -> list[type[Struct]]:
    """What the commands of a union are answered with."""
    return [reply_type(cast("type[Command[Any]]", kind)) for kind in members(commands)]


def met(module: ModuleType, roots: Iterable[type[Struct]]) -> list[type]:
    """The classes of `module` that somebody who says or hears `roots` meets, in the order they are written."""
    seen: set[type] = set()
    for root in roots:
        _reach(inspect.type_info(root), seen)
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and kind in seen and kind.__module__ == module.__name__
    ]


def _reach(shape: Any, seen: set[type]) -> None:
    if isinstance(shape, inspect.EnumType):
        seen.add(shape.cls)
    elif not isinstance(shape, inspect.StructType):
        for part in parts_of(shape):
            _reach(part, seen)
    elif shape.cls not in seen:
        seen.add(shape.cls)
        for field in shape.fields:
            _reach(field.type, seen)


def met_by_clients(module: ModuleType) -> tuple[list[type[Enum]], list[type[Struct]]]:
    """The enums and Structs of `module` that a client sends or receives."""
    roots = [*members(FROM_CLIENTS), *replies(FROM_CLIENTS), *members(ServerEvent), *FAILURES.values()]
    kinds = met(module, roots)
    return [kind for kind in kinds if issubclass(kind, Enum)], [kind for kind in kinds if issubclass(kind, Struct)]
