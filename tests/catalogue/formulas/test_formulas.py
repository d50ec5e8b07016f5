"""Expressions of metrics: read, refused, computed as one finds by hand, put into words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.catalogue import METRICS, Period, metrics_of
from zhike.catalogue.formulas import (
    Aggregate,
    counted_in,
    leaves_of,
    parse_formula,
    value_of,
)
from zhike.catalogue.metrics import METRIC, names_of
from zhike.catalogue.own_metrics import declare, metrics_in, own_metrics
from zhike.datasets import corner_shop, simulate
from zhike.engines import Engine
from zhike.errors import ParameterError, RuleError
from zhike.i18n import use_language

NAMES = names_of(METRICS)
AS_OF = date(2025, 1, 1)
YEAR = {"now": Period.parse("2024", as_of=AS_OF, first_on=date(2024, 1, 1))}
KNOWN = {"net_revenue": 670.0, "orders": 7.0, "customers": 3.0, "new_customers": 0.0}


def value(text: str) -> float | None:
    formula = parse_formula(text, NAMES)
    aggregates = [leaf for leaf in leaves_of(formula) if isinstance(leaf, Aggregate)]
    counted = counted_in(corner_shop(), aggregates, YEAR, AS_OF)
    return value_of(formula, KNOWN.get, counted["now"])


# The corner shop has seven purchases in 2024 (1006 was never paid).
BY_HAND = [
    ("net_revenue / orders", 670 / 7),
    ("净收入 ÷ 购买订单数", 670 / 7),
    ("net_revenue - 2 * orders - 1", 655),
    ("-(net_revenue - 70) / (1 + customers * 2 - 1)", -100),
    ("net_revenue / new_customers", None),
    ("count(orders)", 7),
    ("count(orders.customer_id)", 6),
    ("count_distinct(orders.customer_id)", 3),
    ("count(orders where customer_id is empty)", 1),
    ("sum(orders.shipping_amount)", 20),
    ("max(orders.paid_amount) - min(orders.paid_amount)", 140),
    ("average(orders.paid_amount where paid_amount > 100)", (110 + 180 + 140) / 3),
    ("average(orders.paid_amount where paid_amount > 999)", None),
    ("sum(orders.paid_amount where paid_amount > 999)", 0),
    ("sum(order_lines.quantity where product_id = 'tea')", 5),
    ("求和（订单明细.数量 其中 商品编号＝‘tea’）", 5),
    ("sum(order_lines.quantity where kind = 'goods' and not name contains 'o')", 11),
    ("sum(refunds.amount) / count(refunds)", 20),
    ("count(tickets)", None),
]


@pytest.mark.parametrize(("text", "expected"), BY_HAND)
def test_an_expression_comes_to_what_one_finds_by_hand(text: str, expected: float | None) -> None:
    assert value(text) == (None if expected is None else pytest.approx(expected))


WRONG = [
    ("net_revenu / 2", 1, "Did you mean 'net_revenue'"),
    ("净收人 / 2", 1, "Did you mean '净收入'"),
    ("net_revenue /", 14, "a number, a metric or a function"),
    ("net_revenue orders", 13, "+, -, *, /"),
    ("total(orders.paid_amount)", 1, "no function ‘total’"),
    ("sum(orders)", 5, "a column of numbers"),
    ("sum(orders.channel)", 5, "a column of numbers"),
    ("sum(orders.paid_amoun)", 5, "Did you mean 'orders.paid_amount'"),
    ("count(orders where kind = 'a')", 20, "no field ‘kind’"),
    ("count(order_lines where kind = 'good')", 32, "Did you mean 'goods'"),
    ("count(orders where segment('keen'))", 28, "a segment cannot"),
    ("count(orders", 13, "‘where’ or ‘)’"),
    ("(1", 3, "‘)’"),
    ("(" * 50 + "1" + ")" * 50, 41, "deeper"),
    ("+".join(["1"] * 101), 201, "at most 100"),
    ("__import__('os')", 1, "no function"),
    ("orders; 1", 7, "no meaning"),
    ("", 1, "a number"),
]


@pytest.mark.parametrize(("text", "at", "said"), WRONG, ids=[text[:30] for text, *_ in WRONG])
def test_a_fault_says_where_and_what_was_expected(text: str, at: int, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_formula(text, NAMES)
    assert caught.value.at == at
    assert said in str(caught.value)


PIECES = st.sampled_from([
    "net_revenue", "净收入", "orders", "sum", "count", "(", ")", "orders.paid_amount", "where",
    "+", "-", "*", "/", "÷", "2", "0.5%", "channel", "=", "'a'", "and", "其中", "订单", "“", ";",
])  # fmt: skip


@given(st.text(max_size=30) | st.lists(PIECES, max_size=10).map(" ".join))
def test_garbage_is_a_rule_error_and_nothing_else(text: str) -> None:
    try:
        formula = parse_formula(text, NAMES)
    except RuleError as fault:
        assert 1 <= fault.at <= len(text) + 1
    else:
        value_of(formula, lambda _: 1.0, {})


def test_the_expression_of_every_metric_gives_its_value() -> None:
    """Walked over the amounts of the period, it is what the engine computes."""
    shop = simulate(300).shop()
    declare(
        shop, own_metrics({f"again_{item.name}": {"expression": item.name} for item in METRICS})
    )
    periods = {"2024": Period.parse("2024", as_of=AS_OF, first_on=date(2023, 1, 1))}
    row = metrics_of(shop, periods, AS_OF, lost_after_days=100).to_pylist()[0]
    for metric in METRICS:
        assert row[f"again_{metric.name}"] == pytest.approx(row[metric.name])
    spelt = {f"spelt_{item.name}": {"expression": item.expression} for item in METRICS}
    other = simulate(300).shop()
    declare(other, own_metrics(spelt))
    row = metrics_of(other, periods, AS_OF, lost_after_days=100).to_pylist()[0]
    for metric in METRICS:
        assert row[f"spelt_{metric.name}"] == pytest.approx(row[metric.name]), metric.name


def test_words_say_the_expression_with_labels() -> None:
    assert str(METRIC["average_order_value"].words) == "Net revenue ÷ Purchases"
    own = own_metrics(
        {
            "a": {"label": {"zh": "茶", "en": "Tea"}, "expression": "1 - (orders - 2) / 净收入"},
            "b": {
                "expression": "茶 * count(orders where store in ('甲')) / sum(orders.fee_amount)"
            },
        }
    )
    assert str(own[0].words) == "1 − (Purchases − 2) ÷ Net revenue"
    with use_language("zh"):
        assert str(own[1].words) == "茶 × 订单数（店铺 属于（“甲”）） ÷ 订单的手续费合计"


def test_own_metrics_need_one_another_in_any_order_but_not_in_circles() -> None:
    shop = corner_shop()
    sections = {
        "double": {"expression": "half * 4"},
        "half": {"expression": "net_revenue / 2", "label": "一半"},
        "one": {"expression": "一半 / half"},
    }
    declare(shop, own_metrics(sections))
    row = metrics_of(shop, YEAR, AS_OF).to_pylist()[0]
    assert (row["double"], row["half"], row["one"]) == (1340.0, 335.0, 1.0)
    assert [metric.name for metric in metrics_in(shop)][-3:] == ["double", "half", "one"]
    with pytest.raises(ParameterError, match="double → half → double"):
        own_metrics(sections | {"half": {"expression": "double / 2", "label": "一半"}})
    grown = {"m0": {"expression": "orders"}} | {
        f"m{n}": {"expression": f"m{n - 1} + m{n - 1}"} for n in range(1, 100)
    }
    declare(other := corner_shop(), own_metrics(grown))
    assert metrics_of(other, YEAR, AS_OF).to_pylist()[0]["m99"] == 7 * 2.0**99


@pytest.mark.parametrize(
    "section",
    [
        {"orders": {"expression": "1"}},
        {"a b": {"expression": "1"}},
        {"a": {}},
        {"a": {"expression": 5}},
        {"a": {"expression": "1", "format": "euro"}},
        {"a": {"expression": "1", "labl": "x"}},
        {"a": {"expression": "1", "label": {"fr": "x"}}},
    ],
)
def test_a_wrong_declaration_is_refused(section: dict[str, dict[str, object]]) -> None:
    with pytest.raises(ParameterError):
        own_metrics(section)


@pytest.mark.server
@pytest.mark.parametrize("engine", ["postgres_engine", "spark_engine"])
def test_aggregates_come_to_the_same_on_every_engine(
    engine: str, duckdb_engine: Engine, request: pytest.FixtureRequest
) -> None:
    company = simulate(200)
    texts = (
        "sum(order_lines.amount where kind = 'goods' and name contains 'a\\' or brand is empty)",
        "average(orders.paid_amount where store is empty and not channel = ''' or 1=1 --')",
        "count_distinct(orders.customer_id where ordered_on >= 2024-06-15)",
        "max(refunds.amount) - min(refunds.amount)",
        "count(order_lines.product_id where quantity between 1 and 2.5)",
    )
    aggregates = [
        leaf
        for text in texts
        for leaf in leaves_of(parse_formula(text, NAMES))
        if isinstance(leaf, Aggregate)
    ]
    assert len(aggregates) == 6
    here = counted_in(company.shop(duckdb_engine), aggregates, YEAR, AS_OF)
    there = counted_in(company.shop(request.getfixturevalue(engine)), aggregates, YEAR, AS_OF)
    assert here["now"].keys() == there["now"].keys()
    for item, expected in here["now"].items():
        assert there["now"][item] == pytest.approx(expected), item
