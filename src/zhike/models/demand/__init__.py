"""Demand to come: how much will be bought, of what, by whom, and what to keep on the shelf."""

from zhike.models.demand.backtest import CHOSEN, WHOLE, Score
from zhike.models.demand.candidates import MODELS, NAIVE, SEASONAL_NAIVE, Known
from zhike.models.demand.forecast import Demand, demand, too_little
from zhike.models.demand.outlook import Looked, Outlook, outlook
from zhike.models.demand.series import DIMENSIONS, MEASURES, OTHERS, UNKNOWN, Series, series_of
from zhike.models.demand.stock import Shelf, shelf

__all__ = [
    "CHOSEN",
    "DIMENSIONS",
    "MEASURES",
    "MODELS",
    "NAIVE",
    "OTHERS",
    "SEASONAL_NAIVE",
    "UNKNOWN",
    "WHOLE",
    "Demand",
    "Known",
    "Looked",
    "Outlook",
    "Score",
    "Series",
    "Shelf",
    "demand",
    "outlook",
    "series_of",
    "shelf",
    "too_little",
]
