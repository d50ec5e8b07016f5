"""Parameter constraints, declared once on the type.

`Annotated[int, Whole(2, 10), lazy("How many bins.")]` feeds construction, CLI options, forms, docs
and the tests of bad values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints

from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy


class Constraint(Protocol):
    """What a parameter's value must be."""

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        ...

    def words(self) -> LazyText:
        """What is allowed, as the end of "it must be …"."""
        ...


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and (self.least <= value <= self.most)
        )

    def words(self) -> LazyText:
        """What is allowed."""
        return lazy("a whole number from {least} to {most}", least=self.least, most=self.most)


@dataclass(frozen=True)
class Share:
    """A number from 0 to 1."""

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        return isinstance(value, int | float) and 0 <= value <= 1

    def words(self) -> LazyText:
        """What is allowed."""
        return lazy("a number from 0 to 1")


@dataclass(frozen=True)
class OneOf:
    """One of the given words."""

    choices: tuple[str, ...]

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        return value in self.choices

    def words(self) -> LazyText:
        """What is allowed."""
        return lazy("one of {choices}", choices=", ".join(self.choices))


@dataclass(frozen=True)
class Ascending:
    """As many numbers as asked for, each larger than the one before."""

    count: int

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        return (
            isinstance(value, tuple)
            and len(value) == self.count
            and all(isinstance(item, int | float) and isfinite(item) for item in value)
            and all(low < high for low, high in pairwise(value))
        )

    def words(self) -> LazyText:
        """What is allowed."""
        return lazy("{count} numbers, each larger than the one before", count=self.count)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of an analysis, as surfaces need it."""

    name: str
    type: Any
    default: Any
    constraint: Constraint | None
    description: LazyText


def parameters_of(analysis: type) -> Iterator[Parameter]:
    """The parameters of an analysis class, in order, from its annotated fields."""
    hints = get_type_hints(analysis, include_extras=True)
    for item in dataclasses.fields(analysis):
        hint = hints[item.name]
        notes: list[Any] = []
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
        default = None if item.default is dataclasses.MISSING else item.default
        yield Parameter(
            name=item.name,
            type=hint,
            default=default,
            constraint=next((note for note in notes if hasattr(note, "allows")), None),
            description=next((note for note in notes if isinstance(note, LazyText)), LazyText("")),
        )


def check_parameters(analysis: object) -> None:
    """Refuse a value outside its constraint; called on construction.

    Raises:
        ParameterError: Names the parameter, its value and what is allowed.
    """
    for parameter in parameters_of(type(analysis)):
        value = getattr(analysis, parameter.name)
        if value is None and parameter.default is None:
            continue
        if parameter.constraint is not None and not parameter.constraint.allows(value):
            raise ParameterError.out_of_bounds(parameter.name, value, parameter.constraint.words())
        if date in (parameter.type, *get_args(parameter.type)) and not isinstance(value, date):
            raise ParameterError.out_of_bounds(parameter.name, value, lazy("a day, 2024-03-01"))
