from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from zhike.datasets import Simulated, simulate
from zhike.datasets.company import PURCHASE_SHARE, SEGMENTS
from zhike.datasets.simulation import BLOCK
from zhike.errors import ParameterError
from zhike.schema import standard_table


def asked(shop: Simulated, query: str) -> list[tuple]:
    with duckdb.connect() as connection:
        for name in shop.tables:
            connection.register(name, shop.arrow(name))
        connection.register("truth", shop.arrow("truth"))
        connection.register("calendar", shop.truth.calendar)
        return connection.sql(query).fetchall()


PURCHASES = """
    select * from orders where status in ('paid', 'shipped', 'completed')
    and not is_brushing and not is_test and customer_id is not null
"""


def test_one_seed_gives_one_company():
    first, again, other = simulate(300, seed=3), simulate(300, seed=3), simulate(300, seed=4)
    for name in first.tables:
        assert first.arrow(name).equals(again.arrow(name)), name
    assert not first.arrow("orders").equals(other.arrow("orders"))


def test_customers_do_not_depend_on_how_many_come_after_them():
    small, large = simulate(BLOCK, seed=3), simulate(BLOCK + 500, seed=3)
    for name in small.tables:
        rows = small.arrow(name)
        assert rows.equals(large.arrow(name).slice(0, rows.num_rows)), name


def test_files_hold_what_memory_holds(tmp_path: Path):
    memory, disk = simulate(BLOCK + 500, seed=5), simulate(BLOCK + 500, seed=5, folder=tmp_path)
    for name in memory.tables:
        assert disk.tables[name] == tmp_path / f"{name}.parquet"
        assert disk.arrow(name).equals(memory.arrow(name)), name
    assert disk.arrow("truth").equals(memory.arrow("truth"))


def test_tables_have_exactly_the_standard_columns(shop: Simulated):
    assert set(shop.tables) == {
        "customers", "people", "orders", "order_lines", "refunds", "products",
    }  # fmt: skip
    for name in shop.tables:
        assert shop.arrow(name).schema.equals(standard_table(name).arrow_schema), name


def test_keys_are_unique_and_required_fields_filled(shop: Simulated):
    for name in shop.tables:
        rows, table = shop.arrow(name), standard_table(name)
        assert rows.group_by(list(table.key)).aggregate([]).num_rows == rows.num_rows, name
        for field in table.fields:
            assert not (field.required and rows[field.name].null_count), (name, field.name)
            if field.choices:
                assert set(rows[field.name].unique().to_pylist()) <= {*field.choices, None}


def test_rows_refer_to_rows_that_are_there(shop: Simulated):
    for table, column, home in (
        ("orders", "customer_id", "customers"),
        ("people", "customer_id", "customers"),
        ("order_lines", "order_id", "orders"),
        ("order_lines", "product_id", "products"),
        ("refunds", "order_id", "orders"),
    ):
        values = pc.unique(shop.arrow(table)[column].drop_null())
        assert pc.all(pc.is_in(values, pc.unique(shop.arrow(home)[column]))).as_py(), (
            table,
            column,
        )


def test_amounts_of_orders_are_the_sums_of_their_lines(shop: Simulated):
    wrong = asked(
        shop,
        """
        with sums as (
            select order_id,
                coalesce(sum(amount) filter (kind = 'goods'), 0) as goods,
                coalesce(-sum(amount) filter (kind in ('voucher', 'discount')), 0) as discount,
                coalesce(sum(amount) filter (kind = 'shipping'), 0) as shipping,
                coalesce(sum(amount) filter (kind = 'fee'), 0) as fee,
                coalesce(sum(amount) filter (kind in ('sample', 'adjustment')), 0) as adjustment,
                bool_and(kind = 'test') as only_test
            from order_lines group by order_id)
        select count(*) from orders join sums using (order_id)
        where (goods, discount, shipping, fee, adjustment) is distinct from
            (gross_amount, discount_amount, shipping_amount, fee_amount, adjustment_amount)
            or only_test <> is_test
        """,
    )
    assert wrong == [(0,)]
    uneven = "abs(amount - quantity * unit_price) > 0.00001"
    assert asked(shop, f"select count(*) from order_lines where {uneven}") == [(0,)]


def test_what_was_paid_is_what_the_order_costs(shop: Simulated):
    wrong = asked(
        shop,
        """
        select count(*) from orders where paid_amount <> case
            when paid_at is null and not is_cash_on_delivery then 0
            else gross_amount - discount_amount + shipping_amount + fee_amount + adjustment_amount
        end
        """,
    )
    assert wrong == [(0,)]


def test_refunds_are_never_more_than_the_goods_and_whole_ones_say_so(shop: Simulated):
    rows = asked(
        shop,
        """
        select status, sum((amount = gross_amount - discount_amount and gross_amount > 0)::int),
            sum((amount > gross_amount - discount_amount)::int), count(*)
        from refunds join orders using (order_id) where kind = 'goods' group by status
        """,
    )
    by_status = {status: counts for status, *counts in rows}
    assert by_status["refunded"][0] == by_status["refunded"][2]
    assert by_status["completed"][0] == 0
    assert all(counts[1] == 0 for counts in by_status.values())
    early = "refunds join orders using (order_id) where refunded_at <= ordered_at"
    assert asked(shop, f"select count(*) from {early}") == [(0,)]


def test_business_days_are_days_of_the_zone(shop: Simulated):
    local = pc.local_timestamp(
        pc.assume_timezone(shop.arrow("orders")["ordered_at"], "UTC").cast(
            pa.timestamp("us", shop.timezone)
        )
    )
    assert local.cast(pa.date32()).equals(shop.arrow("orders")["ordered_on"])
    days = shop.arrow("orders")["ordered_on"]
    assert shop.start <= pc.min(days).as_py()
    assert pc.max(days).as_py() == shop.end - timedelta(1)


def test_planted_rates_come_back_out_of_the_orders(shop: Simulated):
    rows = asked(
        shop,
        f"""
        with exposure as (
            select t.customer_id, t.segment, t.yearly_rate, sum(c.weight) as days
            from truth t join calendar c
                on c.day > t.first_on and c.day < coalesce(t.dropout_on, date '9999-01-01')
            group by all),
        bought as (
            select o.customer_id, count(*) as repeats from ({PURCHASES}) o
            join truth t on t.customer_id = o.customer_id and o.ordered_on > t.first_on
            group by all)
        select segment, sum(coalesce(repeats, 0)), sum(yearly_rate / 365.25 * days)
        from exposure left join bought using (customer_id) group by segment
        """,
    )
    assert len(rows) == len(SEGMENTS)
    for segment, seen, planted in rows:
        wanted = planted * PURCHASE_SHARE
        assert abs(seen - wanted) < 4 * np.sqrt(wanted) + 0.01 * wanted, segment


def test_nobody_buys_outside_their_lifetime(shop: Simulated):
    outside = asked(
        shop,
        f"""
        select count(*) from ({PURCHASES}) o join truth t using (customer_id)
        where ordered_on < first_on or ordered_on >= dropout_on or not buys
        """,
    )
    assert outside == [(0,)]


def test_lifetimes_have_the_planted_means(shop: Simulated):
    rows = asked(shop, "select segment, avg(lifetime_days), count(*) from truth group by segment")
    planted = {segment.name: segment.mean_lifetime_days for segment in SEGMENTS}
    for segment, mean, count in rows:
        assert mean == pytest.approx(planted[segment], rel=5 / np.sqrt(count)), segment


def test_orders_are_worth_what_was_planted(shop: Simulated):
    rows = asked(
        shop,
        """
        select segment, avg(gross_amount), avg(mean_order_amount) from orders
        join truth using (customer_id) group by segment
        """,
    )
    for segment, seen, planted in rows:
        assert float(seen) == pytest.approx(planted, rel=0.08), segment


def test_the_demo_shop_is_believable(shop: Simulated):
    [(repeat, frequency, value)] = asked(
        shop,
        f"""
        select avg((n > 1)::int), avg(n), sum(value) / sum(n) from (
            select customer_id, count(*) as n, sum(gross_amount - discount_amount) as value
            from ({PURCHASES}) group by 1)
        """,
    )
    assert 0.25 < repeat < 0.45
    assert 1.5 < frequency < 4
    assert (150 if shop.language == "zh" else 50) < value < (320 if shop.language == "zh" else 110)
    [(channels,)] = asked(shop, "select count(distinct channel) from orders")
    assert channels == 5


def test_business_grows_from_year_to_year(shop: Simulated):
    years = asked(
        shop,
        f"""
        select year(ordered_on + interval 6 month) as year, count(*) from ({PURCHASES})
        group by year order by year
        """,
    )
    counts = [count for _, count in years]
    assert counts == sorted(counts) and len(counts) >= 3


def test_festivals_weekdays_and_evenings_stand_out(shop_zh: Simulated):
    [(festive, plain)] = asked(
        shop_zh,
        f"""
        select avg(n) filter (event = '双11' and day(day) in (10, 11)), avg(n) filter (event = '')
        from (
            select day, event, count(o.order_id) as n from calendar
            left join ({PURCHASES}) o on o.ordered_on = day
            where day >= date '2023-07-01' group by all)
        """,
    )
    assert festive > 2.5 * plain
    [(evening, night)] = asked(
        shop_zh,
        """
        select sum((hour(ordered_at + interval 8 hour) between 20 and 22)::int),
            sum((hour(ordered_at + interval 8 hour) between 2 and 4)::int) from orders
        """,
    )
    assert evening > 15 * night
    calendar = shop_zh.truth.calendar.to_pylist()
    spring = {row["day"] for row in calendar if row["event"] == "春节"}
    assert date(2025, 1, 29) in spring and date(2025, 2, 12) not in spring


def test_planted_weights_explain_the_days(shop_en: Simulated):
    rows = asked(
        shop_en,
        f"""
        select weight, count(o.order_id) from calendar left join ({PURCHASES}) o on ordered_on = day
        where day >= date '2024-01-01' group by day, weight
        """,
    )
    weights, counts = np.array(rows).T
    # Counts of one day are noisy; the sums of days of like weight are not.
    by_weight = np.argsort(weights)
    low, high = (
        counts[half].mean() / weights[half].mean() for half in np.array_split(by_weight, 2)
    )
    assert low == pytest.approx(high, rel=0.08)
    assert np.corrcoef(weights, counts)[0, 1] > 0.65


def test_second_accounts_share_the_phone_and_are_in_the_truth(shop: Simulated):
    rows = asked(
        shop,
        """
        select a.phone = b.phone and a.name = b.name and a.account <> b.account from truth t
        join people a using (customer_id) join people b on b.customer_id = t.duplicate_of
        """,
    )
    assert len(rows) > 30 and all(same for (same,) in rows)
    [(phones, people, seconds)] = asked(
        shop,
        """
        select count(distinct phone), count(*), (select count(duplicate_of) from truth) from people
        """,
    )
    assert phones == people - seconds


def test_every_kind_of_trouble_is_there(shop_zh: Simulated):
    [counts] = asked(
        shop_zh,
        """
        select sum(is_presale::int), sum(is_brushing::int), sum(is_test::int),
            sum(is_cash_on_delivery::int), sum((customer_id is null)::int),
            sum((status = 'closed' and paid_at is null)::int),
            sum((status = 'closed' and paid_at is not null)::int), sum((status = 'pending')::int)
        from orders
        """,
    )
    assert all(counts), counts
    kinds = asked(shop_zh, "select kind, goods_returned, count(*) from refunds group by 1, 2")
    assert {(kind, back) for kind, back, _ in kinds} == {
        ("goods", True), ("goods", False), ("shipping", False),
    }  # fmt: skip


def test_a_size_in_order_lines_is_met_closely():
    lines = simulate(order_lines=50_000, seed=2).arrow("order_lines").num_rows
    assert lines == pytest.approx(50_000, rel=0.05)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"customers": 0}, "customers is 0"),
        ({"period": (date(2025, 1, 1), date(2024, 1, 1))}, "period is"),
        ({"language": "fr"}, "no simulated language 'fr'"),
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong: dict, said: str):
    with pytest.raises(ParameterError, match=said):
        simulate(**wrong)


MEASURED = """
import resource, sys
from pathlib import Path
from zhike.datasets import simulate
simulate(order_lines=int(sys.argv[1]), folder=Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_company(tmp_path: Path):
    def peak(lines: int) -> int:
        command = [sys.executable, "-c", MEASURED, str(lines), str(tmp_path / str(lines))]
        return int(subprocess.run(command, capture_output=True, check=True).stdout)

    assert peak(3_000_000) < 1.25 * peak(1_000_000)
