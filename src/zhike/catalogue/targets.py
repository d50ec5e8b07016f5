"""Where metrics should be, as the company says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a metric should be.

    Attributes:
        metric: Its name.
        at_least: The least that is wanted; None for no such bound.
        at_most: The most that is wanted; None for no such bound.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def value(self) -> float | None:
        """The bound, the lower one where there are two."""
        return self.at_least if self.at_least is not None else self.at_most

    def reached_by(self, value: float | None) -> bool | None:
        """Whether a value is within the bounds; None where there is no value.

        Examples:
            >>> Target(metric="repeat_rate", at_least=0.4).reached_by(0.41)
            True
        """
        if value is None:
            return None
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def attained_by(self, value: float | None) -> float | None:
        """How much of the target a value is: value by target, of a most that is wanted inversely.

        Examples:
            >>> Target(metric="net_revenue", at_least=200).attained_by(150)
            0.75
            >>> Target(metric="refund_rate", at_most=0.05).attained_by(0.1)
            0.5
        """
        of, by = (value, self.value) if self.at_least is not None else (self.value, value)
        return of / by if of is not None and by else None
