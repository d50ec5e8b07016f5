"""Natural groups of customers: k-means on how they buy, with the number of groups tried out."""

from zhike.models.clusters.choosing import Choice, Trial, chosen
from zhike.models.clusters.grouping import LEAST_CUSTOMERS, Grouping, grouped
from zhike.models.clusters.kmeans import Fit, kmeans
from zhike.models.clusters.measures import MEASURES, buyers, streamed
from zhike.models.clusters.scaling import Scale

__all__ = [
    "LEAST_CUSTOMERS",
    "MEASURES",
    "Choice",
    "Fit",
    "Grouping",
    "Scale",
    "Trial",
    "buyers",
    "chosen",
    "grouped",
    "kmeans",
    "streamed",
]
