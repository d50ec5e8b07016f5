"""What a company says in its settings, told to a shop when it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zhike.workspace.segments import segments_of
from zhike.workspace.targets import targets_of

if TYPE_CHECKING:
    from zhike.catalogue.rules import FieldSource
    from zhike.schema import Shop
    from zhike.workspace.settings import Settings


def equipped(shop: Shop, configured: Mapping[str, Any], settings: Settings) -> Shop:
    """The shop, told what rules may speak of, and which metrics and targets there are.

    Args:
        shop: Newly opened.
        configured: Analysis name to its parameters.
        settings: Saved segments, metrics of the company's own, targets.
    """
    from zhike.catalogue.own_metrics import declare, own_metrics
    from zhike.catalogue.rules import equip

    own = own_metrics(settings.metrics)
    declare(shop, own, targets_of(settings.targets, {metric.name: metric for metric in own}))
    rules = {name: item.rule for name, item in segments_of(settings.segments).items()}
    return equip(shop, sources=lambda: _sources(configured), segments=rules)


def _sources(configured: Mapping[str, Any]) -> Iterator[FieldSource]:
    from zhike.analyses import REGISTRY
    from zhike.analyses.rule_fields import field_sources
    from zhike.workspace.running import made

    return field_sources(made(REGISTRY[name], configured.get(name, {})) for name in REGISTRY)
