"""The smallest valid value of any type of the protocol, and values that break one rule of it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, inspect


def smallest(kind: type[Struct]) -> dict[str, Any]:
    """A Struct with its required fields only, each at its lower limit, as JSON would hold it."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    made = {field.encode_name: value_of(field.type) for field in shape.fields if field.required}
    return ({shape.tag_field: shape.tag} if shape.tag_field else {}) | made


def value_of(shape: Any) -> Any:  # noqa: PLR0911 (one case, one value)
    """A valid value of a type."""
    match shape:
        case inspect.StrType():
            return "x" * (shape.min_length or 0)
        case inspect.EnumType():
            return next(iter(shape.cls)).value
        case inspect.IntType():
            return shape.ge or 0
        case inspect.FloatType():
            return 1.5
        case inspect.BoolType():
            return True
        case inspect.ListType():
            return [value_of(shape.item_type)] * (shape.min_length or 0)
        case inspect.DictType():
            return {}
        case inspect.StructType():
            return smallest(shape.cls)
        case inspect.UnionType():
            return value_of(shape.types[0])
        case _:
            raise TypeError(f"no sample of {shape}")


def wrong_values(shape: Any) -> Iterator[Any]:
    """Values that are of another type, or one step beyond a limit."""
    for other in (None, True, 1.5, "1", [[]], {"a": {}}):
        if not _fits(shape, other):
            yield other
    yield from _beyond(shape)


def _fits(shape: Any, value: Any) -> bool:
    match shape:
        case inspect.UnionType():
            return any(_fits(one, value) for one in shape.types)
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.FloatType():
            return isinstance(value, float)
        case inspect.NoneType():
            return value is None
        case _:
            return False


def _beyond(shape: Any) -> Iterator[Any]:  # noqa: PLR0912 (one case, one limit)
    match shape:
        case inspect.UnionType():
            for one in shape.types:
                yield from _beyond(one)
        case inspect.StrType():
            if shape.min_length:
                yield "x" * (shape.min_length - 1)
            if shape.max_length:
                yield "x" * (shape.max_length + 1)
            if shape.pattern:
                yield from ("a b", "x\n", "é", "\0")
        case inspect.EnumType():
            yield from ("", next(iter(shape.cls)).value.upper())
        case inspect.IntType():
            if shape.ge is not None:
                yield shape.ge - 1
            if shape.le is not None:
                yield shape.le + 1
        case inspect.ListType():
            yield [None]
            if shape.min_length:
                yield []
            if shape.max_length:
                yield [value_of(shape.item_type)] * (shape.max_length + 1)
            for item in _beyond(shape.item_type):
                yield [item]
        case inspect.DictType():
            for value in _beyond(shape.value_type):
                yield {"1": value}
        case _:
            pass
