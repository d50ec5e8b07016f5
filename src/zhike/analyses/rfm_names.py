"""The two naming schemes of RFM: eleven segments by a grid, eight types by high and low."""

from __future__ import annotations

from zhike.i18n import LazyText, lazy

GRID: tuple[tuple[str, ...], ...] = (
    # mean of frequency and monetary score, rounded half up:
    # 1                2                       3                       4            5
    ("lost",           "lost",                 "at_risk",              "at_risk",   "cant_lose"),
    ("hibernating",    "hibernating",          "at_risk",              "at_risk",   "cant_lose"),
    ("about_to_sleep", "about_to_sleep",       "need_attention",       "loyal",     "loyal"),
    ("promising",      "potential_loyalists",  "potential_loyalists",  "loyal",     "loyal"),
    ("new",            "potential_loyalists",  "potential_loyalists",  "champions", "champions"),
)  # fmt: skip
"""Segment by recency score (row 1 to 5) and mean of frequency and monetary score (column)."""

SEGMENTS: dict[str, LazyText] = {
    "champions": lazy("Champions"),
    "loyal": lazy("Loyal customers"),
    "potential_loyalists": lazy("Potential loyalists"),
    "new": lazy("New customers"),
    "promising": lazy("Promising"),
    "need_attention": lazy("Need attention"),
    "about_to_sleep": lazy("About to sleep"),
    "at_risk": lazy("At risk"),
    "cant_lose": lazy("Can't lose them"),
    "hibernating": lazy("Hibernating"),
    "lost": lazy("Lost"),
}
"""The eleven segments, best first."""

ADVICE: dict[str, LazyText] = {
    "champions": lazy("Reward them, show them new things first, ask them to recommend you."),
    "loyal": lazy("Offer more of what they like; ask for reviews."),
    "potential_loyalists": lazy("Invite them to membership; recommend what goes with it."),
    "new": lazy("Help with the first purchase; give a reason for a second."),
    "promising": lazy("Stay in mind: a small offer, a first try of something else."),
    "need_attention": lazy("Make a limited offer based on what they bought."),
    "about_to_sleep": lazy("Share something useful; show what is popular."),
    "at_risk": lazy("Write personally; make it worth coming back."),
    "cant_lose": lazy("Call them. Find out what went wrong before a rival does."),
    "hibernating": lazy("Show other products and a special offer; spend little."),
    "lost": lazy("One attempt to win them back; otherwise leave them alone."),
}
"""What to do about each segment."""

TYPES: dict[str, LazyText] = {
    "important_value": lazy("Important, to value"),
    "important_develop": lazy("Important, to develop"),
    "important_keep": lazy("Important, to keep"),
    "important_win_back": lazy("Important, to win back"),
    "general_value": lazy("General, to value"),
    "general_develop": lazy("General, to develop"),
    "general_keep": lazy("General, to keep"),
    "general_win_back": lazy("General, to win back"),
}
"""The eight types, best first."""

TYPE_OF: dict[tuple[bool, bool, bool], str] = {
    (True, True, True): "important_value",
    (True, False, True): "important_develop",
    (False, True, True): "important_keep",
    (False, False, True): "important_win_back",
    (True, True, False): "general_value",
    (True, False, False): "general_develop",
    (False, True, False): "general_keep",
    (False, False, False): "general_win_back",
}
"""Type by whether recency, frequency and monetary score are each above their mean."""


DIMENSIONS: dict[str, LazyText] = {
    "recency": lazy("Recency (days)"),
    "frequency": lazy("Frequency (purchases)"),
    "monetary": lazy("Monetary (net revenue)"),
}
"""The three dimensions with their units."""


def mean_score(frequency_score: int, monetary_score: int) -> int:
    """The mean of two scores, rounded half up."""
    return (frequency_score + monetary_score + 1) // 2


def segment_of(recency_score: int, frequency_score: int, monetary_score: int) -> str:
    """The segment of three scores.

    Examples:
        >>> segment_of(5, 5, 4)
        'champions'
        >>> segment_of(1, 5, 5)
        'cant_lose'
    """
    return GRID[recency_score - 1][mean_score(frequency_score, monetary_score) - 1]
