"""What was sold day by day, whole and in parts, computed in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from zhike.catalogue import customer_facts, goods_lines, refund_rows
from zhike.catalogue.addresses import level_of
from zhike.catalogue.purchases import judged_orders
from zhike.schema import Shop

Floats = NDArray[np.float64]

MEASURES = ("revenue", "orders", "units")
DIMENSIONS = ("segment", "region", "category", "product")
OTHERS = "others"
UNKNOWN = "unknown"
NEW, RETURNING = "new", "returning"
RECENT_DAYS = 365
ROUNDING = 1e-6
DIGITS = 4
MOST_PARTS = 12
"""Regions and categories told apart; the smaller ones are together."""


@dataclass(frozen=True)
class Series:
    """One measure day by day, the whole first, then the parts of each split.

    Attributes:
        first: The first day.
        parts: Split and part of each row after the first, such as ("region", "广东").
        daily: Sales a day; the parts of every split sum to the first row [series, days].
    """

    first: date
    parts: tuple[tuple[str, str], ...]
    daily: Floats

    @property
    def splits(self) -> dict[str, list[int]]:
        """The rows of each split."""
        found: dict[str, list[int]] = {}
        for place, (dimension, _) in enumerate(self.parts):
            found.setdefault(dimension, []).append(place + 1)
        return found


def series_of(shop: Shop, day: date, top: int) -> dict[str, Series]:
    """Net revenue, purchases and units of every day before the day; empty without a purchase.

    Parts are told apart by who bought (new: on the day of the first purchase; returning; unknown),
    where they live, and, of revenue and units, by category and product. Of regions and categories
    the largest are named, of products `top`, by what they sold in the last year; the rest and what
    belongs to none are "others", so that every split sums to the whole.

    Args:
        shop: Where to look.
        day: The day looked back from.
        top: How many products are named.
    """
    buyers = _by_buyer(shop, day).to_pyarrow()
    if not buyers.num_rows or not any(buyers["orders"].to_pylist()):
        return {}
    sold = buyers.filter(pc.greater(buyers["orders"], 0))
    first = min(sold["day"].to_pylist())
    span = first, (day - first).days
    frames = {name: _cells(buyers, name, span, top) for name in ("segment", "region")}
    goods = _by_goods(shop, day, top)
    if goods is not None:
        rows = goods.to_pyarrow()
        frames |= {name: _cells(rows, name, span, top) for name in ("category", "product")}
    found = {}
    for measure in MEASURES:
        # Revenue and purchases are known of every order, units only of its goods lines.
        whole = frames["segment"].whole(measure)
        if whole.any():
            parts, daily = _split(frames, measure, whole)
            found[measure] = Series(first, parts, np.vstack([whole[None, :], *daily]))
    return found


def _split(
    frames: dict[str, _Cells], measure: str, whole: Floats
) -> tuple[tuple[tuple[str, str], ...], list[Floats]]:
    parts: list[tuple[str, str]] = []
    daily: list[Floats] = []
    for dimension in DIMENSIONS:
        cells = frames.get(dimension)
        if cells is None or measure not in cells.sums or len(cells.codes) < 2:
            continue
        named = [code for code in cells.codes if code != OTHERS]
        rows = np.array([cells.sums[measure][cells.codes.index(code)] for code in named])
        rest = whole - rows.sum(axis=0)
        if np.abs(rest).max() > ROUNDING * np.abs(whole).max():
            named, rows = [*named, OTHERS], np.vstack([rows, rest])
        if len(named) > 1:
            daily.append(rows)
            parts += [(dimension, code) for code in named]
    return tuple(parts), daily


@dataclass(frozen=True)
class _Cells:
    """Sums of each measure by code and day, the largest codes first."""

    codes: list[str]
    sums: dict[str, Floats]

    def whole(self, measure: str) -> Floats:
        total: Floats = self.sums[measure].sum(axis=0)
        return total


def _cells(rows: pa.Table, dimension: str, span: tuple[date, int], top: int) -> _Cells:
    first, days = span
    places = np.array([(it - first).days for it in rows["day"].to_pylist()])
    names = [it or OTHERS for it in rows[dimension].to_pylist()]
    measures = [name for name in MEASURES if name in rows.column_names]
    values = {
        name: np.nan_to_num(rows[name].to_numpy(zero_copy_only=False).astype(np.float64))
        for name in measures
    }
    recent = np.where(places >= days - RECENT_DAYS, values[measures[0]], 0.0)
    sizes: dict[str, float] = {}
    for name, size in zip(names, recent, strict=True):
        sizes[name] = sizes.get(name, 0.0) + float(size)
    largest = sorted((name for name in sizes if name != OTHERS), key=lambda it: (-sizes[it], it))
    most = top if dimension == "product" else MOST_PARTS
    codes = [*largest[:most], OTHERS]
    at = {name: place for place, name in enumerate(codes)}
    code = np.array([at.get(name, len(codes) - 1) for name in names])
    inside = places >= 0
    cell = (code * days + places)[inside]
    sums = {
        # Rounded, so that no choice hangs on the order in which an engine adds.
        name: np.bincount(cell, weights=value[inside], minlength=len(codes) * days)
        .astype(np.float64)
        .round(DIGITS)
        .reshape(len(codes), days)
        for name, value in values.items()
    }
    return _Cells(codes, sums)


def _by_buyer(shop: Shop, day: date) -> ir.Table:
    """Every measure by day, kind of buyer and region."""
    judged = judged_orders(shop, day)
    bought = judged.filter(judged.is_purchase)
    # A literal 0.0 would be a decimal in PostgreSQL.
    nothing, one = (ibis.literal(number).cast("float64") for number in (0, 1))
    rows = bought.select(
        "customer_id", day="ordered_on", placed_on="ordered_on", orders=one,
        units=nothing, revenue=bought.goods_amount.cast("float64"),
    )  # fmt: skip
    refunds = refund_rows(shop, day)
    if refunds is not None:
        back = refunds.filter(refunds.is_net)
        rows = rows.union(back.select(
            "customer_id", day="refunded_on", placed_on="ordered_on", orders=nothing,
            units=nothing, revenue=-back.amount.cast("float64"),
        ))  # fmt: skip
    lines = goods_lines(shop, day)
    if lines is not None:
        rows = rows.union(lines.select(
            "customer_id", day="ordered_on", placed_on="ordered_on", orders=nothing,
            units=lines.quantity.cast("float64"), revenue=nothing,
        ))  # fmt: skip
    keys = ("customer_id", "day", "placed_on")
    small = rows.group_by(*keys).agg(**{name: rows[name].sum() for name in MEASURES})
    facts = customer_facts(shop, day).select("first_on", buyer_id="customer_id")
    joined = small.left_join(facts, small.customer_id == facts.buyer_id)
    segment = ibis.cases(
        (joined.buyer_id.isnull(), UNKNOWN),
        ((joined.placed_on == joined.first_on).fill_null(False), NEW),
        else_=RETURNING,
    )
    joined = joined.mutate(segment=segment)
    level = level_of(shop, "auto")
    region: ir.Value = ibis.null("string")
    if level:
        homes = shop["customers"].select(resident_id="customer_id", home=level)
        joined = joined.left_join(homes, joined.customer_id == homes.resident_id)
        region = joined.home.nullif("")
    cells = joined.mutate(region=region).group_by("day", "segment", "region")
    return cells.agg(**{name: joined[name].sum() for name in MEASURES})


def _by_goods(shop: Shop, day: date, top: int) -> ir.Table | None:
    """Revenue (less refunds that name a product) and units by day, product and category."""
    lines = goods_lines(shop, day)
    if lines is None:
        return None
    recent = lines.filter(lines.ordered_on >= day - timedelta(days=RECENT_DAYS))
    products = _largest(recent, "product_id", top)
    categories = _largest(recent, "category", MOST_PARTS)
    if not products:
        return None
    rows = lines.select(
        "product_id", "category", day="ordered_on", units=lines.quantity.cast("float64"),
        revenue=lines.net_amount,
    )  # fmt: skip
    refunds = refund_rows(shop, day)
    if refunds is not None:
        back = refunds.filter(refunds.is_net & refunds.product_id.notnull())
        category: ir.Value = ibis.null("string")
        if "products" in shop:
            named = shop["products"].select(named_id="product_id", named="category")
            back = back.inner_join(named, back.product_id == named.named_id)
            category = back.named
        rows = rows.union(back.select(
            "product_id", category=category, day="refunded_on",
            units=ibis.literal(0).cast("float64"), revenue=-back.amount.cast("float64"),
        ))  # fmt: skip
    is_named = rows.product_id.isin(products)
    kept = rows.category.isin(categories or [""]).fill_null(False)
    rows = rows.select(
        "day", "units", "revenue",
        product=is_named.ifelse(rows.product_id, None),
        category=kept.ifelse(rows.category, None),
    )  # fmt: skip
    return rows.group_by("day", "product", "category").agg(
        units=rows.units.sum(), revenue=rows.revenue.sum()
    )


def _largest(lines: ir.Table, name: str, most: int) -> list[str]:
    """The values of a column that sold most, the largest first."""
    known = lines.filter(lines[name].notnull())
    sums = known.group_by(code=known[name]).agg(revenue=known.net_amount.sum())
    ordered = sums.order_by(ibis.desc(sums.revenue.round(2)), "code").limit(most)
    found: list[str] = ordered.to_pyarrow()["code"].to_pylist()
    return found
