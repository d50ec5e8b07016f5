"""Pure numerics on NumPy arrays: no tables, no reading or writing."""

from zhike.stats.counts import quantile_of_counts
from zhike.stats.divisia import additive_split, logarithmic_mean
from zhike.stats.greenwood import greenwood_band, survival_at
from zhike.stats.survival import KaplanMeier, kaplan_meier

__all__ = [
    "KaplanMeier",
    "additive_split",
    "greenwood_band",
    "kaplan_meier",
    "logarithmic_mean",
    "quantile_of_counts",
    "survival_at",
]
