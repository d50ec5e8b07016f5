"""Pure numerics on NumPy arrays: no tables, no reading or writing."""

from zhike.stats.counts import quantile_of_counts
from zhike.stats.survival import KaplanMeier, kaplan_meier

__all__ = ["KaplanMeier", "kaplan_meier", "quantile_of_counts"]
