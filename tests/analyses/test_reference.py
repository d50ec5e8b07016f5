"""Every number against an independent computation on a simulated shop, at two days."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from analyses.reference import Reference
from zhike.analyses.abc import ABC
from zhike.analyses.cohorts import Cohorts
from zhike.analyses.lifecycle import Lifecycle
from zhike.analyses.overview import Overview
from zhike.analyses.rfm import RFM
from zhike.analyses.rfm_names import GRID, segment_of
from zhike.analyses.value_tiers import ValueTiers
from zhike.catalogue import Calendar, Period, stage_thresholds
from zhike.datasets import simulate
from zhike.schema import Shop

DAYS = [date(2025, 7, 1), date(2024, 2, 10)]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    company = simulate(400, seed=11)
    return {name: company.arrow(name).to_pandas() for name in ("orders", "refunds", "customers")}


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulate(400, seed=11).shop()


@pytest.fixture(params=DAYS, ids=str)
def reference(request: pytest.FixtureRequest, tables: dict[str, pd.DataFrame]) -> Reference:
    return Reference(tables, request.param)


def test_scores_count_those_who_do_strictly_worse(shop: Shop, reference: Reference) -> None:
    found = RFM(as_of=reference.day).run(shop).customers().to_pyarrow().to_pandas()
    found = found.set_index("customer_id").sort_index()
    wanted = reference.scores().sort_index()
    for name in ("recency", "frequency", "monetary"):
        assert found[f"{name}_score"].tolist() == wanted[name].tolist()
    assert found.segment.tolist() == [segment_of(*row) for row in wanted.itertuples(index=False)]


def test_types_are_high_above_the_mean(shop: Shop, reference: Reference) -> None:
    result = RFM(as_of=reference.day).run(shop)
    found = result.customers().to_pyarrow().to_pandas().set_index("customer_id").sort_index()
    scores = reference.scores().sort_index()
    high = scores > scores.mean()
    names = {True: {True: "value", False: "develop"}, False: {True: "keep", False: "win_back"}}
    wanted = [
        f"{'important' if row.monetary else 'general'}_{names[row.recency][row.frequency]}"
        for row in high.itertuples()
    ]
    assert found.type.tolist() == wanted
    counted = {row["type"]: row["customers"] for row in result.types.to_pylist()}
    assert counted == dict(Counter(wanted))


def test_the_grid_uses_each_of_the_eleven_segments() -> None:
    assert len(GRID) == 5
    assert all(len(row) == 5 for row in GRID)
    assert len({name for row in GRID for name in row}) == 11


def test_given_cuts_count_the_cuts_reached(shop: Shop, reference: Reference) -> None:
    cuts = (100, 300.5, 1000, 4000)
    result = RFM(as_of=reference.day, monetary_cuts=cuts, recency_cuts=(10, 30, 90, 365)).run(shop)
    found = result.customers().to_pyarrow().to_pandas().set_index("customer_id").sort_index()
    facts = reference.facts().sort_index()
    assert found.monetary_score.tolist() == [
        1 + sum(it >= cut for cut in cuts) for it in facts.monetary
    ]
    assert found.recency_score.tolist() == [
        1 + sum(it <= cut for cut in (10, 30, 90, 365)) for it in facts.recency
    ]


@pytest.mark.parametrize("text", ["2024-01", "2023-Q4", "2023", "2023-10-05..2024-01-20", "all"])
def test_metrics_of_a_period(shop: Shop, reference: Reference, text: str) -> None:
    first_on = min(reference.purchases.ordered_on)
    period = Period.parse(text, as_of=reference.day, first_on=first_on)
    found = Overview(as_of=reference.day, period=text, lost_after_days=120).run(shop).numbers
    for name, wanted in reference.metrics(period, lost_after=120).items():
        value = np.nan if found[name] is None else found[name]
        assert value == pytest.approx(wanted, rel=1e-9, nan_ok=True), name


def test_months_add_up_to_the_whole(shop: Shop, reference: Reference) -> None:
    months = Overview(as_of=reference.day).run(shop).months.to_pandas()
    wanted = reference.metrics(
        Period.parse("all", as_of=reference.day, first_on=date(2000, 1, 1)), lost_after=1
    )
    assert months.revenue.sum() == pytest.approx(wanted["net_revenue"])
    assert months.orders.sum() == wanted["orders"]
    assert months.new_customers.sum() == wanted["total_customers"]
    for row in months.itertuples():
        period = Period.parse(row.month, as_of=reference.day)
        counts = reference.metrics(period, lost_after=1)
        assert row.customers == counts["customers"]


@pytest.mark.parametrize("unit", ["week", "month", "quarter"])
def test_cohort_cells(shop: Shop, reference: Reference, unit: str) -> None:
    calendar, day = Calendar(unit), reference.day
    found = Cohorts(as_of=day, unit=unit, most_periods=520).run(shop).cells.to_pandas()
    first = {it: calendar.number(days[0]) for it, days in reference.days.items()}
    size = Counter(first.values())
    active: Counter[tuple[int, int]] = Counter()
    for customer, days in reference.days.items():
        for number in {calendar.number(it) for it in days}:
            active[first[customer], number - first[customer]] += 1
    worth: Counter[tuple[int, int]] = Counter()
    for row in reference.identified.itertuples():
        start = first[row.customer_id]
        worth[start, calendar.number(row.ordered_on) - start] += row.net
    for row in reference.refunds.itertuples():
        start = first.get(row.customer_id)
        if start is not None:
            worth[start, max(calendar.number(row.on) - start, 0)] -= row.amount
    last = calendar.number(day) - 1
    cells = [(start, k) for start in sorted(size) for k in range(last - start + 1)]
    assert found.cohort.tolist() == [calendar.text(start) for start, _ in cells]
    assert found.period.tolist() == [k for _, k in cells]
    assert found.customers.tolist() == [active[cell] for cell in cells]
    assert found.retention.tolist() == pytest.approx([active[it] / size[it[0]] for it in cells])
    cumulative = [sum(worth[start, j] for j in range(k + 1)) / size[start] for start, k in cells]
    assert found.revenue_per_customer.tolist() == pytest.approx(cumulative, abs=1e-6)


def test_a_cohort_cell_gives_back_its_customers(shop: Shop) -> None:
    result = Cohorts(unit="quarter").run(shop)
    for row in result.cells.to_pylist()[:20]:
        rows = result.customers(cohort=row["cohort"], period=str(row["period"]))
        assert rows.count().to_pyarrow().as_py() == row["customers"]


def test_stages_at_the_end_of_each_month(shop: Shop, reference: Reference) -> None:
    result = Lifecycle(as_of=reference.day, lost_after_days=75, loyal_after=4).run(shop)
    for row in result.months.to_pylist():
        end = Period.parse(row["month"], as_of=reference.day).to_on
        counts = Counter(reference.stages(end, 75, 4).values())
        assert {it: row[it] for it in ("first", "repeat", "loyal", "lost")} == {
            it: counts[it] for it in ("first", "repeat", "loyal", "lost")
        }
    counts = Counter(reference.stages(reference.day, 75, 4).values())
    found = {row["stage"]: row["customers"] for row in result.stages.to_pylist()}
    assert {it: found.get(it, 0) for it in counts} == counts


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2023, 3, 3), date(2024, 1, 17)),
        (date(2023, 11, 1), date(2023, 12, 1)),
        (date(2023, 9, 9), date(2023, 9, 9)),
    ],
)
def test_transitions_between_any_two_days(
    shop: Shop, tables: dict[str, pd.DataFrame], reference: Reference, since: date, until: date
) -> None:
    result = Lifecycle(
        as_of=reference.day, lost_after_days=75, loyal_after=4, since=since, until=until
    ).run(shop)
    before, after = (reference.stages(at, 75, 4) for at in (since, until))
    known = _known_on(tables, reference)
    wanted: Counter[tuple[str, str]] = Counter()
    for customer in known.keys() | after.keys():
        waiting = customer not in after
        if waiting and known[customer] >= until:
            continue
        was_known = customer in known and known[customer] < since
        old = before.get(customer, "potential" if was_known else "new")
        wanted[old, "potential" if waiting else after[customer]] += 1
    found = {
        (row["before"], row["after"]): row["customers"] for row in result.transitions.to_pylist()
    }
    assert found == dict(wanted)


def _known_on(tables: dict[str, pd.DataFrame], reference: Reference) -> dict[str, date]:
    """First sign of everybody: registered, or an order that came to nothing."""
    signs: dict[str, date] = {}

    def note(customer: str | None, on: date) -> None:
        if isinstance(customer, str) and on < reference.day:
            signs[customer] = min(signs.get(customer, on), on)

    registered = tables["customers"]
    local = registered.registered_at + pd.Timedelta(hours=8)
    for customer, at in zip(registered.customer_id, local, strict=True):
        note(customer, date(1970, 1, 1) if pd.isna(at) else at.date())
    orders = tables["orders"]
    nothing = ~orders.status.isin(["paid", "shipped", "completed", "refunded"])
    for row in orders[nothing | (orders.gross_amount <= 0)].itertuples():
        note(row.customer_id, row.ordered_on)
    whole = tables["refunds"].merge(
        orders[["order_id", "customer_id"]], on="order_id", suffixes=("_own", "")
    )
    came_back = set(orders.order_id) - set(reference.purchases.order_id)
    for row in whole[whole.order_id.isin(came_back)].itertuples():
        order = orders[orders.order_id == row.order_id].iloc[0]
        if order.status == "refunded":
            note(
                row.customer_id, row.refunded_on if pd.notna(row.refunded_on) else order.ordered_on
            )
    return signs


def test_lost_is_the_day_by_which_nine_in_ten_have_come_back(shop: Shop) -> None:
    thresholds = stage_thresholds(shop)
    gaps, open_ended = [], []
    reference = Reference({
        name: shop[name].to_pyarrow().to_pandas() for name in ("orders", "refunds")
    }, DAYS[0])  # fmt: skip
    for days in reference.days.values():
        visits = sorted(set(days))
        gaps += [(later - sooner).days for sooner, later in pairwise(visits)]
        open_ended.append((reference.day - visits[-1]).days - 1)
    still, back, survival = len(gaps) + len(open_ended), {}, 1.0
    for time in range(max(gaps) + 1):
        events = gaps.count(time)
        if events:
            survival *= 1 - events / still
            back[time] = (1 - survival, still)
        still -= events + open_ended.count(time)
    read = {time: share for time, (share, watched) in back.items() if watched >= 30}
    wanted = min(time for time, share in read.items() if share >= 0.9 * max(read.values()))
    assert thresholds.lost_after_days == wanted
    repeats = sorted(len(days) for days in reference.days.values() if len(days) > 1)
    quartile = repeats[int(np.ceil(0.75 * len(repeats))) - 1]
    assert thresholds.loyal_after == max(3, quartile)


def test_abc_classes_and_gini(shop: Shop, reference: Reference) -> None:
    result = ABC(as_of=reference.day).run(shop)
    worth = reference.facts().monetary.sort_index()
    earned = worth.clip(lower=0)
    share_above = np.array([earned[worth > it].sum() for it in worth]) / earned.sum()
    wanted = np.where(
        (share_above < 0.7) & (worth > 0),
        "A",
        np.where((share_above < 0.9) & (worth > 0), "B", "C"),
    )
    found = result.customers().to_pyarrow().to_pandas().set_index("customer_id").sort_index()
    assert found.abc_class.tolist() == wanted.tolist()
    values = np.sort(earned.to_numpy())
    differences = np.abs(values[:, None] - values[None, :]).sum()
    gini = differences / (2 * len(values) * values.sum())
    assert result.customer_gini == pytest.approx(gini, rel=1e-9)
    curve = result.customer_curve.to_pandas()
    for row in curve.itertuples():
        lowest = values[: round(row.item_share * len(values))].sum() / values.sum()
        assert row.revenue_share == pytest.approx(lowest, abs=1e-9)
    assert len(curve) <= 102


@pytest.mark.parametrize("by", ["customers", "revenue"])
def test_value_tiers(shop: Shop, reference: Reference, by: str) -> None:
    result = ValueTiers(as_of=reference.day, by=by).run(shop)
    worth = reference.facts().monetary.sort_index()
    earned = worth.clip(lower=0)
    above = np.array(
        [
            (worth > it).mean() if by == "customers" else earned[worth > it].sum() / earned.sum()
            for it in worth
        ]
    )
    wanted = np.where(above < 0.2 - 1e-12, "high", np.where(above < 0.5 - 1e-12, "middle", "low"))
    rows = result.customers().to_pyarrow().to_pandas()
    found = rows[rows.tier != "none"].set_index("customer_id").sort_index()
    assert found.tier.tolist() == wanted.tolist()
