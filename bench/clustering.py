"""Natural groups, measured: `python -m bench.clustering [CUSTOMERS]`.

The timing: a million customers × 8 measures with six groups in them, from Arrow batches to
everybody's group, choice of the number included; and k-means of scikit-learn on the same points
for that number alone. The study: how often the planted number is found, and how well the groups,
in small shops whose groups are more or less far apart, and in shops without any.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.cluster import KMeans

from zhike.models.clusters import Grouping, chosen, grouped
from zhike.models.clusters.measures import BATCH_ROWS, Batches
from zhike.models.clusters.scaling import Kind
from zhike.stats.agreement import adjusted_rand

CUSTOMERS, MEASURES, GROUPS = 1_000_000, 8, 6
SHOPS = 40
APART = (3.0, 4.0, 5.0)


def planted(customers: int, groups: int, apart: float, seed: int) -> tuple[Any, Any]:
    """Points around centres at least so many spreads from one another, groups of unlike sizes."""
    chance = np.random.default_rng(seed)
    ways, _ = np.linalg.qr(chance.standard_normal((MEASURES, MEASURES)))
    sizes = chance.dirichlet(np.full(groups, 5.0))
    truth = chance.choice(groups, size=customers, p=sizes)
    points = (ways * apart / np.sqrt(2))[truth] + chance.standard_normal((customers, MEASURES))
    return points, truth


def batches_of(points: Any) -> Batches:
    """The points as an engine would stream them."""
    count = len(points)
    columns = {
        "customer_id": pa.array(np.char.add("customer-", np.arange(count).astype(str))),
        "trials": pa.array(np.ones(count)),
        "worth": pa.array(points[:, 0]),
        **{f"m{at}": pa.array(np.ascontiguousarray(points[:, at])) for at in range(MEASURES)},
    }
    table = pa.table(columns)
    return lambda: iter(table.to_batches(max_chunksize=BATCH_ROWS))


def timed(customers: int) -> dict[str, Any]:
    """Seconds, and how well the planted groups were found."""
    points, truth = planted(customers, GROUPS, 4.0, 0)
    batches = batches_of(points)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kinds: dict[str, Kind] = {f"m{at}": "plain" for at in range(MEASURES)}
    begin = time.perf_counter()
    found = grouped(batches, kinds)
    ours = time.perf_counter() - begin
    if not isinstance(found, Grouping):
        raise SystemExit(str(found))
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    labels = found.labels["group"].to_numpy().astype(np.int64)
    begin = time.perf_counter()
    theirs = KMeans(len(found.counts), n_init=4, random_state=0).fit(points)
    return {
        "customers": customers,
        "measures": MEASURES,
        "planted": GROUPS,
        "found": len(found.counts),
        "natural": found.choice.natural,
        "adjusted_rand": round(adjusted_rand(labels, truth), 4),
        "seconds": round(ours, 1),
        "more_rss_mb": more // 1024,
        "scikit_learn_one_number_seconds": round(time.perf_counter() - begin, 1),
        "scikit_learn_adjusted_rand": round(adjusted_rand(theirs.labels_.astype(int), truth), 4),
    }


def studied() -> dict[str, Any]:
    """How often the planted number is found in shops of 2,000 customers."""
    found: dict[str, Any] = {}
    for apart in APART:
        right, agreed = 0, list[float]()
        for seed in range(SHOPS):
            groups = 2 + seed % 5
            points, truth = planted(2000, groups, apart, seed)
            choice = chosen(points)
            right += choice.natural and len(choice.fit.centres) == groups
            agreed.append(adjusted_rand(choice.fit.labels, truth))
        found[f"{apart:.0f} spreads apart"] = {
            "number_found": right / SHOPS,
            "median_adjusted_rand": round(float(np.median(agreed)), 3),
        }
    none = Counter(chosen(_cloud(seed)).natural for seed in range(SHOPS))
    found["one slanted cloud"] = {"said_to_have_none": none[False] / SHOPS}
    return found


def _cloud(seed: int) -> Any:
    chance = np.random.default_rng([9, seed])
    slant = chance.standard_normal((MEASURES, MEASURES))
    return chance.standard_normal((2000, MEASURES)) @ slant


def main(arguments: list[str]) -> None:
    customers = int(arguments[0]) if arguments else CUSTOMERS
    print(json.dumps({"timing": timed(customers), "study": studied()}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
