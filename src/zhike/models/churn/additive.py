"""A model of leaving that is a sum over attributes, so that what each one adds is exact.

Trees that may each split on one attribute alone add up to one curve an attribute (a generalised
additive model: Lou, Caruana and Gehrke 2012, section 3). The log-odds of leaving are then a sum
with one term an attribute, and a term's distance from its mean is exactly its Shapley value
(Lundberg and Lee 2017, corollary 1): nothing is attributed by sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from scipy.special import expit

from zhike.models.churn.coding import Codes, Floats, Grouping, coded, groupings, middles

SEED = 20_250_101
BOOSTS, RATE, LEAVES, LEAST_IN_LEAF = 150, 0.08, 6, 30
MOST_STEPS, STRENGTH = 500, 1.0


@dataclass(frozen=True)
class Additive:
    """One curve an attribute.

    Attributes:
        kind: "boosted" or "linear".
        parted: How each attribute is parted into groups.
        curves: What each group of each attribute adds to the log-odds, its mean over those
            learned from taken off.
        base: The log-odds with nothing added.
    """

    kind: str
    parted: tuple[Grouping, ...]
    curves: tuple[Floats, ...]
    base: float

    def parts(self, codes: Codes) -> Floats:
        """What each attribute adds to the log-odds of leaving [n, attributes]."""
        if not self.curves:
            return np.zeros((len(codes), 0))
        return np.column_stack([curve[codes[:, at]] for at, curve in enumerate(self.curves)])

    def odds(self, codes: Codes) -> Floats:
        """The log-odds of leaving [n]."""
        found = np.full(len(codes), self.base)
        for at, curve in enumerate(self.curves):
            found += curve[codes[:, at]]
        return found

    def chance(self, rows: pa.Table | pa.RecordBatch) -> Floats:
        """The probability of leaving [n]."""
        return np.asarray(expit(self.odds(coded(self.parted, rows))))

    def tempered(self, slope: float, shift: float) -> Additive:
        """The same with log-odds `shift + slope * log-odds`: still one curve an attribute."""
        curves = tuple(slope * curve for curve in self.curves)
        return replace(self, curves=curves, base=shift + slope * self.base)


def boosted(parted: Sequence[Grouping], codes: Codes, left: Floats) -> Additive:
    """Gradient boosting of trees that each look at one attribute."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    trees = HistGradientBoostingClassifier(
        max_iter=BOOSTS,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_IN_LEAF,
        l2_regularization=STRENGTH,
        interaction_cst="no_interactions",
        categorical_features=[not item.is_number for item in parted],
        early_stopping=False,
        random_state=SEED,
    )
    # One thread: several that wait for a busy machine take many times as long.
    with threadpool_limits(limits=1, user_api="openmp"):
        trees.fit(codes.astype(np.float64), left)
    most = max(item.groups for item in parted)
    # With all others at their first group, an attribute's curve is what it changes.
    probe = np.zeros((1 + len(parted) * most, len(parted)))
    for at, item in enumerate(parted):
        begin = 1 + at * most
        probe[begin : begin + item.groups, at] = np.arange(item.groups)
    seen = trees.decision_function(probe)
    raw = tuple(
        seen[1 + at * most : 1 + at * most + item.groups] - seen[0]
        for at, item in enumerate(parted)
    )
    return _centred("boosted", parted, raw, (float(seen[0]), codes))


def linear(parted: Sequence[Grouping], codes: Codes, left: Floats, rows: pa.Table) -> Additive:
    """Logistic regression: a straight line for a number, a step for each value of a choice."""
    from sklearn.linear_model import LogisticRegression

    designs = [_design(item, rows) for item in parted]
    columns = np.column_stack([design[codes[:, at]] for at, design in enumerate(designs)])
    middle, wide = columns.mean(axis=0), columns.std(axis=0)
    wide = np.where(wide > 0, wide, 1.0)
    line = LogisticRegression(C=STRENGTH, max_iter=MOST_STEPS)
    line.fit((columns - middle) / wide, left)
    slopes = line.coef_[0] / wide
    ends = np.cumsum([design.shape[1] for design in designs])[:-1]
    raw = tuple(
        design @ slope for design, slope in zip(designs, np.split(slopes, ends), strict=True)
    )
    base = float(line.intercept_[0] - slopes @ middle)
    return _centred("linear", parted, raw, (base, codes))


def _design(item: Grouping, rows: pa.Table) -> Floats:
    """What a line sees of each group [groups, columns]: numbers and whether known, or steps."""
    if item.is_number:
        known = np.ones(item.groups)
        known[-1] = 0.0
        return np.column_stack([middles(item, rows[item.name]), known])
    return np.eye(item.groups)


def _centred(
    kind: str,
    parted: Sequence[Grouping],
    raw: Sequence[Floats],
    begin: tuple[float, Codes],
) -> Additive:
    base, codes = begin
    curves = []
    for at, curve in enumerate(raw):
        mean = float(curve[codes[:, at]].mean())
        curves.append(curve - mean)
        base += mean
    return Additive(kind, tuple(parted), tuple(curves), base)


def fitted(kind: str, rows: pa.Table, names: Sequence[str], left: Floats) -> Additive:
    """A model learned from rows: `left` is 1 for who left, 0 for who stayed."""
    parted = tuple(item for item in groupings(rows, names) if item.groups > 2)
    codes = coded(parted, rows)
    if not parted or left.min() == left.max():
        share = (left.sum() + 0.5) / (len(left) + 1)
        return Additive(kind, (), (), float(np.log(share / (1 - share))))
    if kind == "linear":
        return linear(parted, codes, left, rows)
    return boosted(parted, codes, left)
