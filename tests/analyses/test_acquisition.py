"""Acquisition against plain SQL and loops; spend and leads on a shop made by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.acquisition import Acquisition
from zhike.analyses.acquisition_facts import folded
from zhike.catalogue import shop_from
from zhike.schema import Shop


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated()
    return shop, Raw(tables)


def _rows(table: pa.Table, key: str = "source") -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in table.to_pylist()}


def test_customers_and_first_days_by_source(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = _rows(Acquisition(as_of=DAY).run(shop).sources)
    wanted = raw.rows(
        """
        SELECT coalesce(acquired_from, ''), count(DISTINCT customer_id),
               sum(net) / count(DISTINCT customer_id),
               count(DISTINCT CASE WHEN first_on >= {day} - 365 THEN customer_id END)
        FROM firsts JOIN bought USING (customer_id) LEFT JOIN customers USING (customer_id)
        WHERE ordered_on = first_on GROUP BY 1
        """
    )
    assert len(found) == len(wanted) > 3
    for source, customers, value, recent in wanted:
        assert found[source]["customers"] == customers
        assert found[source]["first_order_value"] == pytest.approx(value)
        assert found[source]["recent"] == recent


def test_first_channels_where_asked_for(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = _rows(Acquisition(as_of=DAY, by="channel").run(shop).sources)
    wanted = raw.rows(
        """
        SELECT channel, count(*) FROM (
          SELECT k.customer_id, arg_min(o.channel, o.ordered_at) channel
          FROM bought k JOIN orders o USING (order_id) WHERE k.customer_id IS NOT NULL GROUP BY 1)
        GROUP BY 1
        """
    )
    assert {source: row["customers"] for source, row in found.items()} == dict(wanted)


def test_second_rates_follow_kaplan_and_meier(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = _rows(Acquisition(as_of=DAY).run(shop).sources)
    spells = defaultdict(list)
    for source, first_on, second_on in raw.rows(
        "SELECT coalesce(acquired_from, ''), first_on, second_on FROM seconds"
        " LEFT JOIN customers USING (customer_id)"
    ):
        last = DAY - timedelta(1)
        spells[source].append(((second_on or last) - first_on, second_on is not None))
    for source, waited in spells.items():
        survival = 1.0
        for days in range(1, 91):
            at_risk = sum(wait.days >= days for wait, _ in waited)
            back = sum(wait.days == days and came for wait, came in waited)
            survival *= 1 - back / at_risk if at_risk else 1
        assert found[source]["second_rate"] == pytest.approx(1 - survival, rel=1e-9)


def test_revenue_after_so_many_months(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = Acquisition(as_of=DAY).run(shop).curves.to_pylist()
    curves = {(row["source"], row["months"]): row for row in found}
    for months in (1, 3, 12):
        wanted = raw.rows(
            f"""
            WITH ripe AS (SELECT * FROM firsts WHERE {{day}} - first_on >= 30 * {months}),
            money AS (
              SELECT customer_id, sum(x) x FROM (
                SELECT r.customer_id, net x FROM ripe r JOIN bought b USING (customer_id)
                WHERE b.ordered_on - first_on < 30 * {months}
                UNION ALL
                SELECT r.customer_id, -amount FROM ripe r JOIN net_back b USING (customer_id)
                WHERE b.refunded_on - first_on < 30 * {months})
              GROUP BY 1)
            SELECT coalesce(acquired_from, ''), count(*), sum(x) / count(*)
            FROM money LEFT JOIN customers USING (customer_id) GROUP BY 1
            """
        )
        for source, customers, mean in wanted:
            assert curves[source, months]["customers"] == customers
            assert curves[source, months]["revenue_per_customer"] == pytest.approx(mean)


def test_months_add_up_to_the_customers(shop_and_raw: tuple[Shop, Raw]) -> None:
    found = Acquisition(as_of=DAY).run(shop_and_raw[0])
    counted: dict[str, int] = defaultdict(int)
    for row in found.months.to_pylist():
        counted[row["source"]] += row["customers"]
    assert counted == {row["source"]: row["customers"] for row in found.sources.to_pylist()}


def _bought(customer: str, *days: str, amount: float = 100.0) -> list[dict[str, Any]]:
    return [{"customer_id": customer, "ordered_at": it, "paid_amount": amount} for it in days]


@pytest.fixture(scope="module")
def by_hand() -> Shop:
    """Four customers from search, two from friends; ads on search cost 1000 in the year."""
    orders = [
        *_bought("a", "2024-01-01", "2024-02-01", "2024-06-15"),
        *_bought("b", "2024-01-01", "2024-01-20"),
        *_bought("c", "2024-02-01"),
        *_bought("d", "2024-12-20"),
        *_bought("e", "2024-03-01", "2024-03-05"),
        *_bought("f", "2024-03-01"),
    ]
    sources = dict.fromkeys("abcd", "Search Ads") | dict.fromkeys("ef", "friends")
    customers = {"customer_id": list(sources), "acquired_from": list(sources.values())}
    spend = {
        "day": [date(2024, 1, 10), date(2024, 6, 1), date(2023, 1, 1)],
        "channel": ["search ads", "SearchAds", "search ads"],
        "cost": [600.0, 400.0, 9999.0],
    }
    leads = {
        "lead_id": ["1", "2", "3", "4", "5"],
        "source": ["fair", "fair", "fair", None, "fair"],
        "created_on": [date(2024, 1, 1)] * 4 + [date(2026, 1, 1)],
        "customer_id": ["a", "c", None, "nobody", "b"],
    }
    return shop_from(
        orders=pa.Table.from_pylist(orders),
        customers=pa.table(customers),
        spend=pa.table(spend),
        leads=pa.table(leads),
        as_of=date(2024, 12, 31),
    )


def test_cost_and_payback_by_hand(by_hand: Shop) -> None:
    found = _rows(Acquisition().run(by_hand).sources)
    search = found["Search Ads"]
    assert search["spend"] == 1000  # the two of the year, however they are written
    assert search["acquisition_cost"] == 250  # four won in the last 365 days
    # After six months (180 days) a has 300, b 200, c 100: 200. After twelve (360) nobody paid more.
    assert (search["revenue_6"], search["revenue_12"]) == (200, 250)
    # Twelve months are only over for a and b: (300 + 200) / 2 = 250.
    assert search["payback_months"] == 12
    assert found["friends"]["spend"] is None
    costly = _rows(Acquisition(margin=0.5).run(by_hand).sources)["Search Ads"]
    assert costly["payback_months"] is None


def test_a_source_that_does_not_pay_back_is_named(by_hand: Shop) -> None:
    findings = {it.code: it for it in Acquisition(margin=0.5).run(by_hand).findings()}
    assert findings["acquisition_no_payback"].amount == 1000
    assert "acquisition_no_payback" not in {it.code for it in Acquisition().run(by_hand).findings()}


def test_leads_are_followed_to_the_second_purchase(by_hand: Shop) -> None:
    found = Acquisition().run(by_hand)
    assert found.funnel.to_pylist() == [
        {"source": "fair", "leads": 3, "customers": 2, "first": 2, "second": 1},
        {"source": "", "leads": 1, "customers": 1, "first": 0, "second": 0},
    ]
    assert found.numbers["lead_conversion"] == 0.5


def test_names_are_compared_without_case_and_blanks() -> None:
    assert folded(" Search Ads") == folded("SearchADS")
