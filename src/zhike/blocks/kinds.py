"""What each block is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

from zhike.i18n import LazyText

Format = Literal["text", "count", "number", "amount", "share", "day", "days", "month", "score"]
"""How a value is written: `amount` in the shop's currency, `share` as a percentage."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph."""

    body: LazyText
    tone: Literal["plain", "note", "warning"] = "plain"


@dataclass(frozen=True, kw_only=True)
class Number:
    """One number with its label, its comparison and where it comes from.

    Attributes:
        name: Metric name of the catalogue, or the analysis' own.
        label: What people read.
        value: None where it cannot be computed.
        format: How it is written.
        definition: What it means, in a sentence.
        comparisons: Label of an earlier period to its value ("previous period").
        direction: Whether more is better ("up"), worse ("down"), or neither ("").
    """

    name: str
    label: LazyText
    value: float | None
    format: Format
    definition: LazyText
    comparisons: Mapping[str, float | None] = field(default_factory=dict)
    direction: Literal["up", "down", ""] = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """How one column of a table is shown."""

    name: str
    label: LazyText
    format: Format = "text"
    labels: Mapping[str, LazyText] = field(default_factory=dict)  # shown words for coded values


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows with a title; `rows` are Arrow, `columns` say how each is shown."""

    name: str
    title: LazyText
    rows: pa.Table
    columns: tuple[Column, ...]
    note: LazyText | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture: an ECharts option, a text alternative and the table behind it."""

    name: str
    title: LazyText
    option: Mapping[str, Any]
    alternative: LazyText
    table: Table


Block = Text | Number | Table | Chart


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that stands out, in a sentence.

    Attributes:
        code: Stable name for programs.
        sentence: What was found, with its number and comparison.
        tone: Good news, bad news, or neither.
        amount: Money at stake, for ranking; None where there is none.
        customers: The cell whose customers are meant, for `result.customers(**cell)`.
    """

    code: str
    sentence: LazyText
    tone: Literal["good", "bad", "neutral"] = "neutral"
    amount: float | None = None
    customers: Mapping[str, str] = field(default_factory=dict)
