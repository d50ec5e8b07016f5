"""How records hang together: what repeats, and what stays the same within one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.mapping.profiles import normal_records

_LOOKED_AT = 200_000
CONSTANT = 0.995
"""Share of orders in which an amount must stay the same to count as the order's."""


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What happens within the records that share one value of a key column.

    Attributes:
        key: The column.
        rows: Records looked at that have the key.
        keyless: Records looked at that have none.
        groups: Different keys.
        repeated: Keys that stand on two records or more.
        constant: Column to the share of repeated keys within which it has at most one value.
        lone: Column to the share of repeated keys within which exactly one record has it filled.
        filled: Column to the share of repeated keys within which it is filled at all.
        keyless_filled: Column to the share of records without a key in which it is filled.
    """

    key: str
    rows: int
    keyless: int
    groups: int
    repeated: int
    constant: Mapping[str, float] = field(default_factory=dict)
    lone: Mapping[str, float] = field(default_factory=dict)
    filled: Mapping[str, float] = field(default_factory=dict)
    keyless_filled: Mapping[str, float] = field(default_factory=dict)

    @property
    def repeats(self) -> bool:
        """Whether keys repeat often enough to be more than slips."""
        return self.repeated > max(2, 0.005 * self.groups) or (
            self.repeated > 0 and self.groups < 200
        )

    def is_constant(self, column: str) -> bool:
        """Whether the column has one value a key, wherever a key repeats."""
        return self.repeated > 0 and self.constant.get(column, 0.0) >= CONSTANT


def structure_of(raw: ir.Table, key: str, columns: Iterable[str]) -> Structure:
    """How the columns behave within each value of `key`; whole keys of a large file are sampled."""
    others = [name for name in columns if name != key]
    records = normal_records(raw)
    rows = int(records.count().to_pyarrow().as_py())
    keyed = records.select(
        key=records[key], **{f"c{at}": _hashed(records[name]) for at, name in enumerate(others)}
    )
    share = max(1, round(rows / _LOOKED_AT))
    if share > 1:
        keyed = keyed.filter(keyed.key.isnull() | (keyed.key.hash() % share == 0))
    groups = keyed.group_by("key").agg(records=keyed.count(), **_spreads(keyed, len(others)))
    found = groups.agg(**_counts(groups, len(others))).to_pyarrow().to_pylist()[0]
    repeated = int(found["repeated"] or 0)
    return Structure(
        key=key,
        rows=int(found["rows"] or 0),
        keyless=int(found["keyless"] or 0),
        groups=int(found["groups"] or 0),
        repeated=repeated,
        constant=_shares(found, "constant", others, repeated),
        lone=_shares(found, "lone", others, repeated),
        filled=_shares(found, "filled", others, repeated),
        keyless_filled=_shares(found, "keyless", others, int(found["keyless"] or 0)),
    )


def _hashed(column: Any) -> ir.Value:
    """Numbers compare as well as texts, and much faster."""
    return ibis.ifelse(column.isnull(), ibis.null("int64"), column.hash())


def _spreads(keyed: ir.Table, columns: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for at in range(columns):
        column = keyed[f"c{at}"]
        made[f"same{at}"] = (column.min() == column.max()).fill_null(True)
        made[f"times{at}"] = column.count()
    return made


def _counts(groups: ir.Table, columns: int) -> dict[str, Any]:
    there = groups.key.notnull()
    several = there & (groups.records > 1)
    made: dict[str, Any] = {
        "rows": groups.records.sum(where=there),
        "keyless": groups.records.sum(where=groups.key.isnull()),
        "groups": there.sum(),
        "repeated": several.sum(),
    }
    for at in range(columns):
        made[f"constant{at}"] = (several & groups[f"same{at}"]).sum()
        made[f"lone{at}"] = (several & (groups[f"times{at}"] == 1)).sum()
        made[f"keyless{at}"] = groups[f"times{at}"].sum(where=groups.key.isnull())
        made[f"filled{at}"] = (several & (groups[f"times{at}"] > 0)).sum()
    return made


def _shares(
    found: Mapping[str, Any], what: str, columns: list[str], repeated: int
) -> dict[str, float]:
    return {
        name: (int(found[f"{what}{at}"] or 0) / repeated if repeated else 0.0)
        for at, name in enumerate(columns)
    }


def equal_share(raw: ir.Table, column: str, other: str) -> float:
    """Share of the records with both columns filled in which they are equal."""
    records = normal_records(raw)
    same = records[column] == records[other]
    found = records.agg(same=same.sum(), both=same.count()).to_pyarrow().to_pylist()[0]
    return int(found["same"] or 0) / int(found["both"]) if found["both"] else 0.0


def line_arithmetic(raw: ir.Table, quantity: str, price: str, amount: str) -> float:
    """Share of records in which quantity times price is the amount, to a cent a piece."""
    records = normal_records(raw).limit(_LOOKED_AT // 10)
    pieces, each, total = (_number(records[name]) for name in (quantity, price, amount))
    fits = (pieces * each - total).abs() <= ibis.greatest(pieces.abs() * 0.006, 0.011)
    known = pieces.notnull() & each.notnull() & total.notnull()
    found = records.agg(
        fits=(fits & known).sum(), known=(known & (pieces != 1)).sum(), ones=known.sum()
    )
    counted = found.to_pyarrow().to_pylist()[0]
    return int(counted["fits"] or 0) / int(counted["ones"]) if counted["known"] else 0.0


def _number(column: Any) -> ir.Value:
    return column.re_replace(r"[^\d.-]", "").try_cast("float64")
