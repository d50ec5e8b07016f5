"""Maximum likelihood that always ends with a labelled result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, TypeVar

import numpy as np
from scipy.optimize import minimize

from zhike.models.clv.rows import Floats

Status = Literal["converged", "at_bound", "not_converged", "too_few"]
_BOUND = 14.0
"""Parameters stay between e^-14 and e^14: beyond them there is nothing to tell apart."""
_FEW_ROWS = 20_000
_FLAT = 1e-5
"""Largest slope by ln of a parameter, a customer, at which the top counts as reached."""
_SMALL_STEP = 1e-6
_MOST_STEPS = 12
_NOISE = 1e-11
"""Share of the log-likelihood that rounding moves."""
_ASIDE = 1e-4


class Data(Protocol):
    """What can be fitted to: distinct rows, each of one customer or several."""

    @property
    def customers(self) -> int:
        """How many customers there are."""
        ...

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def thinned(self, step: int, /) -> Self:
        """Every so-manieth row."""
        ...


D = TypeVar("D", bound=Data)
D_contra = TypeVar("D_contra", bound=Data, contravariant=True)


class Likelihood(Protocol[D_contra]):
    """What can be fitted."""

    @property
    def name(self) -> str:
        """Of the model."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters; all are above 0."""
        ...

    def start(self, data: D_contra, /) -> Floats:
        """Where to begin."""
        ...

    def log_likelihood(self, values: Floats, data: D_contra, /) -> tuple[float, Floats]:
        """Value and gradient."""
        ...


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes:
        model: Its name.
        values: Parameters by name; times in days.
        log_likelihood: Of all customers.
        covariance: Of ln of the parameters, from the observed information; NaN where the top is
            too flat to tell.
        status: "converged"; "at_bound" (a parameter runs away, so that the model is simpler than
            its name says); "not_converged"; "too_few" (nothing could be fitted).
        customers: How many it rests on.
    """

    model: str
    values: Mapping[str, float]
    log_likelihood: float
    covariance: Floats
    status: Status
    customers: int
    evaluations: int = field(default=0, compare=False)

    @property
    def array(self) -> Floats:
        """The parameters in their order."""
        return np.array(list(self.values.values()))

    def interval(self, name: str, share: float = 0.9) -> tuple[float, float]:
        """An interval that covers a parameter with this probability, symmetric in its ln."""
        from scipy.stats import norm

        at = list(self.values).index(name)
        wide = norm.ppf((1 + share) / 2) * np.sqrt(self.covariance[at, at])
        middle = np.log(self.values[name])
        return float(np.exp(middle - wide)), float(np.exp(middle + wide))


def fit(model: Likelihood[D], data: D, start: Floats | None = None) -> Fit:
    """The parameters under which these customers are likeliest.

    Of many distinct histories a few are fitted first; their curvature then leads to the top of
    all in a few steps.
    """
    begin = np.log(model.start(data) if start is None else start)
    if len(data) > 2 * _FEW_ROWS:
        few = data.thinned(len(data) // _FEW_ROWS)
        rough = _climb(model, few, begin)
        share = few.customers / data.customers
        polished = _polish(model, data, rough.logs, _covariance(model, few, rough.logs) * share)
        if polished is not None:
            return _labelled(model, data, polished)
        begin = rough.logs
    return _labelled(model, data, _climb(model, data, begin))


@dataclass(frozen=True)
class _Top:
    """Where a climb ended: ln of the parameters, and the slope there a customer.

    Attributes:
        slopes: Of all customers, by each parameter, where it is known to the last digit.
    """

    logs: Floats
    value: float
    slope: float
    evaluations: int
    slopes: Floats | None = None


def _value(model: Likelihood[D], data: D, logs: Floats) -> tuple[float, Floats]:
    """The log-likelihood and its slope by ln of the parameters."""
    values = np.exp(logs)
    value, slope = model.log_likelihood(values, data)
    return value, slope * values


def _climb(model: Likelihood[D], data: D, begin: Floats) -> _Top:
    customers = max(data.customers, 1)

    def lost(logs: Floats) -> tuple[float, Floats]:
        value, slope = _value(model, data, logs)
        return -value / customers, -slope / customers

    bounds = [(-_BOUND, _BOUND)] * len(model.parameters)
    found = minimize(
        lost,
        np.clip(begin, -_BOUND, _BOUND),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-8},
    )
    return _Top(found.x, -found.fun * customers, float(np.abs(found.jac).max()), found.nfev)


def _polish(model: Likelihood[D], data: D, logs: Floats, curvature: Floats) -> _Top | None:
    """Newton's steps with the curvature of a rough fit; None where they lead nowhere."""
    if not np.isfinite(curvature).all():
        return None
    value, slope = _value(model, data, logs)
    for taken in range(_MOST_STEPS):
        step = curvature @ slope
        if np.abs(step).max() < _SMALL_STEP:
            flat = float(np.abs(slope).max()) / data.customers
            return _Top(logs, value, flat, taken + 1, slope)
        further, ahead = logs + step, _value(model, data, logs + step)
        if not ahead[0] >= value - _NOISE * abs(value):
            curvature = curvature / 4  # too far: the rough fit was steeper than it seemed
            continue
        curvature = _updated(curvature, step, slope - ahead[1])
        logs, (value, slope) = further, ahead
    return None


def _updated(inverse: Floats, step: Floats, fall: Floats) -> Floats:
    """The inverse curvature after a step, by the BFGS formula (Nocedal & Wright 2006, eq. 6.17)."""
    along = float(step @ fall)
    if along <= 0:
        return inverse
    away = np.eye(len(step)) - np.outer(step, fall) / along
    return away @ inverse @ away.T + np.outer(step, step) / along


def _labelled(model: Likelihood[D], data: D, top: _Top) -> Fit:
    at_bound = bool((np.abs(top.logs) > _BOUND - 1e-3).any())
    status: Status = "at_bound" if at_bound else "converged"
    return Fit(
        model=model.name,
        values=dict(zip(model.parameters, np.exp(top.logs).tolist(), strict=True)),
        log_likelihood=top.value,
        covariance=_covariance(model, data, top.logs, top.slopes),
        status=status if top.slope < _FLAT else "not_converged",
        customers=data.customers,
        evaluations=top.evaluations,
    )


def _covariance(
    model: Likelihood[D], data: D, logs: Floats, slopes: Floats | None = None
) -> Floats:
    """The inverse of the observed information, by differences of the slope.

    Central ones; of many rows, where the slope at the top is known, half as many ahead of it.
    """
    size = len(logs)
    information = np.empty((size, size))
    for row, aside in enumerate(np.eye(size) * _ASIDE):
        after = _value(model, data, logs + aside)[1]
        before = _value(model, data, logs - aside)[1] if slopes is None else slopes
        information[row] = (before - after) / (_ASIDE * (2 if slopes is None else 1))
    information = (information + information.T) / 2
    if not np.isfinite(information).all() or np.linalg.eigvalsh(information).min() <= 0:
        return np.full((size, size), np.nan)
    return np.asarray(np.linalg.inv(information))
