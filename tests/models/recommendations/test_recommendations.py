"""The views against sums by hand, the blend against its parts, and the rules of the shop."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.models.recommendations import Histories, Views, Weights, tried, tried_by_day
from zhike.models.recommendations.ranking import Rules, popular_list, ranked

PRODUCTS = 60


@pytest.fixture(scope="module")
def bought() -> Histories:
    """Customers of three tastes, who mostly repeat and sometimes try what their like take."""
    chance = np.random.default_rng(11)
    rows = []
    for customer in range(600):
        own = 20 * (customer % 3) + chance.choice(20, 5, replace=False)
        for basket in range(int(chance.integers(2, 8))):
            new = 20 * (customer % 3) + chance.choice(20, 2, replace=False)
            day = 30 * basket + customer % 30 + 1
            rows += [(customer, product, day) for product in {*chance.choice(own, 2), *new}]
    columns = (np.array(it) for it in zip(*rows, strict=True))
    ids = [
        np.array([f"{kind}{n:03}" for n in range(size)]) for kind, size in (("c", 600), ("p", 60))
    ]
    return Histories.of(*columns, *ids)


def _rules(**changed: object) -> Rules:
    usual: dict[str, object] = {
        "length": 5,
        "rest_days": 0,
        "category_cap": 0,
        "category": np.full(PRODUCTS, -1, np.int32),
        "available": np.ones(PRODUCTS, bool),
        "given_back": np.array([], np.int64),
    }
    return Rules(**(usual | changed))  # type: ignore[arg-type]


def _lists(bought: Histories, rules: Rules) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    everybody = np.arange(len(bought.customers), dtype=np.int32)
    found = list(ranked(Views(bought), Weights(1, 0, 0.3, 0.1), rules, everybody))
    return tuple(  # type: ignore[return-value]
        np.concatenate([getattr(it, name) for it in found]) for name in ("repeat", "new", "because")
    )


def test_baskets_fade_as_in_the_paper() -> None:
    days = list(range(1, 10))
    one = Histories.of([0] * 9, [0] * 9, days, ["a"], ["x"])
    # Hu et al. 2020, eq. 2 and 3, groups of seven, not yet divided.
    wanted = [0.9**place for place in range(7)] + [0.7, 0.7 * 0.9]
    assert Views(one).faded == pytest.approx(wanted)


def test_a_customers_last_basket_is_not_seen_when_it_is_foretold(bought: Histories) -> None:
    known = bought.without_last()
    assert (known.baskets == np.maximum(bought.baskets - 1, 0)).all()
    earlier = bought.before(45)
    assert len(earlier.days) == (bought.days > 45).sum()
    assert earlier.days.min() >= 1


def test_the_blend_is_better_than_each_of_its_parts(bought: Histories) -> None:
    for trial in (tried(bought), tried_by_day(bought, 40)):
        best = max(trial.alone.values(), key=lambda judged: judged.recall)
        assert trial.blend.recall > best.recall
        assert trial.blend.new_recall > trial.alone["recent"].new_recall


def test_repeats_were_bought_before_and_new_products_never(bought: Histories) -> None:
    repeat, new, because = _lists(bought, _rules())
    owned = bought.matrix(np.ones(len(bought.product))).toarray() > 0
    for who in range(len(bought.customers)):
        assert owned[who, repeat[who][repeat[who] >= 0]].all()
        assert not owned[who, new[who][new[who] >= 0]].any()
        assert owned[who, because[who][because[who] >= 0]].all()
    assert (because[new >= 0] >= 0).mean() > 0.9


def test_what_cannot_be_sold_or_came_back_is_not_recommended(bought: Histories) -> None:
    available = np.arange(PRODUCTS) % 4 > 0
    first = _lists(bought, _rules())[0][:, 0]
    back = np.arange(600) * PRODUCTS + first
    repeat, new, _ = _lists(bought, _rules(available=available, given_back=back))
    for lists in (repeat, new):
        assert available[lists[lists >= 0]].all()
        assert not (lists == first[:, np.newaxis]).any()


def test_what_was_just_bought_rests(bought: Histories) -> None:
    repeat, _, _ = _lists(bought, _rules(rest_days=30))
    fresh = bought.where(bought.days <= 30)
    pairs = set(zip(fresh.customer.tolist(), fresh.product.tolist(), strict=True))
    named = {(who, int(it)) for who, row in enumerate(repeat) for it in row if it >= 0}
    assert named
    assert not named & pairs


def test_no_list_holds_more_of_a_category_than_allowed(bought: Histories) -> None:
    category = (np.arange(PRODUCTS) % 5).astype(np.int32)
    _, new, _ = _lists(bought, _rules(category=category, category_cap=1))
    for row in new:
        codes = category[row[row >= 0]]
        assert len(set(codes.tolist())) == len(codes)
    assert len(popular_list(Views(bought), _rules(category=category, category_cap=1))) == 5


def test_nothing_depends_on_the_order_of_rows(bought: Histories) -> None:
    order = np.random.default_rng(1).permutation(len(bought.customer))
    columns = (it[order] for it in (bought.customer, bought.product, bought.days))
    again = Histories.of(*columns, bought.customers, bought.products)
    assert tried(again) == tried(bought)
