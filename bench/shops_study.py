"""Simulated shops whose truth is known: `python -m bench.shops_study [--shops 200]`.

Of each kind of shop (small, short, one-time buyers, heavy buyers, all on day one, one customer,
seasonal, T = 0 …) and law of leaving: does anything fail or give no number; do the 90 % intervals
of the parameters and of each customer's own rate hold the truth; are predictive counts uniform
after the randomised probability integral transform; and are one-time buyers not all taken to be
alive? Shops that break the law they are fitted by (a season) are counted apart.

Parameters are judged twice: in parts of a day, as the laws have it, and in whole days, as a shop
counts them, which hides some purchases of frequent buyers.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from itertools import cycle, islice, product
from typing import Any

import numpy as np
from scipy.stats import kstest

from zhike.analyses import REGISTRY
from zhike.catalogue import lacking, shop_from
from zhike.datasets.buying import KINDS, LAWS, Buyers, buyers
from zhike.models.clv import BUYING, Rows, fit, purchase_rates

ASKED = ("clv", "next_purchase", "churn", "accuracy")
BROKEN = {"seasonal"}
FINER: dict[str, int] = {"pareto_nbd": 6, "mbg_nbd": 24, "bg_nbd": 24}
"""Parts of a day: the laws are of time that flows, and days hide purchases of frequent buyers."""
TOO_FEW = {"one customer", "one-time only", "all at T = 0"}
"""Kinds that show nothing of a law: no parameter can be told."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=200)
    shops = parser.parse_args().shops
    held: dict[str, list[Any]] = defaultdict(list)
    for seed, (law, kind) in enumerate(islice(cycle(product(LAWS, KINDS)), shops)):
        drawn = buyers(kind, seed, law)
        if kind not in TOO_FEW | BROKEN:
            held["parameters"].append(
                (kind, law, inside(buyers(kind, seed, law, finer=FINER[law])))
            )
        held["faults"] += [f"{kind}, {law}, {seed}: {it}" for it in faults(drawn)]
        for name, value in judged(drawn, kind).items():
            held[name].append((kind, law, value))
        if sys.stderr.isatty():
            print(f"\r{seed + 1} of {shops}", end="", file=sys.stderr)
    told(shops, held)


def faults(drawn: Buyers) -> list[str]:
    """What fails, or shows no number, in front of somebody who asks."""
    shop = shop_from(orders=drawn.orders(), as_of=drawn.as_of)
    found = []
    for name in ASKED:
        analysis = REGISTRY[name]()
        if lacking(analysis, shop) is not None:
            continue
        try:
            result = analysis.run(shop)
            said = [value for value in result.numbers.values() if value is not None]
            rows = result.customers().to_pyarrow()
            for block in result.blocks():
                str(getattr(block, "body", getattr(block, "title", "")))
        except Exception as fault:  # noqa: BLE001  it is what is looked for
            found.append(f"{name}: {fault!r}")
            continue
        if not np.isfinite(said).all():
            found.append(f"{name}: a number is not finite")
        found += [f"{name}: {it} is not finite" for it in not_finite(rows)]
    return found


def not_finite(rows: Any) -> list[str]:
    return [
        name
        for name in rows.column_names
        if str(rows[name].type) == "double"
        and not np.isfinite(rows[name].drop_null().to_numpy()).all()
    ]


def judged(drawn: Buyers, kind: str) -> dict[str, Any]:
    """What holds of the law's own model, fitted to what was seen."""
    x, t_x, whole = drawn.histories()
    rows = Rows.of(x, t_x, whole)
    model = BUYING[drawn.law]
    found = fit(model, rows)
    base = rows.days + 1
    keys = (rows.x * base + rows.t_x) * base + rows.T
    at = np.searchsorted(keys, (x * base + t_x) * base + whole)
    rates = purchase_rates(model, found.array, rows)
    measures: dict[str, Any] = {
        "rates": float(((rates.low[at] <= drawn.rate) & (drawn.rate <= rates.high[at])).mean()),
        "transform": transformed(drawn, rows, found.array)[at_random(len(at), drawn)],
        "status": found.status,
    }
    once = (rows.x == 0) & (rows.T > 60)
    if once.any() and (rows.x > 0).any() and drawn.law != "bg_nbd":
        measures["once alive"] = float(model.p_alive(found.array, rows)[once].min())
    if kind not in TOO_FEW | BROKEN:
        measures["parameters by day"] = inside(drawn)
    return measures


def inside(drawn: Buyers) -> float:
    """Share of the parameters whose 90 % interval holds the truth; one that is unknown does."""
    found = fit(BUYING[drawn.law], Rows.of(*drawn.histories()))
    if not np.isfinite(found.covariance).all():
        return 1.0
    ends = {name: found.interval(name) for name in found.values}
    return float(np.mean([low <= drawn.truth[name] <= high for name, (low, high) in ends.items()]))


def at_random(count: int, drawn: Buyers) -> Any:
    """At most a thousand customers of each shop, so that none outweighs the others."""
    return np.random.default_rng(count + drawn.days).permutation(count)[:1000]


def transformed(drawn: Buyers, rows: Rows, values: Any) -> Any:
    """The randomised transform of what each bought: uniform where the law is known."""
    x, t_x, whole = drawn.histories()
    model, y = BUYING[drawn.law], drawn.future()
    each = Rows(x, t_x, whole, np.ones(len(x), np.int64))
    alive = model.p_alive(values, each)
    tail = model.alive_tails(values, x, whole, drawn.horizon)
    below, here = np.zeros(len(x)), np.zeros(len(x))
    above = np.ones(len(x))
    for count in range(int(y.max(initial=0)) + 1):
        further = alive * tail(count + 1, len(x))
        here = np.where(y == count, above - further, here)
        below = np.where(y == count, 1 - above, below)
        above = further
    return below + np.random.default_rng(len(x)).random(len(x)) * here


def told(shops: int, held: dict[str, list[Any]]) -> None:
    print(f"{shops} shops; exceptions and numbers that are none: {len(held['faults'])}")
    for fault in held["faults"][:10]:
        print(f"  {fault}")
    for name in ("parameters", "parameters by day", "rates"):
        lawful = [value for kind, _, value in held[name] if kind not in BROKEN | TOO_FEW]
        print(f"{name} within their 90 % interval: {np.mean(lawful):.3f}")
        for kind in KINDS:
            own = [value for one, _, value in held[name] if one == kind]
            if own:
                print(f"  {kind:15} {np.mean(own):.3f}")
    for law in LAWS:
        for kind in KINDS:
            seen = [value for one, its, value in held["transform"] if (one, its) == (kind, law)]
            if seen and kind != "one customer":
                every = np.concatenate(seen)
                print(f"PIT {law:10} {kind:15} mean {every.mean():.3f}, "
                      f"within 5 and 95 %: {((every > .05) & (every < .95)).mean():.3f}, "
                      f"KS {kstest(every, 'uniform').statistic:.3f} of {len(every)}")  # fmt: skip
    lawful = np.concatenate(
        [value for kind, _, value in held["transform"] if kind not in BROKEN | TOO_FEW]
    )
    print(f"PIT of all lawful: deciles {np.histogram(lawful, 10, (0, 1))[0] / len(lawful)}")
    alive = [value for _, _, value in held["once alive"]]
    print(f"P(alive) of the least likely one-time buyer: median {np.median(alive):.3f}, "
          f"most {np.max(alive):.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
