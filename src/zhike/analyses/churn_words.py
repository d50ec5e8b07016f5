"""Words for leaving: bands of risk, and the reasons of a customer as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.blocks import Column
from zhike.catalogue import Light, Shown
from zhike.i18n import LazyText, lazy
from zhike.models.churn import Tried
from zhike.schema import standard_table

HIGH, RAISED = 0.7, 0.4
BANDS: dict[str, LazyText] = {
    "high": lazy("High risk"),
    "raised": lazy("Raised risk"),
    "low": lazy("Low risk"),
}
SCHEMA = standard_table("customers")
REASONS: dict[str, LazyText] = {
    "complaints": lazy("Complaints"),
    "refunds": lazy("Goods sent back"),
    "price": lazy("Higher prices"),
    "channel": lazy("Closed channel"),
    "discounts": lazy("No more discounts"),
    "silence": lazy("Silent for longer than usual"),
    "pace": lazy("Buys less often than before"),
    "purchase_days": lazy("Has seldom bought"),
    "amount": lazy("Amount bought in a year"),
    "tenure_days": lazy("Time as a customer"),
    "gender": SCHEMA["gender"].label,
    "province": SCHEMA["province"].label,
    "acquired_from": SCHEMA["acquired_from"].label,
}
RANKS: dict[str, LazyText] = {
    "happening": lazy("Something happened"),
    "sign": lazy("A sign of leaving"),
    "trait": lazy("A trait"),
}
MODELS: dict[str, LazyText] = {
    "pareto_nbd": lazy("Silence by own rhythm (Pareto/NBD)"),
    "boosted": lazy("Boosted trees"),
    "linear": lazy("Logistic regression"),
}
CARD = (
    Column(name="customers", label=lazy("Customers tried on"), format="count"),
    Column(name="foretold", label=lazy("Leaving foretold"), format="count"),
    Column(name="came", label=lazy("Who left"), format="count"),
    Column(name="auc", label=lazy("Tells leavers apart (AUC)"), format="number"),
    Column(name="brier", label=lazy("Brier score"), format="number"),
    Column(name="naive_brier", label=lazy("The same, one chance for all"), format="number"),
    Column(name="calibration_error", label=lazy("Calibration error"), format="share"),
)
CLOSE, FAR = 0.1, 0.3
TRUE, UNTRUE = 0.03, 0.1
APART, NOT_APART = 0.65, 0.55


def with_band(customers: ir.Table) -> ir.Table:
    """Customers with the band that their risk of leaving falls into."""
    chance = customers.leaving_probability
    band = ibis.cases((chance >= HIGH, "high"), (chance >= RAISED, "raised"), else_="low")
    return customers.mutate(band=band)


def light_of(tried: Tried | None) -> Light:
    """Whether a model of leaving can be believed, from how it did on customers not seen."""
    if tried is None or tried.auc is None:
        return "none"
    wrong, untrue = abs(tried.error), tried.calibration.error
    if wrong > FAR or untrue > UNTRUE or tried.auc < NOT_APART or tried.brier > tried.naive_brier:
        return "red"
    good = wrong <= CLOSE and untrue <= TRUE and tried.auc >= APART
    return "green" if good else "yellow"


def card_rows(tried: Mapping[str, Tried]) -> pa.Table:
    """One row a model that was tried: what it said, who left, and its light."""
    items = list(tried.values())
    names = ("foretold", "came", "auc", "brier", "naive_brier")
    return pa.table(
        {
            "model": pa.array([item.model for item in items], pa.string()),
            "customers": pa.array([item.customers for item in items], pa.int64()),
            **{
                name: pa.array([getattr(item, name) for item in items], pa.float64())
                for name in names
            },
            "calibration_error": pa.array([item.calibration.error for item in items], pa.float64()),
            "light": pa.array([light_of(item) for item in items], pa.string()),
        }
    )


def reason_words(code: str, value: float | None, currency: str) -> LazyText:
    """A reason of one customer, with its figure.

    Examples:
        >>> str(reason_words("silence", 3.2, "CNY"))
        'last order 3.2 times the usual gap ago'
        >>> str(reason_words("silence", None, "CNY"))
        'has bought on one day only, and nothing since'
    """
    return _WORDS[code](value, currency)


def joined_words(words: list[LazyText]) -> LazyText:
    """Up to three reasons, one after the other."""
    names = ("first", "second", "third")
    facts = dict(zip(names, words, strict=False))
    if len(words) == 3:
        return lazy("{first}; {second}; {third}", **facts)
    if len(words) == 2:
        return lazy("{first}; {second}", **facts)
    return words[0] if words else lazy("nothing in particular")


def _complaints(value: float | None, _currency: str) -> LazyText:
    if value:
        return lazy("complaints without an answer: {count}", count=Shown(int(value), "count"))
    return lazy("complained of late")


def _refunds(value: float | None, _currency: str) -> LazyText:
    return lazy("goods sent back of late: {count}", count=Shown(int(value or 0), "count"))


def _price(value: float | None, _currency: str) -> LazyText:
    return lazy("what they usually buy now costs {share} more", share=Shown(value, "share"))


def _channel(value: float | None, _currency: str) -> LazyText:
    return lazy(
        "{share} of their purchases were in a channel that has all but closed",
        share=Shown(value, "share"),
    )


def _silence(value: float | None, _currency: str) -> LazyText:
    if value is None:
        return lazy("has bought on one day only, and nothing since")
    return lazy(
        "last order {times} times the usual gap ago", times=Shown(round(value, 1), "number")
    )


def _purchase_days(value: float | None, _currency: str) -> LazyText:
    return lazy("days with a purchase in a year: {count}", count=Shown(int(value or 0), "count"))


def _amount(value: float | None, currency: str) -> LazyText:
    return lazy("bought for {amount} in a year", amount=Shown(value, "amount", currency))


def _tenure(value: float | None, _currency: str) -> LazyText:
    return lazy("a customer for {days}", days=Shown(int(value or 0), "days"))


def _named(code: str) -> Callable[[float | None, str], LazyText]:
    return lambda _value, _currency: lazy(
        "customers with this {trait} leave more often", trait=REASONS[code]
    )


_WORDS: dict[str, Callable[[float | None, str], LazyText]] = {
    "complaints": _complaints,
    "refunds": _refunds,
    "price": _price,
    "channel": _channel,
    "discounts": lambda _value, _currency: lazy("stopped buying at a discount"),
    "silence": _silence,
    "pace": lambda _value, _currency: lazy("buys less often than before"),
    "purchase_days": _purchase_days,
    "amount": _amount,
    "tenure_days": _tenure,
    **{code: _named(code) for code in ("gender", "province", "acquired_from")},
}
