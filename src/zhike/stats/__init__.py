"""Pure numerics on NumPy arrays: no tables, no reading or writing."""

from zhike.stats.counts import quantile_of_counts
from zhike.stats.divisia import additive_split, logarithmic_mean
from zhike.stats.greenwood import greenwood_band, survival_at
from zhike.stats.groups import (
    Sample,
    benjamini_hochberg,
    chi_square_test,
    cohens_h,
    cramers_v,
    fisher_exact,
    shares_test,
    standardised_difference,
    welch_test,
)
from zhike.stats.loess import loess
from zhike.stats.stl import Decomposition, stl
from zhike.stats.survival import KaplanMeier, kaplan_meier
from zhike.stats.tails import chi_square_tail, student_tails

__all__ = [
    "Decomposition",
    "KaplanMeier",
    "Sample",
    "additive_split",
    "benjamini_hochberg",
    "chi_square_tail",
    "chi_square_test",
    "cohens_h",
    "cramers_v",
    "fisher_exact",
    "greenwood_band",
    "kaplan_meier",
    "loess",
    "logarithmic_mean",
    "quantile_of_counts",
    "shares_test",
    "standardised_difference",
    "stl",
    "student_tails",
    "survival_at",
    "welch_test",
]
