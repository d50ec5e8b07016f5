"""Bounded tables of the channels, from what the engine counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from zhike.analyses.channel_facts import MONTHS, OTHER
from zhike.analyses.channel_kinds import GROUP_OF, GROUPS, kind_of

MOST_CHANNELS = 12
YEAR = 12
MONTHS_SHOWN = 25


def largest(months: pa.Table) -> list[str]:
    """The names of the largest channels by revenue, at most twelve."""
    revenue: dict[str, float] = defaultdict(float)
    for row in months.to_pylist():
        revenue[row["channel"]] += row["revenue"]
    ranked = sorted(revenue, key=lambda name: (-revenue[name], name))
    return ranked[:MOST_CHANNELS]


def channel_rows(months: pa.Table, cells: pa.Table, names: list[str]) -> pa.Table:
    """One row a channel: money, purchases, customers, growth."""
    rows = {name: _nothing() for name in [*names, OTHER]}
    number = max(months["month"].to_pylist(), default=0)
    for row in months.to_pylist():
        into = rows[row["channel"] if row["channel"] in names else OTHER]
        into["purchases"] += row["purchases"]
        into["revenue"] += row["revenue"] - row["refund_amount"]
        into["paid_amount"] += row["paid_amount"]
        into["returned_amount"] += row["returned_amount"]
        age = number - row["month"]  # the month of the last purchase may not be over
        if 1 <= age <= YEAR:
            into["last_year"] += row["revenue"]
        elif YEAR < age <= 2 * YEAR:
            into["year_before"] += row["revenue"]
    for cell in cells.to_pylist():
        rows[cell["first_channel"]]["new_customers"] += cell["customers"]
        for name in members_of(cell["mask"], names):
            rows[name]["customers"] += cell["customers"]
            rows[name]["shared_customers"] += cell["customers"] if cell["channels"] > 1 else 0
    oldest = min(months["month"].to_pylist(), default=0)
    return _table(rows, has_two_years=number - oldest >= 2 * YEAR)


def members_of(mask: int, names: Sequence[str]) -> list[str]:
    """The channels of a mask."""
    shown = [*names, OTHER]
    return [name for place, name in enumerate(shown) if mask >> place & 1]


def flows(cells: pa.Table) -> pa.Table:
    """Repeat customers by first and last channel, the largest flows first."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for cell in cells.to_pylist():
        if cell["is_repeat"]:
            counts[cell["first_channel"], cell["last_channel"]] += cell["customers"]
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return pa.table(
        {
            "first_channel": pa.array([first for (first, _), _ in ranked], pa.string()),
            "last_channel": pa.array([last for (_, last), _ in ranked], pa.string()),
            "customers": pa.array([count for _, count in ranked], pa.int64()),
        }
    )


def reach_rows(cells: pa.Table) -> pa.Table:
    """Customers of one purchase, of several in one channel, and of several channels."""
    sums = {name: _empty() for name in ("once", "one", "several")}
    for cell in cells.to_pylist():
        reach = "several" if cell["channels"] > 1 else "one" if cell["is_repeat"] else "once"
        _add(sums[reach], cell)
    return _per_customer("reach", {name: it for name, it in sums.items() if it["customers"]})


def combination_rows(cells: pa.Table, names: Sequence[str], most: int = 10) -> pa.Table:
    """The most frequent sets of channels among customers of more than one."""
    sums: dict[str, dict[str, float]] = defaultdict(_empty)
    for cell in cells.to_pylist():
        if cell["channels"] > 1:
            _add(sums[" + ".join(members_of(cell["mask"], names))], cell)
    ranked = sorted(sums, key=lambda name: (-sums[name]["customers"], name))[:most]
    return _per_customer("combination", {name: sums[name] for name in ranked})


def group_rows(channels: pa.Table, cells: pa.Table, names: Sequence[str]) -> pa.Table:
    """Online and offline: money by channel, customers who bought there at least once."""
    found = {group: {"revenue": 0.0, "purchases": 0, "customers": 0, "only": 0} for group in GROUPS}
    for row in channels.to_pylist():
        into = found[GROUP_OF[row["kind"]]]
        into["revenue"] += row["revenue"]
        into["purchases"] += row["purchases"]
    for cell in cells.to_pylist():
        groups = {GROUP_OF[kind_of(name)] for name in members_of(cell["mask"], names)}
        for group in groups:
            found[group]["customers"] += cell["customers"]
            found[group]["only"] += cell["customers"] if len(groups) == 1 else 0
    kept = {group: row for group, row in found.items() if row["purchases"]}
    total = sum(row["revenue"] for row in kept.values())
    return pa.table(
        {
            "channel_group": pa.array(list(kept), pa.string()),
            "customers": _ints(row["customers"] for row in kept.values()),
            "only_customers": _ints(row["only"] for row in kept.values()),
            "purchases": _ints(row["purchases"] for row in kept.values()),
            "revenue": _floats(round(row["revenue"], 4) for row in kept.values()),
            "revenue_share": _floats(_ratio(row["revenue"], total) for row in kept.values()),
        }
    )


def month_columns(months: pa.Table, names: Sequence[str]) -> pa.Table:
    """Revenue before refunds by `month`; a column a channel: `channel_0`, `channel_1` and so on."""
    rows = months.to_pylist()
    numbers = [row["month"] for row in rows]
    every = list(range(min(numbers), max(numbers) + 1))[-MONTHS_SHOWN:] if numbers else []
    shown = [*names, OTHER] if any(row["channel"] not in names for row in rows) else list(names)
    place = {name: position for position, name in enumerate(shown)}
    values = [[0.0] * len(every) for _ in shown]
    for row in rows:
        if every and row["month"] >= every[0]:
            position = place.get(row["channel"], len(shown) - 1)
            values[position][row["month"] - every[0]] += row["revenue"]
    columns = {f"channel_{position}": _floats(it) for position, it in enumerate(values)}
    return pa.table(
        {"month": pa.array([MONTHS.text(number) for number in every], pa.string()), **columns}
    )


def _nothing() -> dict[str, float]:
    return dict.fromkeys(
        (
            "purchases", "revenue", "last_year", "year_before", "paid_amount", "returned_amount",
            "customers", "new_customers", "shared_customers",
        ),
        0.0,
    )  # fmt: skip


def _table(rows: dict[str, dict[str, float]], *, has_two_years: bool) -> pa.Table:
    kept = {name: row for name, row in rows.items() if row["purchases"] or row["paid_amount"]}
    total = sum(row["revenue"] for row in kept.values())
    values = list(kept.values())

    def each(part: str, whole: str) -> pa.Array:
        return _floats(_ratio(row[part], row[whole]) for row in values)

    growth = [
        row["last_year"] / row["year_before"] - 1 if has_two_years and row["year_before"] else None
        for row in values
    ]
    return pa.table(
        {
            "channel": pa.array(list(kept), pa.string()),
            "kind": pa.array([kind_of(name) for name in kept], pa.string()),
            "revenue": _floats(round(row["revenue"], 4) for row in values),
            "revenue_share": _floats(_ratio(row["revenue"], total) for row in values),
            "purchases": _ints(row["purchases"] for row in values),
            "customers": _ints(row["customers"] for row in values),
            "new_customers": _ints(row["new_customers"] for row in values),
            "shared_share": each("shared_customers", "customers"),
            "average_order_value": each("revenue", "purchases"),
            "paid_amount": _floats(round(row["paid_amount"], 4) for row in values),
            "refund_rate": each("returned_amount", "paid_amount"),
            "growth_rate": _floats(growth),
        }
    )


def _empty() -> dict[str, float]:
    return {"customers": 0, "purchases": 0, "revenue": 0.0}


def _add(into: dict[str, float], cell: dict[str, Any]) -> None:
    for name in into:
        into[name] += cell[name]


def _per_customer(name: str, sums: dict[str, dict[str, float]]) -> pa.Table:
    rows = list(sums.values())
    customers = sum(row["customers"] for row in rows)
    return pa.table(
        {
            name: pa.array(list(sums), pa.string()),
            "customers": _ints(row["customers"] for row in rows),
            "customer_share": _floats(_ratio(row["customers"], customers) for row in rows),
            "purchases": _ints(row["purchases"] for row in rows),
            "revenue": _floats(round(row["revenue"], 4) for row in rows),
            "purchases_per_customer": _floats(
                _ratio(row["purchases"], row["customers"]) for row in rows
            ),
            "revenue_per_customer": _floats(
                _ratio(row["revenue"], row["customers"]) for row in rows
            ),
            "average_order_value": _floats(
                _ratio(row["revenue"], row["purchases"]) for row in rows
            ),
        }
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _ints(values: Iterable[float]) -> pa.Array:
    return pa.array([int(value) for value in values], pa.int64())


def _floats(values: Iterable[float | None]) -> pa.Array:
    return pa.array(list(values), pa.float64())
