"""Two groups compared: how far apart they are, and whether that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, lgamma, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.stats.tails import chi_square_tail, student_tails

LEAST_EXPECTED = 5.0
"""Below it the chi-square of two shares is not to be trusted, and Fisher's exact test is taken."""
SAME_CHANCE = 1 + 1e-7


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the tests need to know about one group of numbers.

    Attributes:
        count: How many.
        mean: Their mean.
        variance: Their sample variance (divided by one less than the count).
    """

    count: float
    mean: float
    variance: float


def standardised_difference(first: Sample, second: Sample) -> float:
    """The difference of two means in standard deviations: Cohen's d for groups of any size.

    The standard deviation is the root of the mean of both variances, so that a large group does
    not decide alone. NaN where neither varies.

    Examples:
        >>> one = Sample(count=40, mean=12.0, variance=9.0)
        >>> other = Sample(count=60, mean=10.5, variance=9.0)
        >>> standardised_difference(one, other)
        0.5

    References:
        Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd edition,
        section 2.3.2 and eq. 2.3.2. Erlbaum.
    """
    spread = sqrt(max(first.variance + second.variance, 0.0) / 2)
    return (first.mean - second.mean) / spread if spread > 0 else nan


def welch_test(first: Sample, second: Sample) -> float:
    """The chance of means this far apart where both groups have the same: Welch's t-test.

    1 where a group has fewer than two members or neither varies.

    References:
        Welch, B. L. (1947). The generalization of "Student's" problem when several different
        population variances are involved. Biometrika 34, 28-35.
    """
    if min(first.count, second.count) < 2:
        return 1.0
    errors = first.variance / first.count, second.variance / second.count
    error = sum(errors)
    if not error > 0:
        return 1.0
    degrees = error**2 / (errors[0] ** 2 / (first.count - 1) + errors[1] ** 2 / (second.count - 1))
    return student_tails((first.mean - second.mean) / sqrt(error), degrees)


def cohens_h(first: float, second: float) -> float:
    """How far apart two shares are, on the scale where equal distances are as easy to see.

    Examples:
        >>> round(cohens_h(0.65, 0.45), 3)
        0.405

    References:
        Cohen (1988), eq. 6.2.1 and 6.2.2.
    """
    return 2 * asin(sqrt(first)) - 2 * asin(sqrt(second))


def shares_test(first: int, of_first: int, second: int, of_second: int) -> float:
    """The chance of shares this far apart where both groups have the same.

    Pearson's chi-square without correction; Fisher's exact test where an expected count is
    below 5. 1 where a group is empty.

    Args:
        first: Members of the first group that have it.
        of_first: Members of the first group.
        second: Members of the second group that have it.
        of_second: Members of the second group.
    """
    if not of_first or not of_second:
        return 1.0
    having, everybody = first + second, of_first + of_second
    least = min(having, everybody - having) * min(of_first, of_second) / everybody
    if least < LEAST_EXPECTED:
        return fisher_exact(first, of_first, second, of_second)
    return chi_square_test([[first, of_first - first], [second, of_second - second]])


def fisher_exact(first: int, of_first: int, second: int, of_second: int) -> float:
    """Fisher's exact test of two shares, both sides: tables no likelier than the one seen.

    References:
        Fisher, R. A. (1922). On the interpretation of chi-square from contingency tables, and
        the calculation of P. Journal of the Royal Statistical Society 85(1), 87-94.
    """
    having = first + second
    lowest, highest = max(0, having - of_second), min(having, of_first)
    tables = np.arange(lowest, highest + 1)
    logs = np.array(
        [_log_choose(of_first, int(it)) + _log_choose(of_second, having - int(it)) for it in tables]
    )
    chances = np.exp(logs - _log_choose(of_first + of_second, having))
    seen = chances[first - lowest]
    return float(min(1.0, chances[chances <= seen * SAME_CHANCE].sum()))


def chi_square_test(counts: ArrayLike) -> float:
    """The chance of a table this uneven where rows and columns have nothing to do with each other.

    Args:
        counts: Numbers of members [groups, values]; empty rows and columns are left out.
    """
    statistic, (rows, columns) = _chi_square(counts)
    degrees = (rows - 1) * (columns - 1)
    return chi_square_tail(statistic, degrees) if degrees > 0 else 1.0


def cramers_v(counts: ArrayLike) -> float:
    """How strongly rows and columns go together: 0 not at all, 1 wholly. NaN with one row.

    Examples:
        >>> cramers_v([[10, 0], [0, 10]])
        1.0

    References:
        Cramér, H. (1946). Mathematical Methods of Statistics, section 21.9. Princeton.
    """
    statistic, (rows, columns) = _chi_square(counts)
    least = min(rows, columns) - 1
    total = float(np.sum(np.asarray(counts, dtype=float)))
    return sqrt(statistic / (total * least)) if least > 0 and total > 0 else nan


def benjamini_hochberg(chances: ArrayLike) -> NDArray[np.float64]:
    """Chances corrected for how many were looked at.

    Calling everything below 0.05 a difference leaves at most 5 % false ones among those called
    so, on average.

    Args:
        chances: Chance of each comparison by luck alone [comparisons].

    Returns:
        The corrected chances, in the same order [comparisons].

    Examples:
        >>> benjamini_hochberg([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.04, 0.04]

    References:
        Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
        Royal Statistical Society B 57(1), 289-300.
    """
    values = np.asarray(chances, dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    ranks = np.arange(len(values), 0, -1)
    corrected = np.minimum.accumulate(np.minimum(values[order] * len(values) / ranks, 1.0))
    result = np.empty_like(values)
    result[order] = corrected
    return result


def _chi_square(counts: ArrayLike) -> tuple[float, tuple[int, int]]:
    table = np.asarray(counts, dtype=np.float64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if not table.size:
        return 0.0, (0, 0)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), (table.shape[0], table.shape[1])


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
