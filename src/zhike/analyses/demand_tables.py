"""Demand as tables: weeks to come, parts, how good the forecast was, what to keep on the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.catalogue import Card, Light
from zhike.i18n import LazyText, lazy
from zhike.models.demand import (
    CHOSEN,
    MEASURES,
    NAIVE,
    OTHERS,
    SEASONAL_NAIVE,
    UNKNOWN,
    WHOLE,
    Demand,
    Known,
    Outlook,
    shelf,
)
from zhike.schema import Shop

YEAR_DAYS = 365
SHOWN_PERIODS = {1: 84, 7: 53}
LARGE_ERROR, LARGE_BIAS, LEAST_COVERAGE = 0.5, 0.15, 0.75

MEASURE_NAMES: dict[str, LazyText] = {
    "revenue": lazy("Net revenue"),
    "orders": lazy("Purchases"),
    "units": lazy("Units"),
}
SPLITS: dict[str, LazyText] = {
    WHOLE: lazy("The whole"),
    "segment": lazy("New or returning"),
    "region": lazy("Region"),
    "category": lazy("Category"),
    "product": lazy("Product"),
}
PARTS: dict[str, LazyText] = {
    "new": lazy("New customers"),
    "returning": lazy("Returning customers"),
    UNKNOWN: lazy("Nobody known"),
    OTHERS: lazy("All others"),
}
MODEL_NAMES: dict[str, LazyText] = {
    CHOSEN: lazy("What is used"),
    NAIVE: lazy("As in the last period"),
    SEASONAL_NAIVE: lazy("As a year (or week) before"),
    "level": lazy("Smoothed level"),
    "calendar": lazy("Level and calendar"),
    "trend": lazy("Level, calendar and a slowing trend"),
    "combined": lazy("Mean of the models"),
}
DEMAND_LIGHTS: dict[str, LazyText] = {
    "green": lazy("Better than the rules of thumb"),
    "yellow": lazy("Take it with care"),
    "red": lazy("No better than a rule of thumb"),
    "none": lazy("Not tried yet"),
}

Floats = NDArray[np.float64]


def period_rows(found: Demand | None, measure: str = "revenue") -> pa.Table:
    """Periods known and to come: `period` (first day), `known`, `expected`, `low`, `high`."""
    if found is None:
        names = ("known", "expected", "low", "high")
        none = {name: pa.array([], pa.float64()) for name in names}
        return pa.table({"period": pa.array([], pa.string()), **none})
    known, outlook = found.known[measure], found.outlooks[measure]
    sales = known.sales[0] if measure != "revenue" else _signed(known)
    shown = min(SHOWN_PERIODS[found.width], sales.size)
    first = outlook.from_on - timedelta(days=shown * found.width)
    ahead = outlook.mean.shape[1]
    days = [first + timedelta(days=number * found.width) for number in range(shown + ahead)]
    past, future = [None] * shown, [None] * ahead
    return pa.table(
        {
            "period": pa.array([day.isoformat() for day in days], pa.string()),
            "known": pa.array([*sales[-shown:].tolist(), *future], pa.float64()),
            **{
                name: pa.array([*past, *values[0].tolist()], pa.float64())
                for name, values in (
                    ("expected", outlook.mean), ("low", outlook.low), ("high", outlook.high)
                )
            },
        }
    )  # fmt: skip


def _signed(known: Known) -> Floats:
    total: Floats = known.daily[0].reshape(known.periods, known.width).sum(axis=1)
    return total


def part_rows(found: Demand | None, names: dict[str, str]) -> pa.Table:
    """What is expected within the horizon, of the whole and of every part.

    Args:
        found: The forecast.
        names: What products are called.

    Returns:
        One row a part and measure: `split`, `part` (code), `name`, `measure`, `expected`, `low`,
        `high`, `before` (as many days before), `year_before` (the same days a year before; null
        where the data do not reach), `change` (expected by `before`, less one).
    """
    rows: dict[str, list[object]] = {
        name: [] for name in ("split", "part", "name", "measure", "expected", "low", "high",
                              "before", "year_before", "change")
    }  # fmt: skip
    outlooks = found.outlooks if found else {}
    for measure, series in found.measures.items() if found else ():
        outlook = outlooks[measure]
        before = _past(series.daily, outlook.days, 0)
        year_before = _past(series.daily, outlook.days, YEAR_DAYS)
        for place, (split, part) in enumerate([(WHOLE, ""), *series.parts]):
            earlier = None if before is None else float(before[place])
            expected = float(outlook.total[place])
            rows["split"].append(split)
            rows["part"].append(part)
            rows["name"].append(names.get(part, part) if split == "product" else part)
            rows["measure"].append(measure)
            rows["expected"].append(expected)
            rows["low"].append(float(outlook.total_low[place]))
            rows["high"].append(float(outlook.total_high[place]))
            rows["before"].append(earlier)
            rows["year_before"].append(None if year_before is None else float(year_before[place]))
            rows["change"].append(expected / earlier - 1 if earlier and earlier > 0 else None)
    texts = ("split", "part", "name", "measure")
    return pa.table(
        {
            name: pa.array(values, pa.string() if name in texts else pa.float64())
            for name, values in rows.items()
        }
    )


def _past(daily: Floats, days: int, back: int) -> Floats | None:
    """Sums of as many days, ending today or beginning so many days before tomorrow [series]."""
    begin = daily.shape[1] - (back or days)
    if begin < 0:
        return None
    total: Floats = daily[:, begin : begin + days].sum(axis=1)
    return total if begin + days <= daily.shape[1] else None


def accuracy_rows(found: Demand | None) -> pa.Table:
    """How every model did on earlier days, and what is used.

    Returns:
        One row a measure, split and model: `measure`, `split`, `model`, `wape`, `mase`, `bias`,
        `coverage` and `light` (both of what is used only).
    """
    rows = [
        (measure, one, light_of(outlook, one.split) if one.model == CHOSEN else None)
        for measure, outlook in (found.outlooks.items() if found else ())
        for one in outlook.scores
    ]
    numbers = ("wape", "mase", "bias", "coverage")
    return pa.table(
        {
            "measure": pa.array([measure for measure, _, _ in rows], pa.string()),
            "split": pa.array([one.split for _, one, _ in rows], pa.string()),
            "model": pa.array([one.model for _, one, _ in rows], pa.string()),
            **{
                name: pa.array([getattr(one, name) for _, one, _ in rows], pa.float64())
                for name in numbers
            },
            "light": pa.array([light for _, _, light in rows], pa.string()),
        }
    )


def light_of(outlook: Outlook, split: str = WHOLE) -> Light:
    """Whether a forecast can be believed, from how it did on earlier days of the same data."""
    own = outlook.score(CHOSEN, split)
    rules = [outlook.score(model, split) for model in (NAIVE, SEASONAL_NAIVE)]
    errors = [one.wape for one in rules if one is not None and one.wape is not None]
    if own is None or own.wape is None or not errors:
        return "none"
    if own.wape >= min(errors) or own.wape > LARGE_ERROR:
        return "red"
    biased = abs(own.bias or 0.0) > LARGE_BIAS
    narrow = own.coverage is not None and own.coverage < LEAST_COVERAGE
    return "yellow" if biased or narrow else "green"


def cards_of_demand(found: Demand) -> Iterator[Card]:
    """How the forecast of the whole did on earlier days, a card a measure."""
    for measure, outlook in found.outlooks.items():
        own, looked, light = outlook.score(), outlook.looked, light_of(outlook)
        rules = [outlook.score(model) for model in (NAIVE, SEASONAL_NAIVE)]
        errors = [one.wape for one in rules if one is not None and one.wape is not None]
        yield Card(
            of=f"demand_{measure}",
            model=outlook.models[WHOLE],
            light=light,
            tried_on=looked.from_on if looked else None,
            days=looked.days if looked else None,
            foretold=looked.foretold if looked else None,
            came=looked.came if looked else None,
            error=own.wape if own else None,
            naive_error=min(errors) if errors else None,
            measure="wape",
            coverage=own.coverage if own else None,
        )


def product_names(shop: Shop, codes: list[str]) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """What products are called, and what is known of their stock and lead time."""
    if "products" not in shop or not codes:
        return {}, {}
    products = shop["products"]
    rows = (
        products.filter(products.product_id.isin(codes))
        .select("product_id", "name", "stock", "lead_time_days")
        .to_pyarrow()
        .to_pylist()
    )
    names = {row["product_id"]: row["name"] or row["product_id"] for row in rows}
    facts = {
        row["product_id"]: {
            name: row[name] for name in ("stock", "lead_time_days") if row[name] is not None
        }
        for row in rows
    }
    return names, facts


def stock_rows(
    found: Demand | None,
    names: dict[str, str],
    facts: dict[str, dict[str, int]],
    lead_time_days: int,
    service_level: float,
) -> pa.Table:
    """When to order each named product again.

    Returns:
        One row a product: `product_id`, `name`, `lead_time_days`, `expected_units` (within it),
        `safety_stock`, `reorder_point`, `stock` (null where nobody says), `is_due` (the stock is
        at the reorder point or below; null without a stock) and `days_left` (how long the stock
        lasts at the expected pace). No rows without order lines.
    """
    series = found.measures.get("units") if found else None
    parts = enumerate(series.parts if series else (), start=1)
    places = {part: place for place, (split, part) in parts if split == "product"}
    places.pop(OTHERS, None)
    codes = list(places)
    leads = np.array(
        [max(int(facts.get(code, {}).get("lead_time_days", lead_time_days)), 1) for code in codes],
        dtype=np.float64,
    )
    stocks = [facts.get(code, {}).get("stock") for code in codes]
    rows = np.array(list(places.values()), dtype=np.int64)
    expected = reorder = safety = pace = np.zeros(len(codes))
    if found and codes:
        outlook = found.outlooks["units"]
        missing = int(np.ceil(leads.max() / found.width)) - outlook.mean.shape[1]
        mean = np.pad(outlook.mean[rows], ((0, 0), (0, max(missing, 0))), mode="edge")
        facts_of = outlook.rate[rows], outlook.dispersion[rows]
        kept = shelf(mean, *facts_of, leads / found.width, service_level)
        expected, reorder, safety = kept.expected, np.ceil(kept.reorder_point), kept.safety_stock
        pace = expected / leads
    known = list(zip(stocks, pace, reorder, strict=True))
    left = [None if stock is None or not rate else stock / rate for stock, rate, _ in known]
    due = [None if stock is None else bool(stock <= point) for stock, _, point in known]
    return pa.table(
        {
            "product_id": pa.array(codes, pa.string()),
            "name": pa.array([names.get(code, code) for code in codes], pa.string()),
            "lead_time_days": pa.array(leads.astype(np.int64), pa.int64()),
            "expected_units": pa.array(expected, pa.float64()),
            "safety_stock": pa.array(safety, pa.float64()),
            "reorder_point": pa.array(reorder, pa.float64()),
            "stock": pa.array([None if it is None else float(it) for it in stocks], pa.float64()),
            "is_due": pa.array(due, pa.bool_()),
            "days_left": pa.array(left, pa.float64()),
        }
    )


def rows_of_split(rows: pa.Table, split: str) -> pa.Table:
    """One row a part of a split, its measures side by side, what is expected most of first.

    Returns:
        `part`, `name`; `expected`, `low`, `high`, `before`, `year_before`, `change` of the first
        measure it has, and `orders`, `units` where they are known.
    """
    listed = [row for row in rows.to_pylist() if row["split"] == split]
    money = [row for row in listed if row["measure"] == MEASURES[0]]
    others = {(row["part"], row["measure"]): row["expected"] for row in listed}
    money.sort(key=lambda row: (row["part"] == OTHERS, -row["expected"], row["part"]))
    numbers = ("expected", "low", "high", "before", "year_before", "change")
    return pa.table(
        {
            "part": pa.array([row["part"] for row in money], pa.string()),
            "name": pa.array([row["name"] for row in money], pa.string()),
            **{name: pa.array([row[name] for row in money], pa.float64()) for name in numbers},
            **{
                measure: pa.array([others.get((row["part"], measure)) for row in money],
                                  pa.float64())
                for measure in MEASURES[1:]
            },
        }
    )  # fmt: skip
