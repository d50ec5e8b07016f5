"""The sixteen standard tables, read from `definitions/*.toml`: the only place that defines them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema.fields import Field, Kind, StandardTable

TABLE_NAMES: tuple[str, ...] = (
    "customers", "people", "orders", "order_lines", "refunds", "products", "events",
    "interactions", "responses", "reviews", "tickets", "touches", "spend", "leads", "market",
    "staff",
)  # fmt: skip


@lru_cache(maxsize=len(TABLE_NAMES))
def standard_table(name: str) -> StandardTable:
    """The standard table of that name.

    Raises:
        ParameterError: There is none.

    Examples:
        >>> standard_table("orders").key
        ('order_id',)
        >>> standard_table("orders")["ordered_at"].kind.value
        'instant'
    """
    if name not in TABLE_NAMES:
        raise ParameterError.unknown(lazy("standard table"), name, TABLE_NAMES)
    source = files("zhike.schema") / "definitions" / f"{name}.toml"
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return StandardTable(
        name=name,
        label=_both(read["label"]),
        grain=_both(read["grain"]),
        key=tuple(read["key"]),
        fields=tuple(_field(column, entry) for column, entry in read["fields"].items()),
    )


def standard_tables() -> tuple[StandardTable, ...]:
    """All standard tables, in the order of the design."""
    return tuple(standard_table(name) for name in TABLE_NAMES)


def _field(name: str, entry: dict[str, Any]) -> Field:
    return Field(
        name=name,
        kind=Kind(entry["kind"]),
        label=_both(entry["label"]),
        description=_both(entry["description"]),
        synonyms=tuple(entry.get("synonyms", ())),
        weak=tuple(entry.get("weak", ())),
        required=entry.get("required", False),
        personal=entry.get("personal", ""),
        choices=tuple(entry.get("choices", ())),
        derived=entry.get("derived", False),
        missing=entry.get("missing", "null"),
    )


def _both(pair: list[str]) -> LazyText:
    zh, en = pair
    return LazyText.of(en=en, zh=zh)
