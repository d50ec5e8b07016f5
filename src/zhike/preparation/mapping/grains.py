"""What a record of a file can be, and what tells that."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from zhike.preparation.reading import Grain
from zhike.schema import Field, standard_table


@dataclass(frozen=True, kw_only=True)
class GrainRule:
    """What files of one grain look like.

    Attributes:
        grain: What one record is.
        main: The standard table that a record is a row of.
        tables: Tables that it may feed.
        needs: Groups of fields; of each group at least one must be mapped.
        targets: Field to how readily it is taken here, 0 to 1.
    """

    grain: Grain
    main: str
    needs: tuple[tuple[str, ...], ...]
    targets: Mapping[str, float]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that files of this grain may feed, the main one first."""
        return tuple(dict.fromkeys(target.split(".")[0] for target in self.targets))


def field_of(target: str) -> Field:
    """The schema's field behind "table.field"."""
    table, name = target.split(".")
    return standard_table(table)[name]


@lru_cache(maxsize=1)
def grain_rules() -> Mapping[Grain, GrainRule]:
    """Every grain, in the order in which equals are preferred."""
    source = files("zhike.preparation.mapping") / "grains.toml"
    read: dict[Any, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    parts = read.pop("_parts")
    return {grain: _rule(grain, entry, parts) for grain, entry in read.items()}


_SECOND_TOTAL = "orders.gross_amount"
"""One total alone is what was paid: only a second one can be the total before discounts."""


def _rule(grain: Any, entry: dict[str, Any], parts: dict[str, Any]) -> GrainRule:
    targets = {
        f"{table}.{item.name}": 1.0
        for table in entry["whole"]
        for item in standard_table(table).fields
        if not item.derived
    }
    for part in entry.get("parts", ()):
        table, readily = parts[part]["table"], parts[part]["readily"]
        targets |= {f"{table}.{name}": readily for name in parts[part]["fields"]}
    for target in entry.get("without", ()):
        del targets[target]
    if _SECOND_TOTAL in targets:
        targets[_SECOND_TOTAL] = 0.99
    return GrainRule(
        grain=grain,
        main=entry["main"],
        needs=tuple(map(tuple, entry["needs"])),
        targets=targets,
    )
