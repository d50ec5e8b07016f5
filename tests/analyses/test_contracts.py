"""What every analysis keeps to: the same answer on every engine, whatever is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from zhike.analyses import REGISTRY, as_json
from zhike.blocks import Chart, Table
from zhike.catalogue import lacking, parameters_of, shop_from
from zhike.datasets import corner_shop, simulate
from zhike.engines import Engine
from zhike.errors import ParameterError
from zhike.i18n import use_language
from zhike.schema import Shop

NAMES = list(REGISTRY)
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "overview": [{"period": "2024-Q3"}, {"period": "all"}],
    "rfm": [{}, {"recency_cuts": (30, 90, 180, 365), "monetary_cuts": (0.5, 100, 500.25, 2000)}],
    "abc": [{}, {"a_share": 0.5, "b_share": 0.8}],
    "value_tiers": [{"by": "revenue"}, {"by": "customers", "often": 4}],
    "lifecycle": [
        {},
        {"lost_after_days": 90, "since": date(2023, 3, 3), "until": date(2024, 5, 5)},
    ],
    "cohorts": [{"unit": "week"}, {"unit": "quarter"}],
    "rhythm": [{}, {"lost_after_days": 120, "most_days": 90}],
    "heatmap": [{}, {"by": "product"}],
    "channels": [{}],
    "categories": [{"least_customers": 1}],
    "seasonality": [{}, {"unit": "day"}, {"unit": "week", "country": "GB"}],
    "price_sensitivity": [{}, {"grown_days": 30}],
    "clv": [{}, {"horizon_days": 90, "model": "mbg_nbd", "margin_rate": 0.4}],
    "churn": [{}, {"horizon_days": 45}],
    "demand": [{}, {"horizon_days": 28, "top": 5, "service_level": 0.99}],
    "next_purchase": [{}, {"horizon_days": 60}],
    "recommendations": [{}, {"length": 2, "category_cap": 0, "rest_days": 0}],
    "baskets": [{}, {"least_baskets": 5}],
    "profile": [{}, {"segment": "recency_days > 90 and frequency >= 2"}],
    "comparison": [{}],
    "lost_traits": [{}, {"lost_after_days": 120}],
    "relationship": [{}],
    "loyalty": [{}, {"loyal_after": 4}],
    "segmentations": [{}, {"by": "value"}],
    "clusters": [{}, {"groups": 4}],
    "movement": [{}, {"by": "stage", "since": date(2024, 9, 1)}, {"by": "value"}],
    "new_returning": [{}, {"unit": "quarter", "against": "previous"}],
    "concentration": [{}, {"window_days": 90}],
    "regions": [{}, {"level": "city"}],
    "acquisition": [{}, {"by": "channel", "within_days": 60}],
    "nurture": [{}, {"by": "product", "least_customers": 5}],
    "returns": [{}],
    "accuracy": [{}],
    "adequacy": [{}, {"goal": "retention"}],
}


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    company = simulate(300, seed=7, language="zh")
    return {name: company.arrow(name) for name in company.tables}


def _shop(engine: Engine, tables: dict[str, pa.Table], prefix: str = "t") -> Shop:
    return Shop(engine, {name: engine.load(f"{prefix}_{name}", it) for name, it in tables.items()})


@pytest.fixture(scope="module")
def expected(tables: dict[str, pa.Table], duckdb_engine: Engine) -> Iterator[dict[str, Any]]:
    shop = _shop(duckdb_engine, tables)
    yield {name: _answers(name, shop) for name in NAMES}


def _answers(name: str, shop: Shop) -> list[Any]:
    analyses = [REGISTRY[name](**values) for values in VARIANTS.get(name, [{}])]
    answers = []
    for analysis in analyses:
        result = analysis.run(shop)
        rows = result.customers().to_pyarrow().to_pylist()
        rows.sort(key=lambda row: row["customer_id"])
        answers.append({"json": as_json(result, analysis), "customers": rows})
    return answers


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["postgres", "spark"])
def test_every_engine_gives_the_same_answer(
    kind: str,
    name: str,
    expected: dict[str, Any],
    tables: dict[str, pa.Table],
    request: pytest.FixtureRequest,
) -> None:
    engine = request.getfixturevalue(f"{kind}_engine")
    shop = _shop_of(engine, tables)
    assert not list(_differences(_answers(name, shop), expected[name]))


_SHOPS: dict[str, Shop] = {}


def _shop_of(engine: Engine, tables: dict[str, pa.Table]) -> Shop:
    """One shop an engine, so that facts are computed once, as in a run."""
    return _SHOPS.setdefault(engine.name, _shop(engine, tables, "contract"))


@pytest.mark.parametrize("name", NAMES)
def test_a_shop_without_rows_is_answered_with_nothing(name: str, duckdb_engine: Engine) -> None:
    empty = {key: table.to_pyarrow().slice(0, 0) for key, table in corner_shop().tables.items()}
    shop = _shop(duckdb_engine, empty, "empty")
    analysis = REGISTRY[name]()
    assert lacking(analysis, shop) is not None
    result = analysis.run(shop)
    _all_blocks(result)
    assert result.customers().to_pyarrow().num_rows == 0


@pytest.mark.parametrize("name", NAMES)
def test_one_customer_with_one_order_is_enough(name: str) -> None:
    rows = {"customer_id": ["a"], "ordered_at": ["2024-03-05"], "paid_amount": [9.9]}
    shop = shop_from(orders=pa.table(rows))
    analysis = REGISTRY[name]()
    assert (lacking(analysis, shop) is None) == _needs_only_orders(name)
    result = analysis.run(shop)
    _all_blocks(result)
    json.dumps(as_json(result, analysis), allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_orders_without_any_customer_are_no_fault(name: str) -> None:
    none = pa.array([None, None], pa.string())
    rows = {"customer_id": none, "ordered_at": ["2024-03-05"] * 2, "paid_amount": [9.9, 1]}
    result = REGISTRY[name]().run(shop_from(orders=pa.table(rows)))
    _all_blocks(result)
    assert result.customers().to_pyarrow().num_rows == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_result_survives_json(name: str) -> None:
    analysis = REGISTRY[name]()
    found = as_json(analysis.run(corner_shop()), analysis)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found) == ["analysis", "as_of", "params", "numbers", "tables", "findings"]
    assert found["as_of"] == "2025-01-01"


@pytest.mark.parametrize("name", NAMES)
def test_words_are_there_in_both_languages(name: str) -> None:
    with use_language("en"):
        english = list(_words(name))
    with use_language("zh"):
        chinese = list(_words(name))
    same = {it for it, other in zip(english, chinese, strict=True) if it == other}
    assert not same


@pytest.mark.parametrize("name", NAMES)
def test_every_table_shows_columns_that_it_has(name: str) -> None:
    for block in REGISTRY[name]().run(corner_shop()).blocks():
        table = block.table if isinstance(block, Chart) else block
        if isinstance(table, Table):
            assert {column.name for column in table.columns} <= set(table.rows.column_names)


@pytest.mark.parametrize("name", NAMES)
def test_values_outside_a_constraint_are_refused(name: str) -> None:
    for parameter in parameters_of(REGISTRY[name]):
        if parameter.constraint is not None:
            with pytest.raises(ParameterError, match=parameter.name):
                REGISTRY[name](**{parameter.name: "nonsense"})


@pytest.mark.parametrize("name", NAMES)
def test_a_shop_without_orders_is_told_what_to_add(name: str, duckdb_engine: Engine) -> None:
    sentence = str(lacking(REGISTRY[name], Shop(duckdb_engine, {})))
    assert sentence == "This needs Orders. Add a file that holds them."


def _needs_only_orders(name: str) -> bool:
    needs = REGISTRY[name].needs
    bare = {"customer_id", "ordered_at", "paid_amount"}
    return (
        set(needs.columns) == {"orders"}
        and not needs.any_of
        and (set(needs.columns["orders"]) <= bare and not needs.history_days)
    )


def _all_blocks(result: Any) -> None:
    for block in result.blocks():
        str(getattr(block, "title", getattr(block, "body", "")))
    for finding in result.findings():
        str(finding.sentence)


def _words(name: str) -> Iterator[str]:
    kind = REGISTRY[name]
    yield str(kind.title)
    yield str(kind.question)
    shop = corner_shop()
    result = kind(**VARIANTS.get(name, [{}])[0]).run(shop)
    for block in result.blocks():
        for attribute in ("title", "body", "label", "definition", "alternative", "note"):
            text = getattr(block, attribute, None)
            if text is not None:
                yield str(text)
        table = block.table if isinstance(block, Chart) else block
        if isinstance(table, Table):
            yield from (str(column.label) for column in table.columns)
            yield from (str(word) for it in table.columns for word in it.labels.values())
    yield from (str(finding.sentence) for finding in result.findings())


def _differences(found: Any, wanted: Any, path: str = "") -> Iterator[str]:
    if isinstance(wanted, dict) and found.keys() == wanted.keys():
        for key in wanted:
            yield from _differences(found[key], wanted[key], f"{path}.{key}")
    elif isinstance(wanted, list) and len(found) == len(wanted):
        for place, pair in enumerate(zip(found, wanted, strict=True)):
            yield from _differences(*pair, f"{path}[{place}]")
    elif isinstance(wanted, float | Decimal) and found is not None:
        if float(found) != pytest.approx(float(wanted), rel=1e-9, abs=1e-9):
            yield f"{path}: {found} is not {wanted}"
    elif found != wanted:
        yield f"{path}: {found} is not {wanted}"
