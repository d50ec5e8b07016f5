"""Causes as sentences that a manager understands."""

from __future__ import annotations

from collections.abc import Callable

from zhike.blocks import Finding, Format
from zhike.catalogue import Shown
from zhike.i18n import LazyText, lazy
from zhike.insights.causes import Cause
from zhike.insights.words import OF_CUSTOMERS, member_label, where_label

Facts = dict[str, object]
Saying = Callable[..., LazyText]


def finding_of(
    cause: Cause, currency: str, products: dict[str, str], *, is_money: bool = True
) -> Finding:
    """A cause as a finding: what changed, by how much, and what that means in money."""
    where = where_label(cause.dimension, member_label(cause.dimension, cause.member, products))
    levels: dict[str, Format] = {"basket": "number", "refunds": "share", "discounts": "share"}
    format = levels.get(cause.driver, "count")
    facts: Facts = {
        "where": where,
        "share": Shown(abs(cause.change), "share"),
        "before": Shown(cause.before, format),
        "after": Shown(cause.after, format),
        "amount": Shown(abs(cause.amount), "amount" if is_money else "count", currency),
    }
    family = "rate" if cause.dimension in OF_CUSTOMERS and cause.driver == "volume" else ""
    rose = cause.change > 0
    return Finding(
        code=code_of(cause),
        sentence=_SAYINGS[family or cause.driver, rose](facts),
        tone="good" if cause.amount > 0 else "bad",
        amount=cause.amount if is_money else None,
        customers={"dimension": cause.dimension, "member": cause.member},
    )


def code_of(cause: Cause) -> str:
    """Stable name of the kind of cause, such as "why_volume_fell"."""
    return f"why_{cause.driver}_{'rose' if cause.change > 0 else 'fell'}"


_SAYINGS: dict[tuple[str, bool], Callable[[Facts], LazyText]] = {
    ("volume", True): lambda facts: lazy(
        "{where}: {share} more was sold, {after} instead of {before}. That adds {amount}.", **facts
    ),
    ("volume", False): lambda facts: lazy(
        "{where}: {share} less was sold, {after} instead of {before}. That costs {amount}.",
        **facts,
    ),
    ("rate", True): lambda facts: lazy(
        "{where}: these customers bought {share} more often, {after} purchases instead of "
        "{before}. That adds {amount}.",
        **facts,
    ),
    ("rate", False): lambda facts: lazy(
        "{where}: these customers bought {share} less often, {after} purchases instead of "
        "{before}. That costs {amount}.",
        **facts,
    ),
    ("basket", True): lambda facts: lazy(
        "{where}: a purchase has {after} pieces instead of {before}. That adds {amount}.", **facts
    ),
    ("basket", False): lambda facts: lazy(
        "{where}: a purchase has {after} pieces instead of {before}. That costs {amount}.",
        **facts,
    ),
    ("price", True): lambda facts: lazy(
        "{where}: prices of the same products rose by {share}. That adds {amount}, as long as as "
        "much is bought.",
        **facts,
    ),
    ("price", False): lambda facts: lazy(
        "{where}: prices of the same products fell by {share}. That costs {amount}.", **facts
    ),
    ("discounts", True): lambda facts: lazy(
        "{where}: less is given away in vouchers and discounts; {after} of the price is paid "
        "instead of {before}. That adds {amount}.",
        **facts,
    ),
    ("discounts", False): lambda facts: lazy(
        "{where}: more is given away in vouchers and discounts; {after} of the price is paid "
        "instead of {before}. That costs {amount}.",
        **facts,
    ),
    ("refunds", True): lambda facts: lazy(
        "{where}: more comes back, {after} of what is sold instead of {before}. That costs "
        "{amount}.",
        **facts,
    ),
    ("refunds", False): lambda facts: lazy(
        "{where}: less comes back, {after} of what is sold instead of {before}. That adds "
        "{amount}.",
        **facts,
    ),
}
