"""BG/NBD and Pareto/NBD by lifetimes, in an environment of its own: no import of ours here."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings

import numpy as np
from lifetimes import BetaGeoFitter, ParetoNBDFitter

FITTERS = {"bg_nbd": BetaGeoFitter, "pareto_nbd": ParetoNBDFitter}


def main(model: str, file: str) -> None:
    warnings.simplefilter("ignore")
    seen = np.load(file)
    x, t_x, whole = (seen[name].astype(np.float64) for name in ("x", "t_x", "T"))
    fitter = FITTERS[model]()
    began = time.perf_counter()
    fitter.fit(x, t_x, whole)
    print(
        json.dumps(
            {
                "seconds": round(time.perf_counter() - began, 3),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "parameters": [float(value) for value in fitter.params_],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
