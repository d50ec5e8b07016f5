"""Every analysis, then what stands out: `python -m bench.everything FOLDER AS_OF`.

The descriptive answers and what stands out make up the measure; models, which have bars of their
own, are timed after them. The engine holds as much memory as that of a workspace. An analysis
whose needs the shop does not meet is skipped, as a run would.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.measure import peak_rss_mb, report
from bench.ours import shop_of, warmed
from zhike.analyses import REGISTRY
from zhike.catalogue import Analysis, as_of_day, cards_of, known_cards, lacking
from zhike.engines import open_engine
from zhike.insights import stand_outs
from zhike.schema import Shop
from zhike.workspace import Settings

MODELS = (
    "clv",
    "churn",
    "demand",
    "next_purchase",
    "recommendations",
    "baskets",
    "clusters",
    "accuracy",
)


def main(folder: Path, as_of: date) -> None:
    kinds = {name: REGISTRY[name] for name in REGISTRY}  # imported before the clock starts
    warmed().close()
    engine = open_engine(memory=Settings().memory)
    shop = shop_of(engine, folder, as_of)
    met = [name for name, kind in kinds.items() if lacking(kind(), shop) is None]
    used: dict[str, Any] = {}

    def work() -> Any:
        results = {name: timed(kinds[name](), shop, used) for name in met if name not in MODELS}
        began = time.perf_counter()
        stand_outs(results, shop)
        used["findings"] = {"seconds": round(time.perf_counter() - began, 2)}
        return lambda: {
            "analyses": used,
            "models": models(shop, [name for name in met if name in MODELS]),
            "skipped": [name for name in kinds if name not in met],
        }

    report(work)


def timed(analysis: Analysis, shop: Shop, used: dict[str, Any]) -> Any:
    """What an analysis finds, as a page would show it, and what it took."""
    began, started = time.perf_counter(), time.process_time()
    result = analysis.run(shop)
    list(result.blocks())
    list(result.findings())
    used[analysis.name] = {
        "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(time.process_time() - started, 2),
        "peak_rss_mb": round(peak_rss_mb()),
    }
    return result


def models(shop: Shop, names: list[str]) -> dict[str, Any]:
    """What each model took, after everything else."""
    used: dict[str, Any] = {}
    for name in names:
        result = timed(REGISTRY[name](), shop, used)
        known_cards(shop, as_of_day(shop))[name] = cards_of(result)
    return used


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
