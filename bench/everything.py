"""Every analysis, then what stands out: `python -m bench.everything FOLDER AS_OF`.

An analysis whose needs the shop does not meet is skipped, as a run would.
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
from zhike.catalogue import lacking
from zhike.insights import stand_outs


def main(folder: Path, as_of: date) -> None:
    kinds = {name: REGISTRY[name] for name in REGISTRY}  # imported before the clock starts
    engine = warmed()

    def work() -> Any:
        shop = shop_of(engine, folder, as_of)
        used, skipped, results = {}, [], {}
        for name, kind in kinds.items():
            analysis = kind()
            if lacking(analysis, shop) is not None:
                skipped.append(name)
                continue
            began, started = time.perf_counter(), time.process_time()
            result = results[name] = analysis.run(shop)
            list(result.blocks())
            list(result.findings())
            used[name] = {
                "seconds": round(time.perf_counter() - began, 2),
                "cpu_seconds": round(time.process_time() - started, 2),
                "peak_rss_mb": round(peak_rss_mb()),
            }
        began = time.perf_counter()
        stand_outs(results, shop)
        used["findings"] = {"seconds": round(time.perf_counter() - began, 2)}
        return lambda: {"analyses": used, "skipped": skipped}

    report(work)


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
