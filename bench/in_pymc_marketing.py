"""BG/NBD by pymc-marketing, its maximum a posteriori, in an environment of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd
from pymc_marketing.clv import BetaGeoModel, ParetoNBDModel

MODELS = {
    "bg_nbd": (BetaGeoModel, ("r", "alpha", "a", "b")),
    "pareto_nbd": (ParetoNBDModel, ("r", "alpha", "s", "beta")),
}


def main(model: str, file: str) -> None:
    warnings.simplefilter("ignore")
    seen = np.load(file)
    data = pd.DataFrame(
        {
            "customer_id": np.arange(len(seen["x"])),
            "frequency": seen["x"].astype(np.float64),
            "recency": seen["t_x"].astype(np.float64),
            "T": seen["T"].astype(np.float64),
        }
    )
    kind, names = MODELS[model]
    began = time.perf_counter()
    fitted = kind(data=data)
    fitted.fit(method="map", progressbar=False)
    seconds = time.perf_counter() - began
    means = fitted.fit_summary()
    print(
        json.dumps(
            {
                "seconds": round(seconds, 3),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "parameters": [float(means[name]) for name in names],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
