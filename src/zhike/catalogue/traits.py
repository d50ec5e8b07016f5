"""What is known about each customer, once a run: one wide row, and the words for its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from zhike.blocks import Format
from zhike.catalogue.availability import filled_columns
from zhike.catalogue.behaviour import customer_behaviour, customer_categories, has_categories
from zhike.catalogue.facts import customer_facts
from zhike.catalogue.purchases import as_of_day, utc_offset
from zhike.catalogue.stages import STAGES, prospects, stage_of, stage_thresholds
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop, standard_table

TraitKind = Literal["number", "choice", "day", "flag", "text"]
TraitGroup = Literal[
    "demographic", "geographic", "psychographic", "behaviour", "value", "need", "lifecycle",
    "custom",
]  # fmt: skip
FROM_CUSTOMERS = (
    "gender", "age_band", "income_band", "country", "province", "city", "level", "tags",
    "acquired_from", "owner_id",
)  # fmt: skip
"""Columns that are taken from the customer table as they are."""
OLDEST_YEARS = 120

GROUPS: dict[str, LazyText] = {
    "demographic": lazy("Demographic"),
    "geographic": lazy("Geographic"),
    "psychographic": lazy("Psychographic"),
    "behaviour": lazy("Behaviour"),
    "value": lazy("Customer value"),
    "need": lazy("Need"),
    "lifecycle": lazy("Lifecycle"),
    "custom": lazy("Your own fields"),
}
GENDERS: dict[str, LazyText] = {
    "female": lazy("Female"),
    "male": lazy("Male"),
    "other": lazy("Other"),
}


@dataclass(frozen=True, kw_only=True)
class Trait:
    """One column of `customer_traits`, as people read it.

    Attributes:
        name: Its column.
        label: What people read.
        kind: Number, choice (few values), day, flag or free text.
        format: How a value, or a mean of values, is written.
        group: What it says about a customer.
        labels: Words for coded values.
    """

    name: str
    label: LazyText
    kind: TraitKind
    format: Format
    group: TraitGroup
    labels: Mapping[str, LazyText] = field(default_factory=dict)


SCHEMA = standard_table("customers")


def _trait(name: str, label: LazyText, kind: TraitKind, format: Format, group: TraitGroup) -> Trait:
    labels = {"stage": STAGES, "gender": GENDERS}.get(name, {})
    return Trait(name=name, label=label, kind=kind, format=format, group=group, labels=labels)


TRAITS: tuple[Trait, ...] = (
    _trait("gender", SCHEMA["gender"].label, "choice", "text", "demographic"),
    _trait("age", lazy("Age"), "number", "number", "demographic"),
    _trait("age_band", SCHEMA["age_band"].label, "choice", "text", "demographic"),
    _trait("income_band", SCHEMA["income_band"].label, "choice", "text", "demographic"),
    _trait("level", SCHEMA["level"].label, "choice", "text", "demographic"),
    _trait("country", SCHEMA["country"].label, "choice", "text", "geographic"),
    _trait("province", SCHEMA["province"].label, "choice", "text", "geographic"),
    _trait("city", SCHEMA["city"].label, "choice", "text", "geographic"),
    _trait("tags", SCHEMA["tags"].label, "text", "text", "psychographic"),
    _trait("acquired_from", SCHEMA["acquired_from"].label, "choice", "text", "behaviour"),
    _trait("owner_id", SCHEMA["owner_id"].label, "choice", "text", "behaviour"),
    _trait("channel", lazy("Most used channel"), "choice", "text", "behaviour"),
    _trait("first_channel", lazy("Channel of the first purchase"), "choice", "text", "behaviour"),
    _trait("recency_days", lazy("Days since the last purchase"), "number", "days", "behaviour"),
    _trait("mean_gap_days", lazy("Days between purchases"), "number", "days", "behaviour"),
    _trait("orders_last_90_days", lazy("Purchases in 90 days"), "number", "number", "behaviour"),
    _trait("orders_last_365_days", lazy("Purchases in 365 days"), "number", "number", "behaviour"),
    _trait("discount_share", lazy("Purchases at a discount"), "number", "share", "behaviour"),
    _trait("weekend_share", lazy("Purchases on weekends"), "number", "share", "behaviour"),
    _trait("refund_rate", lazy("Goods given back"), "number", "share", "behaviour"),
    _trait("frequency", lazy("Purchases"), "number", "number", "value"),
    _trait("monetary", lazy("Net revenue"), "number", "amount", "value"),
    _trait("average_order_value", lazy("Average order value"), "number", "amount", "value"),
    _trait("amount_last_365_days", lazy("Bought in 365 days"), "number", "amount", "value"),
    _trait("category", lazy("Favourite category"), "choice", "text", "need"),
    _trait("first_category", lazy("Category of the first purchase"), "choice", "text", "need"),
    _trait("tenure_days", lazy("Days since the first purchase"), "number", "days", "lifecycle"),
    _trait("first_on", lazy("First purchase on"), "day", "day", "lifecycle"),
    _trait("last_on", lazy("Last purchase on"), "day", "day", "lifecycle"),
    _trait("registered_on", lazy("Registered on"), "day", "day", "lifecycle"),
    _trait("stage", lazy("Stage"), "choice", "text", "lifecycle"),
)
"""Every trait that we know of, those of the company's own fields aside."""

SOURCES = {
    "age": ("customers", "birth_on"),
    "registered_on": ("customers", "registered_at"),
    "channel": ("orders", "channel"),
    "first_channel": ("orders", "channel"),
}
"""Where a trait is taken from under another name."""


def customer_traits(shop: Shop, as_of: date | None = None) -> ir.Table:
    """All that is known about each customer before the day, computed once a run.

    Who has no purchase before the day has no facts about purchases (null), and stage
    `potential`. What the customer table says has no date: it is the current state.

    Returns:
        One row a customer with a purchase, or known without one: `customer_id`; of purchases
        `first_on`, `last_on`, `recency_days`, `frequency`, `monetary`, `average_order_value`,
        `tenure_days` (since the first), `mean_gap_days` (between purchases; null after only
        one), `stage`, the columns of `customer_behaviour` (channels, share at a discount, on
        weekends, given back, the last 90 and 365 days), `category` and `first_category`; of the
        customer table `gender`, `age` (years), `registered_on` and `FROM_CUSTOMERS`; and the
        columns of `custom_fields`.
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("customer_traits", day), lambda: _customer_traits(shop, day))


def traits_of(shop: Shop) -> tuple[Trait, ...]:
    """The traits for which this shop has values, in the order in which they are shown.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> [trait.name for trait in traits_of(corner_shop())][-5:]
        ['tenure_days', 'first_on', 'last_on', 'registered_on', 'stage']
    """
    return shop.remember("traits_of", lambda: _traits_of(shop))


def own_fields(shop: Shop) -> tuple[str, ...]:
    """The columns that the company added itself, where there are any."""
    if "custom_fields" not in shop:
        return ()
    taken = {"customer_id", *(trait.name for trait in TRAITS)}
    return tuple(name for name in shop["custom_fields"].columns if name not in taken)


def _customer_traits(shop: Shop, day: date) -> ir.Table:
    everybody = _everybody(shop, day)
    rows = _beside(everybody, customer_behaviour(shop, day))
    rows = _beside(rows, customer_categories(shop, day))
    rows = _beside(rows, _customer_table(shop, day))
    if own_fields(shop):
        rows = _beside(rows, shop["custom_fields"].select("customer_id", *own_fields(shop)))
    first_on = ibis.literal(day).delta(rows.first_on, unit="day")
    gaps = (rows.frequency - 1).nullif(0)
    stage = stage_of(rows.frequency, rows.recency_days, stage_thresholds(shop, day))
    return shop.engine.materialise(
        rows.mutate(
            average_order_value=rows.monetary.cast("float64") / rows.frequency,
            tenure_days=first_on.cast("int64"),
            mean_gap_days=rows.last_on.delta(rows.first_on, unit="day") / gaps,
            stage=rows.frequency.isnull().ifelse("potential", stage),
        ),
        wide=True,
    )


def _everybody(shop: Shop, day: date) -> ir.Table:
    """The customer facts, and those who are known without a purchase, with nothing in them."""
    facts, known = customer_facts(shop, day), prospects(shop, day)
    nulls = {
        name: ibis.null(kind) for name, kind in facts.schema().items() if name != "customer_id"
    }
    waiting = known.filter(known.first_on.isnull()).select("customer_id", **nulls)
    return facts.union(waiting.select(*facts.columns))


def _beside(rows: ir.Table, more: ir.Table) -> ir.Table:
    """The rows with the columns of another table of customers."""
    more = more.rename(other_id="customer_id")
    return rows.left_join(more, rows.customer_id == more.other_id).drop("other_id")


def _customer_table(shop: Shop, day: date) -> ir.Table:
    """What the customer table says: age on the day, the business day of registration."""
    if "customers" not in shop:
        texts = {name: ibis.null("string") for name in FROM_CUSTOMERS}
        nulls = {**texts, "age": ibis.null("int64"), "registered_on": ibis.null("date")}
        return shop["orders"].select("customer_id", **nulls).limit(0)
    customers = shop["customers"]
    ahead = ibis.interval(seconds=int(utc_offset(day, shop.timezone).total_seconds()))
    registered_on = (customers.registered_at + ahead).date()
    born = customers.birth_on
    birthday = born.month() * 100 + born.day()
    had_it = (birthday <= day.month * 100 + day.day).ifelse(0, 1)
    age = (ibis.literal(day.year) - born.year() - had_it).cast("int64")
    return customers.select(
        "customer_id",
        *FROM_CUSTOMERS,
        age=age.between(0, OLDEST_YEARS).ifelse(age, None),
        registered_on=(registered_on < day).ifelse(registered_on, None),
    )


def _traits_of(shop: Shop) -> tuple[Trait, ...]:
    there = [trait for trait in TRAITS if _has_values(trait.name, shop)]
    return (*there, *_own_traits(shop))


def _has_values(name: str, shop: Shop) -> bool:
    """Whether a trait can have values, from the columns that it is taken from."""
    if name in ("category", "first_category"):
        return has_categories(shop)
    if name == "refund_rate":
        return "refunds" in shop
    table, column = SOURCES.get(name, ("customers", name if name in FROM_CUSTOMERS else ""))
    if not column:
        return True
    return table in shop and bool(filled_columns(shop, table)[column])


def _own_traits(shop: Shop) -> tuple[Trait, ...]:
    if not own_fields(shop):
        return ()
    kinds = shop["custom_fields"].schema()
    called = {field.name: field.label for field in shop.custom_fields if field.label}
    return tuple(_own_trait(name, called.get(name, name), kinds[name]) for name in own_fields(shop))


def _own_trait(name: str, called: str, kind: dt.DataType) -> Trait:
    """A field of the company's own: its label as it was given, its column says what it is."""
    kinds: list[tuple[bool, TraitKind, Format]] = [
        (kind.is_boolean(), "flag", "share"),
        (kind.is_numeric(), "number", "number"),
        (kind.is_temporal(), "day", "day"),
    ]
    found = next(((it, format) for fits, it, format in kinds if fits), ("choice", "text"))
    label = lazy("Note") if name == "note" else LazyText.of(en=called, zh=called)
    return Trait(name=name, label=label, kind=found[0], format=found[1], group="custom")
