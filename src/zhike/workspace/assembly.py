"""Standard tables over all batches: what is known of each order, customer and product.

Within a feed the latest batch that holds an order has it whole: an overlapping export replaces
its lines and refunds too. Across feeds (order headers here, their lines there) the rows of one
key are merged field by field: a column that a file really has goes before one that preparation
filled, then the later file before the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import ibis
import ibis.expr.types as ir

from zhike.engines import Engine
from zhike.schema import Field, Kind, standard_table

AMOUNTS = (
    "gross_amount", "discount_amount", "shipping_amount", "fee_amount", "adjustment_amount",
    "paid_amount",
)  # fmt: skip
DERIVED_FROM = {"ordered_on": "ordered_at", "is_cash_on_delivery": "payment"}
OWN_GRAIN = {
    "orders": "order",
    "order_lines": "order_line",
    "refunds": "refund",
    "customers": "customer",
    "people": "customer",
    "products": "product",
}
MAPPED, OWN = 2_000_000_000, 1_000_000_000  # above any sequence: a mapped column goes first


@dataclass(frozen=True, kw_only=True)
class Source:
    """What one part of a batch contributes.

    Attributes:
        sequence: Counts up over batches and their parts; the higher is the later.
        feed: What later exports of the same kind share.
        grain: What one record of it was.
        mapped: "table.field" of every column that the file really has.
        tables: Standard table to its prepared Parquet.
        hashes: Standard table to the SHA-256 of that file.
    """

    sequence: int
    feed: str
    grain: str
    mapped: frozenset[str]
    tables: Mapping[str, Path]
    hashes: Mapping[str, str] = field(default_factory=dict)

    def has(self, table: str, name: str) -> bool:
        """Whether the file itself says this field, rather than preparation."""
        return f"{table}.{DERIVED_FROM.get(name, name)}" in self.mapped

    def rank(self, table: str, name: str) -> int:
        """How far its word on this field goes before that of others."""
        if name in AMOUNTS and table == "orders":
            own = sum(self.has(table, amount) for amount in AMOUNTS) * MAPPED
        else:
            own = self.has(table, name) * MAPPED
        return own + (self.grain == OWN_GRAIN.get(table)) * OWN + self.sequence


def assembled(engine: Engine, sources: Sequence[Source], table: str) -> ir.Table | None:
    """One standard table over all sources; None where a single file already is it."""
    having = [source for source in sources if table in source.tables]
    if len(having) == 1 and (table != "refunds" or not _later_orders(sources, having[0])):
        return None
    if table == "order_lines":
        return _plain(_latest_whole(_rows(engine, having, table), "order_id"), table)
    if table == "refunds":
        return _plain(_refunds(engine, sources, having), table)
    return _entities(engine, having, table)


def inputs_of(sources: Sequence[Source], table: str) -> list[str]:
    """What the table depends on; equal inputs give an equal table."""
    others = {"orders"} if table == "refunds" else set()
    return [
        f"{source.sequence}:{source.feed}:{name}:{source.hashes[name]}"
        for source in sources
        for name in sorted({table} | others)
        if name in source.tables
    ]


def _rows(engine: Engine, sources: Sequence[Source], table: str) -> ir.Table:
    """The rows of all sources, each with where it came from."""
    names = [item.name for item in standard_table(table).fields]
    parts = [
        engine.read_parquet([source.tables[table]])
        .select(*names)
        .mutate(
            _sequence=ibis.literal(source.sequence, "int64"),
            _feed=ibis.literal(source.feed),
            _own=ibis.literal(source.grain == OWN_GRAIN.get(table)),
        )
        for source in sources
    ]
    return reduce(lambda left, right: left.union(right), parts)


def _later_orders(sources: Sequence[Source], told: Source) -> bool:
    """Whether a later export of the feed may say anew which orders were refunded."""
    return any(
        source.feed == told.feed and source.sequence > told.sequence and "orders" in source.tables
        for source in sources
    )


def _plain(rows: ir.Table, table: str) -> ir.Table:
    return rows.select(*(item.name for item in standard_table(table).fields))


def _latest_whole(rows: ir.Table, *owner: str) -> ir.Table:
    """For each owner, the rows of its best file alone: one of that grain, then the latest."""
    rank = rows._sequence + rows._own.ifelse(OWN, 0)
    ranked = rows.mutate(_rank=rank)
    best = ranked.group_by(*owner).agg(_rank=ranked._rank.max())
    return ranked.semi_join(best, [*owner, "_rank"]).drop("_rank")


def _refunds(engine: Engine, sources: Sequence[Source], having: Sequence[Source]) -> ir.Table:
    """Refunds told in a file of their own, else those told along with orders.

    The latter go with the export that has the order last, so that a refund withdrawn there is
    withdrawn here.
    """
    rows = _rows(engine, having, "refunds")
    listed = _latest_whole(rows.filter(rows._own), "refund_id")
    unlinked = rows.filter(~rows._own & rows.order_id.isnull())
    told = rows.filter(~rows._own & rows.order_id.notnull())
    with_orders = [source for source in sources if "orders" in source.tables]
    if with_orders:
        orders = _rows(engine, with_orders, "orders")
        last = orders.group_by("order_id", "_feed").agg(_last=orders._sequence.max())
        told = told.left_join(last, ["order_id", "_feed"]).select(*told.columns, "_last")
        told = told.filter(told._last.isnull() | (told._last == told._sequence)).drop("_last")
    told = _latest_whole(told, "order_id").anti_join(listed, "order_id")
    return listed.union(_latest_whole(unlinked, "refund_id")).union(told)


def _entities(engine: Engine, having: Sequence[Source], table: str) -> ir.Table:
    """One row a key: whole from the latest batch of a feed, field by field across feeds."""
    definition = standard_table(table)
    key = list(definition.key)
    rows = _rows(engine, having, table)
    if table in ("orders", *_own_feeds(having, table)):
        rows = _latest_whole(rows, *key, "_feed")
    if table == "orders" and len({source.feed for source in having}) == 1:
        return _plain(rows, table)
    count = rows.group_by(*key).agg(_files=rows.count())
    shared = count.filter(count._files > 1)
    alone = rows.anti_join(shared, key)
    told_often = rows.semi_join(shared, key)
    merged = told_often.group_by(*key).agg(
        **{
            item.name: _merged(told_often, item, having, table)
            for item in definition.fields
            if item.name not in key
        }
    )
    return _plain(alone, table).union(_plain(merged, table))


def _own_feeds(having: Iterable[Source], table: str) -> tuple[str, ...]:
    """The table itself where every file of it has this grain: then exports replace rows whole."""
    whole = table not in OWN_GRAIN or all(item.grain == OWN_GRAIN[table] for item in having)
    return (table,) if whole else ()


def _merged(rows: ir.Table, item: Field, having: Sequence[Source], table: str) -> ir.Value:
    column = rows[item.name]
    if item.kind is Kind.FLAG:
        return column.any()
    ranks = {source.sequence: source.rank(table, item.name) for source in having}
    rank = rows._sequence.cases(*ranks.items(), else_=0)
    return column.argmax(rank, where=column.notnull())
