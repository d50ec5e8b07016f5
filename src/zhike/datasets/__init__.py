"""Companies whose truth is known: a corner shop to check by hand, and one of any size."""

from zhike.datasets.corner import corner_shop, corner_shop_tables
from zhike.datasets.deserted import DESERTION_CAUSES, DesertedShop, deserted_shop
from zhike.datasets.exports import PLATFORMS, expected, planted_defects, write_export
from zhike.datasets.exports.defects import Defect
from zhike.datasets.later import Overlap, overlapping, seen
from zhike.datasets.planted import CAUSES, Plant, PlantedShop, planted_shop
from zhike.datasets.simulation import Simulated, Truth, simulate

__all__ = [
    "CAUSES",
    "DESERTION_CAUSES",
    "PLATFORMS",
    "Defect",
    "DesertedShop",
    "Overlap",
    "Plant",
    "PlantedShop",
    "Simulated",
    "Truth",
    "corner_shop",
    "corner_shop_tables",
    "deserted_shop",
    "expected",
    "overlapping",
    "planted_defects",
    "planted_shop",
    "seen",
    "simulate",
    "write_export",
]
