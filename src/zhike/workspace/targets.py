"""What a company aims at: `[goal]` and `[targets]` in `zhike.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhike.errors import ParameterError
from zhike.i18n import lazy

if TYPE_CHECKING:
    from zhike.catalogue.metrics import Metric
    from zhike.catalogue.targets import Target

GOAL_KEYS = {"text": str, "metrics": list}
OF_SEGMENTS = "segments"
BOUNDS = ("at_least", "at_most")


@dataclass(frozen=True, kw_only=True)
class StatedGoal:
    """What the company wants, in its own words.

    Attributes:
        text: The words; empty where none were written.
        metrics: Names of the metrics that show whether it is reached.
    """

    text: str = ""
    metrics: tuple[str, ...] = ()


def targets_of(
    section: Mapping[str, Any], own: Mapping[str, Metric] | None = None
) -> dict[str, Target]:
    """The targets of a `[targets]` section, by metric; `own` are the company's own metrics.

    Those of saved segments, `[targets.segments.<name>]`, are not among them.

    A plain number is the least that is wanted, or the most of a metric of which less is better.

    Raises:
        ParameterError: There is no such metric, or its target is no number.

    Examples:
        >>> targets_of({"refund_rate": 0.05})["refund_rate"].at_most
        0.05
    """
    known = own or {}
    return {
        name: _target(_metric(name, known), value)
        for name, value in section.items()
        if name != OF_SEGMENTS
    }


def segment_targets(
    section: Mapping[str, Any], own: Mapping[str, Metric] | None = None
) -> dict[str, dict[str, Target]]:
    """The targets of saved segments in a `[targets]` section: segment to metric to target.

    Raises:
        ParameterError: It is no section a segment, or as for `targets_of`.

    Examples:
        >>> segment_targets({"segments": {"keen": {"repeat_rate": 0.8}}})["keen"].keys()
        dict_keys(['repeat_rate'])
    """
    parts = section.get(OF_SEGMENTS, {})
    if not isinstance(parts, Mapping) or not all(isinstance(it, Mapping) for it in parts.values()):
        allowed = lazy("a section for each segment, such as [targets.segments.keen]")
        raise ParameterError.out_of_bounds("targets.segments", parts, allowed)
    return {name: targets_of(inner, own) for name, inner in parts.items()}


def goal_of(section: Mapping[str, Any], own: Mapping[str, Metric] | None = None) -> StatedGoal:
    """What a `[goal]` section says; `own` are the company's own metrics.

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
    named = tuple(_metric(name, own or {}).name for name in metrics)
    return StatedGoal(text=section.get("text", ""), metrics=named)


def _goal_keys() -> Iterator[str]:
    return (f"goal.{key}" for key in GOAL_KEYS)


def _metric(name: str, own: Mapping[str, Metric]) -> Metric:
    from zhike.catalogue.metrics import METRIC

    known = {**METRIC, **own}
    if name not in known:
        raise ParameterError.unknown(lazy("metric"), name, known)
    return known[name]


def _target(metric: Metric, value: Any) -> Target:
    from zhike.catalogue.targets import Target

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
