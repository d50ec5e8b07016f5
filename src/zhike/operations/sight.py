"""What a person may see of the data: which customers, and their personal data in full or masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from zhike.i18n import LazyText, lazy

Reach = Literal["all", "own", "team", "region"]
REACHES: tuple[Reach, ...] = get_args(Reach)
REACH_WORDS: dict[Reach, LazyText] = {
    "all": lazy("All customers"),
    "own": lazy("Customers of their own"),
    "team": lazy("Customers of a team"),
    "region": lazy("Customers of a region"),
}


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a person may see; equal ones may share what was computed.

    Attributes:
        reach: Which customers.
        of: Whose: numbers of colleagues, names of teams, or regions (country, province or city).
            Empty for all of them.
        personal: Whether names, telephone numbers and the like are shown in full.
        by_parts: Whether a part of a name or number finds whom it belongs to. Whoever is shown
            masks and could look for parts could put together what the masks hide.
    """

    reach: Reach = "all"
    of: tuple[str, ...] = ()
    personal: bool = False
    by_parts: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every customer is seen."""
        return self.reach == "all"


EVERYTHING = Sight(by_parts=True)
"""All customers, masked, and found by any part: what is shown where nobody has an account."""
