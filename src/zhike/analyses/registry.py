"""Which analyses there are: ours, and those that installed packages add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from zhike.catalogue.analysis import Analysis

GROUP = "zhike.analyses"
"""Entry-point group in which other packages name theirs: `name = "module:Class"`."""

OURS = {
    "overview": "zhike.analyses.overview:Overview",
    "rfm": "zhike.analyses.rfm:RFM",
    "abc": "zhike.analyses.abc:ABC",
    "value_tiers": "zhike.analyses.value_tiers:ValueTiers",
    "lifecycle": "zhike.analyses.lifecycle:Lifecycle",
    "cohorts": "zhike.analyses.cohorts:Cohorts",
    "profile": "zhike.analyses.profile:Profile",
    "comparison": "zhike.analyses.comparison:Comparison",
    "lost_traits": "zhike.analyses.lost_traits:LostTraits",
    "relationship": "zhike.analyses.relationship:Relationship",
    "loyalty": "zhike.analyses.loyalty:Loyalty",
    "segmentations": "zhike.analyses.segmentations:Segmentations",
    "clusters": "zhike.analyses.clusters:Clusters",
    "movement": "zhike.analyses.movement:Movement",
    "rhythm": "zhike.analyses.rhythm:Rhythm",
    "heatmap": "zhike.analyses.heatmap:Heatmap",
    "channels": "zhike.analyses.channels:Channels",
    "categories": "zhike.analyses.categories:Categories",
    "seasonality": "zhike.analyses.seasonality:Seasonality",
    "price_sensitivity": "zhike.analyses.price_sensitivity:PriceSensitivity",
    "new_returning": "zhike.analyses.new_returning:NewReturning",
    "concentration": "zhike.analyses.concentration:Concentration",
    "regions": "zhike.analyses.regions:Regions",
    "acquisition": "zhike.analyses.acquisition:Acquisition",
    "nurture": "zhike.analyses.nurture:Nurture",
    "returns": "zhike.analyses.returns:Returns",
    "clv": "zhike.analyses.clv:CLV",
    "churn": "zhike.analyses.churn:Churn",
    "demand": "zhike.analyses.demand:DemandForecast",
    "next_purchase": "zhike.analyses.next_purchase:NextPurchase",
    "recommendations": "zhike.analyses.recommendations:Recommendations",
    "baskets": "zhike.analyses.baskets:Baskets",
    "adequacy": "zhike.analyses.adequacy:Adequacy",
    "accuracy": "zhike.analyses.accuracy:Accuracy",
}


class Registry(Mapping[str, type[Analysis]]):
    """Analysis name to its class, in the order in which they are run and shown.

    A module is imported when its class is first asked for, so that listing names costs nothing.

    Examples:
        >>> "rfm" in REGISTRY, REGISTRY["rfm"].__name__
        (True, 'RFM')
    """

    @cached_property
    def _named(self) -> dict[str, EntryPoint | str]:
        added = {point.name: point for point in entry_points(group=GROUP)}
        return {**added, **OURS}

    def __getitem__(self, name: str) -> type[Analysis]:
        named = self._named[name]
        if isinstance(named, EntryPoint):
            added: type[Analysis] = named.load()
            return added
        module, _, attribute = named.partition(":")
        found: type[Analysis] = getattr(import_module(module), attribute)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter([*OURS, *(name for name in self._named if name not in OURS)])

    def __len__(self) -> int:
        return len(self._named)


REGISTRY = Registry()
