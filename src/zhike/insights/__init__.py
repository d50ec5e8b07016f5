"""What stands out over everything that was computed, exactly why, and what to do about it."""

from zhike.insights.causes import Cause
from zhike.insights.explaining import METRICS_EXPLAINED, Why, explain, explain_segments
from zhike.insights.explanation import Explanation
from zhike.insights.plays import Play, all_plays, plays_for
from zhike.insights.standing_out import StandOut, StandOuts, stand_outs

__all__ = [
    "METRICS_EXPLAINED",
    "Cause",
    "Explanation",
    "Play",
    "StandOut",
    "StandOuts",
    "Why",
    "all_plays",
    "explain",
    "explain_segments",
    "plays_for",
    "stand_outs",
]
