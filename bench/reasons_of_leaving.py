"""Is the reason that was planted the first reason given? Over simulated shops, cause by cause.

    python -m bench.reasons_of_leaving --shops 20

Counted are customers who left for the planted reason and are still on the list of those who may be
leaving (a purchase within the last two horizons).
"""

from __future__ import annotations

import argparse
import sys

import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets import DESERTION_CAUSES, deserted_shop
from zhike.datasets.deserted import DesertionCause
from zhike.i18n import LazyText
from zhike.models.churn.leaving import leaving

HORIZON_DAYS = 60


def named_first(cause: DesertionCause, seed: int, customers: int) -> tuple[int, int, str]:
    """How many of those driven away are listed, of how many it is said first, by which model."""
    planted = deserted_shop(cause, seed=seed, customers=customers)
    found = leaving(planted.shop(), None, HORIZON_DAYS)
    assert not isinstance(found, LazyText), str(found)
    rows = pa.Table.from_batches(found.batches())
    driven = pa.array(sorted(planted.driven_away))
    rows = rows.filter(pc.is_in(rows["customer_id"], value_set=driven))
    right = pc.sum(pc.fill_null(pc.equal(rows["reason_1"], cause), False)).as_py() or 0
    return rows.num_rows, right, found.chosen


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=20, help="shops a cause")
    parser.add_argument("--customers", type=int, default=6000)
    parser.add_argument("--first-seed", type=int, default=1000)
    asked = parser.parse_args(arguments)
    for cause in DESERTION_CAUSES:
        seeds = range(asked.first_seed, asked.first_seed + asked.shops)
        found = [named_first(cause, seed, asked.customers) for seed in seeds]
        listed, right = sum(it[0] for it in found), sum(it[1] for it in found)
        worst = min(it[1] / it[0] for it in found)
        models = sorted({it[2] for it in found})
        print(
            f"{cause}: named first for {right} of {listed} driven away ({right / listed:.1%}); "
            f"worst shop {worst:.1%}; probabilities by {', '.join(models)}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
