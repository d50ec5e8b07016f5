"""The driver tree: a change split exactly over customers, frequency, basket, price, mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhike.catalogue import purchase_history
from zhike.insights.evidence import ITEM_DIMENSIONS, WORTH, Scope, days_between
from zhike.insights.facts import NOBODY
from zhike.insights.sides import BEFORE, NOW, Sides
from zhike.insights.sums import ALL, PLACE, Floats, Sums
from zhike.schema import Shop
from zhike.stats import additive_split, logarithmic_mean

TREE: dict[tuple[str, bool], dict[str, str]] = {
    ("net_revenue", True): {
        "customers": "customers",
        "frequency": "orders",
        "basket": "units",
        "mix": "reference",
        "price": "amount",
        "discounts": "net",
    },
    ("net_revenue", False): {"customers": "customers", "frequency": "orders", "basket": "net"},
    ("orders", True): {"customers": "customers", "frequency": "orders"},
    ("customers", True): {"customers": "customers"},
}
"""Factors of each metric, with or without order lines: each is its measure by the one before."""

EFFECTS = ("volume", "basket", "mix", "price", "discounts", "refunds", "late")
"""Drivers of a member, in the order of its chain."""


@dataclass(frozen=True)
class Flows:
    """Customers who make the difference between two periods.

    Attributes:
        new: Bought for the first time since the earlier period.
        reactivated: Had bought before, but not in the earlier period.
        lost: Bought in the earlier period and not in this one.
    """

    new: int
    reactivated: int
    lost: int


def flows_of(shop: Shop, sides: Sides) -> Flows | None:
    """Who came and who stayed away; None between segments."""
    if sides.members is not None:
        return None
    before = sides.periods[BEFORE]
    history = purchase_history(shop, sides.as_of)
    rows = sides.placed(history, "ordered_on")
    rows = rows.filter(rows.side.isin([NOW, BEFORE]))
    each = rows.group_by("customer_id").agg(
        now=(rows.side == NOW).ifelse(1, 0).max(),
        before=(rows.side == BEFORE).ifelse(1, 0).max(),
        first_on=rows.first_on.min(),
    )
    came, is_new = (each.now == 1) & (each.before == 0), each.first_on >= before.to_on
    counts = each.agg(
        new=(came & is_new).ifelse(1, 0).sum().fill_null(0),
        reactivated=(came & ~is_new).ifelse(1, 0).sum().fill_null(0),
        lost=((each.now == 0) & (each.before == 1)).ifelse(1, 0).sum().fill_null(0),
    )
    row = counts.to_pyarrow().to_pylist()[0]
    return Flows(**{name: int(value) for name, value in row.items()})


def driver_tree(sums: Sums, scope: Scope, flows: Flows | None) -> dict[str, float]:
    """How much each driver adds to the change; their sum is the change."""
    known = np.array([key[0] == "customer_kind" and key[1] != NOBODY for key in sums.members])
    nobody = np.array([key == ("customer_kind", NOBODY) for key in sums.members])
    whole = np.array([key[0] == ALL for key in sums.members])
    now, before = (sums.totals(side) for side in scope.sides.pairs[0])
    chain = TREE.get((scope.metric, scope.itemised)) or TREE[scope.metric, True]
    places = [PLACE[name] for name in chain.values()]
    ends = [side[known].sum(axis=0)[places] for side in (now, before)]
    effects = additive_split(ends[0], ends[1])
    named = dict(zip(chain, effects.tolist(), strict=True))
    found = _by_flow(named, ends, scope, flows)
    gross, off = (PLACE[name] for name in WORTH[scope.metric])
    found["anonymous"] = float((now - before)[nobody, gross].sum())
    if scope.metric != "customers":
        late = PLACE["late" if scope.metric == "net_revenue" else "late_orders"]
        found["refunds"] = -float((now - before)[whole, off].sum())
        found["late"] = -float((now - before)[whole, late].sum())
    return {name: amount for name, amount in found.items() if amount}


def _by_flow(
    effects: dict[str, float], ends: list[Floats], scope: Scope, flows: Flows | None
) -> dict[str, float]:
    """The effect of the number of customers, shared among those who came and went.

    Each of them stands for the same amount: the logarithmic mean of the whole by that of the
    customers. The effect of a longer or shorter period is taken off them.
    """
    effect = effects["customers"]
    moved = flows.new + flows.reactivated + flows.lost if flows else 0
    if flows is None or not moved:
        return effects
    whole, customers = (
        float(logarithmic_mean(ends[0][place], ends[1][place])) for place in (-1, 0)
    )
    days = whole * days_between(scope.sides, scope.sides.pairs[0])
    unit = whole / customers if customers else 0.0
    found = {
        "customers_new": flows.new * unit - days * flows.new / moved,
        "customers_reactivated": flows.reactivated * unit - days * flows.reactivated / moved,
        "customers_lost": -flows.lost * unit - days * flows.lost / moved,
        "days": days,
    }
    # Where one of the periods has nothing there is no mean: whoever came or went is all of it.
    # Else it is what rounding leaves, and goes where it is least seen.
    rest = effect - sum(found.values())
    names = [name for name in found if name != "days"]
    most = max(names, key=lambda name: abs(found[name]))
    found[most if whole else "customers_lost" if rest < 0 else "customers_new"] += rest
    return found | {name: amount for name, amount in effects.items() if name != "customers"}


def members_split(sums: Sums, scope: Scope) -> dict[str, Floats]:
    """What each member adds to the change, and which drivers inside it do.

    Returns:
        `before`, `after` and each of `EFFECTS` [members]; effects sum to the difference.
    """
    now, before = (sums.totals(side) for side in scope.sides.pairs[0])
    gross, off = (PLACE[name] for name in WORTH[scope.metric])
    late = PLACE["late_orders" if scope.metric == "orders" else "late"]
    effects = {name: np.zeros(len(now)) for name in EFFECTS}
    if scope.metric == "customers":
        effects["volume"] = (now - before)[:, gross]
        return {"before": before[:, gross], "after": now[:, gross], **effects}
    for rows, chain in _chains(sums, scope):
        places = [PLACE[name] for name in chain.values()]
        split = additive_split(now[rows][:, places], before[rows][:, places])
        for place, name in enumerate(chain):
            effects[name][rows] = split[:, place]
    effects["refunds"] = -(now - before)[:, off]
    effects["late"] = -(now - before)[:, late]
    left = [side[:, gross] - side[:, off] - side[:, late] for side in (before, now)]
    return {"before": left[0], "after": left[1], **effects}


def _chains(sums: Sums, scope: Scope) -> list[tuple[np.ndarray, dict[str, str]]]:
    """Rows of members and the chain that they are split by."""
    items = np.array([dimension in ITEM_DIMENSIONS for dimension, _ in sums.members])
    if scope.metric == "orders":
        return [(np.ones_like(items), {"volume": "orders"})]
    if not scope.itemised:
        return [(np.ones_like(items), {"volume": "orders", "basket": "net"})]
    rest = {"basket": "units", "mix": "reference", "price": "amount", "discounts": "net"}
    return [(items, {"volume": "lines", **rest}), (~items, {"volume": "orders", **rest})]
