"""The parameters of an analysis as fields of a form, and what was filled in as values."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Any, Literal

from zhike.catalogue import Analysis, parameters_of
from zhike.catalogue.parameters import Parameter, Whole
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy

YES, NO = "yes", "no"
ANSWERS: Mapping[str, LazyText] = {YES: lazy("Yes"), NO: lazy("No")}


Asked = Literal["text", "whole", "number", "day", "choice"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One parameter on a form.

    Attributes:
        name: As in the address.
        label: What it is for.
        kind: How it is asked for.
        value: What is filled in.
        placeholder: What holds where nothing is.
        hint: What it may be; empty where its kind says so.
        choices: Value to word, of a choice.
        least: Of a whole number.
        most: Of a whole number.
    """

    name: str
    label: LazyText
    kind: Asked
    value: str = ""
    placeholder: str = ""
    hint: LazyText | None = None
    choices: Mapping[str, LazyText | str] | None = None
    least: int | None = None
    most: int | None = None


def fields_of(as_run: Analysis, given: Mapping[str, str]) -> Iterator[Field]:
    """The form of an analysis: what the run had as placeholders, what was given filled in."""
    for item in parameters_of(type(as_run)):
        constraint = item.constraint
        choices = _choices(item)
        kind: Asked = "choice" if choices else _KINDS.get(_plain(item.type), "text")
        yield Field(
            name=item.name,
            label=item.description,
            kind=kind,
            value=given.get(item.name, ""),
            placeholder=_written(getattr(as_run, item.name)),
            hint=constraint.words() if constraint is not None and choices is None else None,
            choices=choices,
            least=constraint.least if isinstance(constraint, Whole) else None,
            most=constraint.most if isinstance(constraint, Whole) else None,
        )


def values_of(kind: type[Analysis], given: Mapping[str, str]) -> dict[str, Any]:
    """What was filled in, as the analysis takes it; empty fields are left out.

    Raises:
        ParameterError: A name that there is not, or text that cannot be what it should.
    """
    known = {item.name: item for item in parameters_of(kind)}
    values = {}
    for name, text in given.items():
        if name not in known:
            raise ParameterError.unknown(lazy("parameter"), name, known)
        if text.strip():
            values[name] = _value(known[name], text.strip())
    return values


def _value(item: Parameter, text: str) -> Any:
    kind = _plain(item.type)
    try:
        if typing.get_origin(kind) is tuple:
            inner = typing.get_args(kind)[0]
            return tuple(inner(word) for word in text.replace("，", ",").split(","))
        return _READ[kind](text)
    except (ValueError, KeyError):
        allowed = item.constraint.words() if item.constraint is not None else _ALLOWED.get(kind)
        raise ParameterError.out_of_bounds(
            item.name, text, allowed or lazy("something else")
        ) from None


def _choices(item: Parameter) -> Mapping[str, LazyText | str] | None:
    if _plain(item.type) is bool:
        return ANSWERS
    words: tuple[str, ...] = getattr(item.constraint, "choices", ())
    if typing.get_origin(_plain(item.type)) is Literal:
        words = tuple(str(word) for word in typing.get_args(_plain(item.type)))
    return {word: word for word in words} or None


def _plain(kind: Any) -> Any:
    """The type of a parameter without `None`."""
    if typing.get_origin(kind) in (typing.Union, UnionType):
        return next(item for item in typing.get_args(kind) if item is not type(None))
    return kind


def _written(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case tuple():
            return ", ".join(map(str, value))
    return str(value)


_KINDS: Mapping[Any, Literal["whole", "number", "day"]] = {
    int: "whole",
    float: "number",
    date: "day",
}
_READ: Mapping[Any, Any] = {
    int: int,
    float: float,
    str: str,
    date: date.fromisoformat,
    bool: {YES: True, NO: False}.__getitem__,
}
_ALLOWED: Mapping[Any, LazyText] = {
    int: lazy("a whole number"),
    float: lazy("a number"),
    date: lazy("a day, 2024-03-01"),
    bool: lazy("yes or no"),
}
