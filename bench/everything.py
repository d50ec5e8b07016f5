"""Every analysis there is: `python -m bench.everything FOLDER AS_OF`.

An analysis whose needs the shop does not meet is skipped, as a run would.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.measure import report
from bench.ours import shop_of, warmed
from zhike.analyses import REGISTRY
from zhike.catalogue import lacking


def main(folder: Path, as_of: date) -> None:
    kinds = {name: REGISTRY[name] for name in REGISTRY}  # imported before the clock starts
    engine = warmed()

    def work() -> Any:
        shop = shop_of(engine, folder, as_of)
        seconds, skipped = {}, []
        for name, kind in kinds.items():
            analysis = kind()
            if lacking(analysis, shop) is not None:
                skipped.append(name)
                continue
            began = time.perf_counter()
            result = analysis.run(shop)
            list(result.blocks())
            list(result.findings())
            seconds[name] = round(time.perf_counter() - began, 2)
        return lambda: {"seconds": seconds, "skipped": skipped}

    report(work)


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
