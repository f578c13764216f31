"""Records as plain JSON values and back. What comes back is checked against the record's own types, for it may come from anywhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")

#: Whole numbers beyond this fit no column.
_LARGEST = 2**31 - 1


def to_plain(value: Any) -> Any:
    """A record, or a value of one, as JSON knows it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def from_plain(kind: type[Kind], data: Any) -> Kind:
    """The record that `to_plain` made `data` of. Raises ValueError, naming the field, where it is none."""
    read: Kind = _read(kind, data, kind.__name__.lower())
    return read


def _read(kind: Any, value: Any, name: str) -> Any:
    if is_dataclass(kind):
        return _read_record(kind, value, name)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _need(any(value == known and type(value) is type(known) for known in arguments), value, name, f"one of {arguments}")
    if origin in (Union, UnionType):
        [inner] = [argument for argument in arguments if argument is not NoneType]
        return None if value is None else _read(inner, value, name)
    if origin is tuple:
        return tuple(_read(arguments[0], item, name) for item in _need(isinstance(value, list), value, name, "a list"))
    if origin is Mapping:
        items = _need(isinstance(value, dict), value, name, "an object")
        return items if arguments[1] is Any else {key: _read(arguments[1], item, name) for key, item in items.items()}
    return _read_scalar(kind, value, name)


def _read_scalar(kind: type, value: Any, name: str) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(_need(isinstance(value, str), value, name, "a time"))
    if kind is float:
        return float(_need(type(value) in (int, float) and math.isfinite(value), value, name, "a number"))
    if kind is int:
        return _need(type(value) is int and abs(value) <= _LARGEST, value, name, "a whole number")
    return _need(type(value) is kind, value, name, "a text" if kind is str else "true or false")


def _read_record(kind: Any, value: Any, name: str) -> Any:
    data: dict[str, Any] = _need(isinstance(value, dict), value, name, "an object")
    hints = _hints(kind)
    if unknown := sorted(data.keys() - hints.keys()):
        raise ValueError(f"unknown field {unknown[0]!r}")
    for field in fields(kind):
        if field.name not in data and field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"no {field.name}")
    return kind(**{field: _read(hints[field], item, field) for field, item in data.items()})


def _need(fits: bool, value: Any, name: str, what: str) -> Any:
    if not fits:
        raise ValueError(f"{name}: {str(value)[:40]!r} is not {what}")
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
