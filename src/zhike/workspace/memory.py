"""How much memory this process has held at most."""

from __future__ import annotations

import sys


def peak_rss_mb() -> float:
    """The largest resident size of this process so far, in megabytes."""
    if sys.platform == "win32":
        import psutil

        return round(psutil.Process().memory_info().peak_wset / 2**20, 1)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return round(peak * unit / 2**20, 1)
