"""What a company aims at: `[goal]` and `[targets]` in `zhike.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhike.errors import ParameterError
from zhike.i18n import lazy

if TYPE_CHECKING:
    from zhike.catalogue.metrics import Metric

GOAL_KEYS = {"text": str, "metrics": list}
BOUNDS = ("at_least", "at_most")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a metric should be.

    Attributes:
        metric: Its name.
        at_least: The least that is wanted; None for no such bound.
        at_most: The most that is wanted; None for no such bound.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def value(self) -> float | None:
        """The bound, the lower one where there are two."""
        return self.at_least if self.at_least is not None else self.at_most

    def reached_by(self, value: float | None) -> bool | None:
        """Whether a value is within the bounds; None where there is no value.

        Examples:
            >>> Target(metric="repeat_rate", at_least=0.4).reached_by(0.41)
            True
        """
        if value is None:
            return None
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


@dataclass(frozen=True, kw_only=True)
class StatedGoal:
    """What the company wants, in its own words.

    Attributes:
        text: The words; empty where none were written.
        metrics: Names of the metrics that show whether it is reached.
    """

    text: str = ""
    metrics: tuple[str, ...] = ()


def targets_of(section: Mapping[str, Any]) -> dict[str, Target]:
    """The targets of a `[targets]` section, by metric.

    A plain number is the least that is wanted, or the most of a metric of which less is better.

    Raises:
        ParameterError: There is no such metric, or its target is no number.

    Examples:
        >>> targets_of({"refund_rate": 0.05})["refund_rate"].at_most
        0.05
    """
    return {name: _target(_metric(name), value) for name, value in section.items()}


def goal_of(section: Mapping[str, Any]) -> StatedGoal:
    """What a `[goal]` section says.

    Raises:
        ParameterError: A key that there is not, or a metric that there is not.
    """
    for key, value in section.items():
        if key not in GOAL_KEYS:
            raise ParameterError.unknown(lazy("setting"), f"goal.{key}", _goal_keys())
        if not isinstance(value, GOAL_KEYS[key]):
            allowed = lazy('a text, and a list of metrics such as ["repeat_rate"]')
            raise ParameterError.out_of_bounds(f"goal.{key}", value, allowed)
    metrics: Sequence[str] = section.get("metrics", [])
    return StatedGoal(
        text=section.get("text", ""), metrics=tuple(_metric(name).name for name in metrics)
    )


def _goal_keys() -> Iterator[str]:
    return (f"goal.{key}" for key in GOAL_KEYS)


def _metric(name: str) -> Metric:
    from zhike.catalogue.metrics import METRIC

    if name not in METRIC:
        raise ParameterError.unknown(lazy("metric"), name, METRIC)
    return METRIC[name]


def _target(metric: Metric, value: Any) -> Target:
    if _is_number(value):
        bound = "at_most" if metric.direction == "down" else "at_least"
        return Target(metric=metric.name, **{bound: float(value)})
    if (
        isinstance(value, Mapping)
        and value
        and value.keys() <= set(BOUNDS)
        and all(_is_number(bound) for bound in value.values())
    ):
        return Target(metric=metric.name, **{name: float(bound) for name, bound in value.items()})
    allowed = lazy("a number, or a table with at_least or at_most")
    raise ParameterError.out_of_bounds(f"targets.{metric.name}", value, allowed)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
