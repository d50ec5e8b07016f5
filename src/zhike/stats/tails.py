"""Tail probabilities of the chi-square and Student's t distribution, without SciPy."""

from __future__ import annotations

from math import exp, inf, isnan, lgamma, log

TINY = 1e-300
PRECISE = 1e-15
MOST_TERMS = 10_000


def chi_square_tail(statistic: float, degrees: float) -> float:
    """The chance that a chi-square variable is at least this large.

    Args:
        statistic: From 0 up.
        degrees: Degrees of freedom, above 0.

    Examples:
        >>> round(chi_square_tail(3.841458820694124, 1), 12)
        0.05

    References:
        Press, W. H., Teukolsky, S. A., Vetterling, W. T., Flannery, B. P. (2007). Numerical
        Recipes, 3rd edition, section 6.2. Cambridge University Press.
    """
    if isnan(statistic) or statistic <= TINY:
        return 1.0
    if statistic == inf:
        return 0.0
    shape, x = degrees / 2, statistic / 2
    if x < shape + 1:
        return max(0.0, 1 - _lower_gamma(shape, x))
    return _upper_gamma(shape, x)


def student_tails(statistic: float, degrees: float) -> float:
    """The chance that Student's t is at least this far from zero, on either side.

    Examples:
        >>> round(student_tails(2.2281388519649385, 10), 9)
        0.05

    References:
        Press et al. (2007), section 6.14.3.
    """
    if isnan(statistic) or isnan(degrees) or degrees <= 0:
        return 1.0
    if statistic in (inf, -inf):
        return 0.0
    squared = statistic * statistic
    return _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + squared), squared)


def _lower_gamma(shape: float, x: float) -> float:
    term = total = 1 / shape
    for number in range(1, MOST_TERMS):
        term *= x / (shape + number)
        total += term
        if term < total * PRECISE:
            break
    return total * exp(shape * log(x) - x - lgamma(shape))


def _upper_gamma(shape: float, x: float) -> float:
    """Lentz's continued fraction."""
    b = x + 1 - shape
    c, d = 1 / TINY, 1 / b
    fraction = d
    for number in range(1, MOST_TERMS):
        a = -number * (number - shape)
        b += 2
        d = 1 / _not_zero(a * d + b)
        c = _not_zero(b + a / c)
        fraction *= c * d
        if abs(c * d - 1) < PRECISE:
            break
    return exp(max(shape * log(x) - x - lgamma(shape) + log(fraction), -745.0))


def _incomplete_beta(a: float, b: float, x: float, squared: float) -> float:
    """The regularised incomplete beta function where 1 - x is squared / (2a + squared)."""
    rest = squared / (2 * a + squared)
    if rest <= TINY:
        return 1.0
    scale = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest) if x > 0 else -inf
    front = exp(max(scale, -745.0)) if scale > -inf else 0.0
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return max(0.0, 1 - front * _beta_fraction(b, a, rest) / b)


def _beta_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for number in range(1, MOST_TERMS):
        for factor in (
            number * (b - number) * x / ((a + 2 * number - 1) * (a + 2 * number)),
            -(a + number) * (a + b + number) * x / ((a + 2 * number) * (a + 2 * number + 1)),
        ):
            d = 1 / _not_zero(1 + factor * d)
            c = _not_zero(1 + factor / c)
            fraction *= c * d
        if abs(c * d - 1) < PRECISE:
            break
    return fraction


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
