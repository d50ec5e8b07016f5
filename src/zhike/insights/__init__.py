"""What stands out over everything that was computed, exactly why, and what to do about it."""

from zhike.insights.causes import Cause
from zhike.insights.explain import METRICS_EXPLAINED, Why, explain, explain_segments
from zhike.insights.explanation import Explanation

__all__ = [
    "METRICS_EXPLAINED",
    "Cause",
    "Explanation",
    "Why",
    "explain",
    "explain_segments",
]
