"""What an analysis is: declared parameters, a question, needs, and one verb."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Protocol

import ibis.expr.types as ir

from zhike.blocks import Block, Finding
from zhike.catalogue.parameters import check_parameters
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop


@dataclass(frozen=True)
class Needs:
    """What an analysis cannot do without.

    Attributes:
        columns: Standard table to the columns of it that must hold values.
        any_of: Standard table to columns of which at least one must hold values.
        history_days: Least days between the first and the last order.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history_days: int = 0


class Result(Protocol):
    """What an analysis found: a frozen dataclass.

    Fields that are Arrow tables are its bounded summaries; fields that are lazy Ibis tables hold
    one row a customer.
    """

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Headline numbers by metric name."""
        ...

    def blocks(self) -> Iterator[Block]:
        """How to show it, in order."""
        ...

    def findings(self) -> Iterator[Finding]:
        """What stands out."""
        ...

    def customers(self, **cell: str) -> ir.Table:
        """The customers behind a cell, such as `segment="champions"`; all without one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Analysis(ABC):
    """A computed answer; its dataclass fields are its parameters.

    Attributes:
        as_of: Day to look back from; what happened on or after it is left out. None means the
            shop's own day.
    """

    name: ClassVar[str]
    title: ClassVar[LazyText]
    question: ClassVar[LazyText]
    needs: ClassVar[Needs] = Needs()
    shows_every_metric: ClassVar[bool] = False
    """Whether it rests on the company's own metrics and targets."""
    is_tried: ClassVar[bool] = False
    """Whether its result says how well it would have foretold the past (`accuracy_cards()`)."""
    reads_cards: ClassVar[bool] = False
    """Whether it looks at the cards of others, so that it is computed after them."""

    as_of: Annotated[
        date | None, lazy("Day to look back from; what happened on or after it is left out.")
    ] = None

    def __post_init__(self) -> None:
        check_parameters(self)

    @abstractmethod
    def run(self, data: Shop) -> Any:
        """The answer for this shop."""
