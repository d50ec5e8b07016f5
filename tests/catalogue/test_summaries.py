"""Customers in a few hundred numbers: both ways of getting the others give the same."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

import pytest

from zhike.catalogue import customer_traits, traits_of
from zhike.catalogue.contrasts import contrast
from zhike.catalogue.summaries import (
    Counted,
    TraitSummary,
    summaries_of,
    summary_of,
    summary_of_all,
)
from zhike.datasets import Simulated, corner_shop, simulate
from zhike.engines import Engine, open_engine
from zhike.schema import Shop
from zhike.stats import Sample


@cache
def _company() -> Simulated:
    return simulate(150, seed=3, language="zh")


def _shop(engine: Engine) -> Shop:
    company = _company()
    tables = {name: engine.load(f"summed_{name}", company.arrow(name)) for name in company.tables}
    return Shop(engine, tables)


def _plain(summary: TraitSummary) -> dict[str, float]:
    """Every number of a summary that is not zero, by its path."""

    def walk(path: str, value: Any) -> dict[str, float]:
        if isinstance(value, Sample | Counted | TraitSummary):
            value = {item.name: getattr(value, item.name) for item in fields(value)}
        if isinstance(value, dict):
            parts = [walk(f"{path}.{key}", it) for key, it in value.items()]
            return {key: it for part in parts for key, it in part.items()}
        return {path: float(value)}

    return {path: number for path, number in walk("", summary).items() if number}


def test_the_corner_shop_by_hand() -> None:
    summary = summary_of_all(corner_shop())
    assert (summary.customers, summary.revenue) == (4, 630)
    assert summary.values["city"] == {
        "上海市": Counted(customers=2, revenue=470),
        "杭州市": Counted(customers=1, revenue=0),
        "苏州市": Counted(customers=1, revenue=160),
    }
    assert summary.moments["frequency"] == Sample(count=3, mean=2, variance=1)


def test_the_others_are_the_same_by_counting_and_by_taking_away() -> None:
    shop = _shop(open_engine())
    traits, described = customer_traits(shop), traits_of(shop)
    is_lost = traits.stage == "lost"
    inside, outside = summaries_of(traits, described, is_lost)
    assert _plain(inside) == pytest.approx(_plain(summary_of(traits.filter(is_lost), described)))
    others = summary_of_all(shop).without(inside)
    assert _plain(others) == pytest.approx(_plain(outside), abs=1e-6)
    first, second = (contrast(inside, it, described) for it in (outside, others))
    assert first.shares["chance"].to_pylist() == pytest.approx(second.shares["chance"].to_pylist())


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgres", "spark"])
def test_every_engine_sums_up_the_same(kind: str, request: pytest.FixtureRequest) -> None:
    def both(shop: Shop) -> list[dict[str, float]]:
        traits = customer_traits(shop)
        sides = summaries_of(traits, traits_of(shop), traits.stage == "lost")
        return [_plain(side) for side in (*sides, summary_of_all(shop))]

    found = both(_shop(request.getfixturevalue(f"{kind}_engine")))
    for side, wanted in zip(found, both(_shop(open_engine())), strict=True):
        assert side == pytest.approx(wanted, rel=1e-9)
