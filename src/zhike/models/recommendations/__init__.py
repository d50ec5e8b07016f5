"""What each customer may take next: own habits, item to item, what is popular, and their blend."""

from zhike.models.recommendations.histories import Histories, histories
from zhike.models.recommendations.recommend import Recommender, Wishes, recommender
from zhike.models.recommendations.scoring import ALONE, Views, Weights
from zhike.models.recommendations.similar import similarities
from zhike.models.recommendations.tuning import Judged, Trial, tried, tried_by_day

__all__ = [
    "ALONE",
    "Histories",
    "Judged",
    "Recommender",
    "Trial",
    "Views",
    "Weights",
    "Wishes",
    "histories",
    "recommender",
    "similarities",
    "tried",
    "tried_by_day",
]
