"""What each customer takes most, and took first: favourite channel, favourite category."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

MOST_COUNTED = 24
"""Up to so many different values each gets a count of its own in one pass; beyond, they are
ranked, which takes twice as long."""
CODES = 1 << 20


def distinct_values(column: ir.StringColumn) -> list[str]:
    """The values that occur, in the order of their code points: the same on every engine."""
    found = column.as_table().distinct().to_pyarrow().column(0).to_pylist()
    return sorted(value for value in found if value)


class Favourites:
    """The most used and the first value of a column, as sums that fit into any grouped pass.

    The most used wins; values used equally often are told apart by name, so that nothing depends
    on the order of rows. Only for few values: each has its own count.

    Args:
        value: The column, such as the channel of a purchase.
        at: When it was used, as a number that grows with time: seconds or days.
        values: What occurs, in order.
    """

    def __init__(self, value: ir.StringColumn, at: ir.IntegerValue, values: Sequence[str]) -> None:
        self.values = values
        self._value, self._at = value, at

    def codes(self) -> dict[str, ir.Value]:
        """Columns to add to the rows before they are grouped: `code` and `used`."""
        if not self.values:
            return {"code": ibis.null("int64"), "used": ibis.null("int64")}
        places = [(self._value == name, place) for place, name in enumerate(self.values)]
        code = ibis.cases(*places, else_=None).cast("int64")
        return {"code": code, "used": self._at.cast("int64") * CODES + code}

    def counts(self, rows: ir.Table) -> dict[str, ir.Value]:
        """Aggregates over rows that carry `codes`."""
        counts: dict[str, ir.Value] = {
            f"used_{place}": (rows.code == place).ifelse(1, None).count().cast("int64")
            for place in range(len(self.values))
        }
        return counts | {"first_used": rows.used.min()}

    def favourite(self, counted: ir.Table) -> ir.StringValue:
        """The most used, from rows that carry `counts`; null where none was used."""
        if not self.values:
            return ibis.null("string")
        places = range(len(self.values))
        ranks = [counted[f"used_{place}"] * CODES - place for place in places]
        best = ibis.greatest(*ranks)
        marks = [
            ((counted[f"used_{place}"] > 0) & (ranks[place] == best), self.values[place])
            for place in places
        ]
        return ibis.cases(*marks, else_=None)

    def first(self, counted: ir.Table) -> ir.StringValue:
        """The first used, from rows that carry `counts`."""
        if not self.values:
            return ibis.null("string")
        code = counted.first_used % CODES
        return ibis.cases(
            *[(code == place, it) for place, it in enumerate(self.values)], else_=None
        )


def ranked_favourites(rows: ir.Table, value: str, at: str) -> ir.Table:
    """The same for any number of values, by ranking them for each customer.

    Args:
        rows: With `customer_id`, the value and when it was used.
        value: Column of values; rows without one are left out.
        at: Column of instants or days.

    Returns:
        Lazy, one row a customer: `customer_id`, `favourite`, `first`.
    """
    known = rows.filter(rows[value].notnull())
    used = known.group_by("customer_id", value=known[value]).agg(
        uses=known.count(), first_at=known[at].min()
    )
    by_customer = ibis.window(group_by=used.customer_id)
    placed = used.mutate(
        place=ibis.row_number().over(
            by_customer.order_by([ibis.desc(used.uses), used.value])  # ties by name
        ),
        began=ibis.row_number().over(by_customer.order_by([used.first_at, used.value])),
    )
    return placed.group_by("customer_id").agg(
        favourite=(placed.place == 0).ifelse(placed.value, None).max(),
        first=(placed.began == 0).ifelse(placed.value, None).max(),
    )
