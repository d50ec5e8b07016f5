"""What is to be expected of a customer, in words: value, next purchase, risk, what to offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhike.analyses.churn_words import BANDS, reason_words
from zhike.blocks import write_value
from zhike.i18n import LazyText

REASONS_TOLD = 3
OFFERS = 3


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A figure with the interval that it lies in.

    Attributes:
        value: As written.
        low: Its lower end; empty where there is none.
        high: Its upper end.
    """

    value: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A product to offer.

    Attributes:
        product: What.
        because: Which of her own speaks for it; empty for what she took before.
    """

    product: str
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonOutlook:
    """What is to be expected of one customer; what is not known is None or empty.

    Attributes:
        value: Money that she will bring.
        next_on: When she will buy next.
        alive: How likely she is to buy again.
        risk: Word for the risk that she leaves.
        band: Its code.
        reasons: Why, most weighty first.
        again: What she took before and may take again.
        new: What would be new to her.
    """

    value: Expected | None
    next_on: Expected | None
    alive: Expected | None
    risk: LazyText | None
    band: str
    reasons: tuple[LazyText, ...]
    again: tuple[Offer, ...]
    new: tuple[Offer, ...]


def outlook_of(said: Mapping[str, Mapping[str, Any]], currency: str) -> PersonOutlook:
    """What analyses say of a customer, as a page tells it.

    Args:
        said: Analysis to its row of that customer.
        currency: ISO code that amounts are in.
    """
    clv, coming = said.get("clv", {}), said.get("next_purchase", {})
    churn, offers = said.get("churn", {}), said.get("recommendations", {})
    band = churn.get("band") or ""
    return PersonOutlook(
        value=_expected(clv, "clv", "amount", currency),
        next_on=_coming(coming),
        alive=_expected(clv, "p_alive", "share", currency),
        risk=BANDS.get(band),
        band=band,
        reasons=tuple(
            reason_words(churn[f"reason_{place}"], churn[f"reason_{place}_value"], currency)
            for place in range(1, REASONS_TOLD + 1)
            if churn.get(f"reason_{place}")
        ),
        again=_offers(offers, "repeat"),
        new=_offers(offers, "new"),
    )


def _expected(row: Mapping[str, Any], name: str, format: Any, currency: str) -> Expected | None:
    if row.get(name) is None:
        return None
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    ends = (None, None) if low is None or high is None else (low, high)
    written = ["" if it is None else write_value(it, format, currency) for it in ends]
    return Expected(value=write_value(row[name], format, currency), low=written[0], high=written[1])


def _coming(row: Mapping[str, Any]) -> Expected | None:
    if row.get("next_on") is None:
        return None
    days = [row.get(f"next_in_days_{end}") for end in ("low", "high")]
    low, high = ("" if it is None else write_value(it, "count", "") for it in days)
    return Expected(value=write_value(row["next_on"], "day", ""), low=low, high=high)


def _offers(row: Mapping[str, Any], kind: str) -> tuple[Offer, ...]:
    found = []
    for place in range(1, OFFERS + 1):
        product = row.get(f"{kind}_{place}")
        if product:
            because = row.get(f"because_{place}") or "" if kind == "new" else ""
            found.append(Offer(product=product, because=because))
    return tuple(found)
