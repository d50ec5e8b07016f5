"""The metrics that a company adds by expressions: `[metrics.<name>]` in `zhike.toml`.

Expressions are read and checked when the settings are, and computed by walking their tree over
numbers that the engine counted; no text is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from zhike.blocks import Format
from zhike.catalogue.formulas import (
    Aggregate,
    Formula,
    Named,
    Wording,
    counted_in,
    leaves_of,
    parse_formula,
    value_of,
)
from zhike.catalogue.metrics import (
    AMOUNTS,
    METRIC,
    METRICS,
    Comparison,
    Metric,
    label_of,
    names_of,
)
from zhike.catalogue.periods import Period
from zhike.catalogue.targets import Target
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

FORMATS: tuple[Format, ...] = ("number", "count", "amount", "share", "days")
DIRECTIONS = ("", "up", "down")
PARTS = ("label", "description", "expression", "format", "direction", "unit", "compared_with")
MOST_METRICS = 100
_NAME = re.compile(r"[^\W\d]\w{0,59}")


@dataclass(frozen=True, kw_only=True)
class OwnMetric(Metric):
    """A metric that the company added.

    Attributes:
        read: Its expression, read.
        others: The company's other metrics, by name.
    """

    read: Formula
    others: Mapping[str, OwnMetric] = field(repr=False, compare=False)

    @property
    def parsed(self) -> Formula:
        """Its expression, read."""
        return self.read

    @property
    def words(self) -> LazyText:
        """Its expression in words."""
        return lazy("{words}", words=Wording(self.read, self._label))

    def _label(self, name: str) -> LazyText:
        return self.others[name].label if name in self.others else label_of(name)


@dataclass(frozen=True)
class Declared:
    """What a company says of metrics.

    Attributes:
        metrics: Those that it adds.
        targets: Where metrics should be, by name.
    """

    metrics: tuple[OwnMetric, ...] = ()
    targets: Mapping[str, Target] = field(default_factory=dict)


def declare(
    shop: Shop, metrics: Iterable[OwnMetric] = (), targets: Mapping[str, Target] | None = None
) -> Shop:
    """Tell a newly opened shop of the company's own metrics and targets."""
    given = Declared(tuple(metrics), dict(targets or {}))
    shop.remember("declared_metrics", lambda: given)
    return shop


def declared_in(shop: Shop) -> Declared:
    """The company's own metrics and targets."""
    return shop.remember("declared_metrics", Declared)


def metrics_in(shop: Shop) -> tuple[Metric, ...]:
    """Every metric: those of the catalogue, then the company's own."""
    return (*METRICS, *declared_in(shop).metrics)


def own_metrics(sections: Mapping[str, Mapping[str, Any]]) -> tuple[OwnMetric, ...]:
    """The metrics that settings declare.

    Raises:
        ParameterError: A part that there is not, or a value outside what is allowed.
        RuleError: An expression that is none.

    Examples:
        >>> tea = own_metrics({"tea": {"label": "茶", "expression": "net_revenue / 2"}})[0]
        >>> tea.name, str(tea.words)
        ('tea', 'Net revenue ÷ 2')
    """
    if len(sections) > MOST_METRICS:
        allowed = lazy("at most {most} metrics", most=MOST_METRICS)
        raise ParameterError.out_of_bounds("metrics", len(sections), allowed)
    names = names_of(METRICS)
    for name, parts in sections.items():
        _check(name, parts)
        names |= {label.casefold(): name for label in (name, *_texts(parts.get("label", name)))}
    others: dict[str, OwnMetric] = {}
    for name, parts in sections.items():
        others[name] = _own(name, parts, names, others)
    _check_circles(others)
    return tuple(others.values())


def own_values(
    shop: Shop,
    metrics: Iterable[OwnMetric],
    periods: Mapping[str, Period],
    as_of: date,
    known: Mapping[str, Mapping[str, float | None]],
) -> dict[str, dict[str, float | None]]:
    """The company's metrics in each period.

    Args:
        shop: Where to look.
        metrics: The company's own.
        periods: Name to period.
        as_of: Day to look back from.
        known: Period's name to the amounts and metrics of the catalogue in it.

    Returns:
        Period's name to metric's name to its value.
    """
    several = {metric.name: metric for metric in metrics}
    leaves = [leaf for metric in several.values() for leaf in leaves_of(metric.read)]
    aggregates = [leaf for leaf in leaves if isinstance(leaf, Aggregate)]
    counted = counted_in(shop, aggregates, periods, as_of)

    found: dict[str, dict[str, float | None]] = {where: {} for where in periods}

    def named(name: str, where: str) -> float | None:
        if name not in several:
            return known[where].get(name)
        if name not in found[where]:
            formula = several[name].read
            found[where][name] = value_of(
                formula, lambda inner: named(inner, where), counted[where]
            )
        return found[where][name]

    return {where: {name: named(name, where) for name in several} for where in periods}


def _own(
    name: str,
    parts: Mapping[str, Any],
    names: Mapping[str, str],
    others: Mapping[str, OwnMetric],
) -> OwnMetric:
    label = _text(parts.get("label", name))
    description = parts.get("description")
    unit = parts.get("unit")
    read = parse_formula(parts["expression"], names)

    def label_there(inner: str) -> LazyText:
        return others[inner].label if inner in others else label_of(inner)

    said = lazy("A metric of your own: {words}.", words=Wording(read, label_there))
    return OwnMetric(
        name=name,
        label=label,
        definition=_text(description) if description else said,
        expression=parts["expression"],
        format=parts.get("format", "number"),
        level="money",
        direction=parts.get("direction", ""),
        compared_with=parts.get("compared_with", "previous period"),
        said_unit=_text(unit) if unit else None,
        is_own=True,
        read=read,
        others=others,
    )


def _check(name: str, parts: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(name) or name in METRIC or name in AMOUNTS:
        allowed = lazy("a word of letters, digits and _ that no other metric is called")
        raise ParameterError.out_of_bounds(f"metrics.{name}", name, allowed)
    for key in parts:
        if key not in PARTS:
            raise ParameterError.unknown(lazy("part of a metric"), key, PARTS)
    choices: dict[str, tuple[str, ...]] = {
        "format": FORMATS,
        "direction": DIRECTIONS,
        "compared_with": get_args(Comparison),
    }
    for key, values in choices.items():
        if parts.get(key, values[0]) not in values:
            listed = ", ".join(map(repr, values))
            raise ParameterError.out_of_bounds(f"metrics.{name}.{key}", parts[key], listed)
    expression = parts.get("expression", "")
    if not isinstance(expression, str) or not expression.strip():
        allowed = lazy("an expression such as net_revenue / customers")
        raise ParameterError.out_of_bounds(f"metrics.{name}.expression", expression, allowed)
    for key in ("label", "description", "unit"):
        if not _texts(parts.get(key, "-")):
            allowed = lazy("a text, or one each as zh and en")
            raise ParameterError.out_of_bounds(f"metrics.{name}.{key}", parts[key], allowed)


def _check_circles(others: Mapping[str, OwnMetric]) -> None:
    """Refuse metrics that need one another; each is followed once."""
    fine: set[str] = set()

    def follow(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " → ".join([*trail[trail.index(name) :], name])
            raise ParameterError(
                lazy("Metrics need one another in a circle: {circle}.", circle=circle)
            )
        for leaf in leaves_of(others[name].read) if name not in fine else ():
            if isinstance(leaf, Named) and leaf.name in others:
                follow(leaf.name, (*trail, name))
        fine.add(name)

    for name in others:
        follow(name, ())


def _texts(value: object) -> tuple[str, ...]:
    """The text, or those of both languages; nothing where it is neither."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        return tuple(str(text) for text in value.values())
    return ()


def _text(value: Any) -> LazyText:
    if isinstance(value, str):
        return LazyText.of(en=value, zh=value)
    return LazyText.of(en=value["en"], zh=value["zh"])
