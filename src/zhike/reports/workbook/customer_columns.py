"""Which columns the customer table has, in which order, for a shop with these data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhike.analyses.churn_words import BANDS, REASONS
from zhike.analyses.relationship_facts import LEVELS
from zhike.analyses.rfm_names import SEGMENTS, TYPES
from zhike.analyses.value_tiers import FREQUENCIES, TIERS
from zhike.catalogue import Trait, traits_of
from zhike.catalogue.availability import filled_columns
from zhike.i18n import LazyText, lazy
from zhike.reports.workbook.contents import CustomerColumn, Group, Kind
from zhike.schema import Field, Shop, standard_table
from zhike.schema.custom import CustomField
from zhike.schema.fields import Kind as FieldKind

PEOPLE = ("name", "phone", "email", "address")
EDITABLE = (
    "gender", "birth_on", "country", "province", "city", "level", "tags", "acquired_from",
    "owner_id",
)  # fmt: skip
"""Fields of the customer table that a person may change, in the order in which they stand."""

INVITED = ("name", "phone", "email", "gender", "birth_on", "province", "city", "level", "tags")
"""Columns that stand there even where no customer has a value: somebody may fill them in."""

NOTE = "note"
CUSTOM_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "number": "number",
    "day": "day",
    "flag": "flag",
    "choice": "choice",
}
FLAG_WORDS: Mapping[str, LazyText] = {"true": lazy("Yes"), "false": lazy("No")}

STANDING: tuple[tuple[str, str, LazyText, Mapping[str, LazyText]], ...] = (
    ("rfm_segment", "segment", lazy("RFM segment"), SEGMENTS),
    ("rfm_type", "type", lazy("Customer type"), TYPES),
    ("value_tier", "tier", lazy("Value tier"), TIERS),
    ("frequency_class", "frequency_class", lazy("How often they buy"), FREQUENCIES),
    ("abc_class", "abc_class", lazy("ABC class"), {}),
    ("relationship", "level", lazy("Relationship"), LEVELS),
    ("churn_risk", "band", lazy("Risk of leaving"), BANDS),
    ("churn_reason", "reason_1", lazy("First reason"), REASONS),
)
"""Column, what the analysis calls it, its title, its words."""

SCORES: tuple[tuple[str, LazyText], ...] = (
    ("recency_score", lazy("Recency score")),
    ("frequency_score", lazy("Frequency score")),
    ("monetary_score", lazy("Monetary score")),
)
PURCHASES = (
    "frequency", "monetary", "average_order_value", "first_on", "last_on", "recency_days",
    "tenure_days", "mean_gap_days", "orders_last_90_days", "orders_last_365_days",
    "amount_last_365_days",
)  # fmt: skip
PREFERENCES = ("category", "first_category", "channel", "first_channel")
BEHAVIOUR = ("discount_share", "weekend_share", "refund_rate")
COMPUTED_BASICS = ("age", "age_band", "income_band", "registered_on")
COUNTS = frozenset(
    {"frequency", "orders_last_90_days", "orders_last_365_days", "age", "recency_days",
     "tenure_days"}
)  # fmt: skip
"""Traits that are whole numbers."""


def customer_columns(shop: Shop, computed: frozenset[str]) -> tuple[CustomerColumn, ...]:
    """The columns of the customer table.

    Args:
        shop: What there is.
        computed: Columns that analyses give: `rfm_segment`, `recency_score` …
    """
    traits = {trait.name: trait for trait in traits_of(shop)}
    return tuple(_columns(shop, traits, computed))


def _columns(
    shop: Shop, traits: Mapping[str, Trait], computed: frozenset[str]
) -> Iterator[CustomerColumn]:
    yield CustomerColumn(
        name="customer_id", label=standard_table("customers")["customer_id"].label,
        kind="id", group="basic",
    )  # fmt: skip
    yield from _basics(shop, traits)
    yield from _own_fields(shop)
    yield from _standing(traits, computed)
    for group, names in (
        ("purchases", PURCHASES),
        ("preferences", PREFERENCES),
        ("behaviour", BEHAVIOUR),
    ):
        yield from (_of_trait(traits[name], group) for name in names if name in traits)  # type: ignore[arg-type]
    for name, label in SCORES:
        if name in computed:
            yield CustomerColumn(name=name, label=label, kind="score", group="scores")


def _basics(shop: Shop, traits: Mapping[str, Trait]) -> Iterator[CustomerColumn]:
    for table, names in (("people", PEOPLE), ("customers", EDITABLE)):
        for name in names:
            if name in INVITED or _filled(shop, table, name):
                yield _editable(standard_table(table)[name], traits.get(name))
    for name in COMPUTED_BASICS:
        if name in traits:
            yield _of_trait(traits[name], "basic")
    if _filled(shop, "people", "account"):
        label = standard_table("people")["account"].label
        yield CustomerColumn(name="account", label=label, kind="id", group="basic")


def _filled(shop: Shop, table: str, name: str) -> bool:
    return table in shop and bool(filled_columns(shop, table)[name])


def _editable(field: Field, trait: Trait | None) -> CustomerColumn:
    kinds: Mapping[FieldKind, Kind] = {
        FieldKind.ID: "id",
        FieldKind.CHOICE: "choice",
        FieldKind.DAY: "day",
    }
    labels = dict(trait.labels) if trait else {}
    return CustomerColumn(
        name=field.name,
        label=field.label,
        kind=kinds.get(field.kind, "text"),
        group="basic",
        editable=True,
        labels=labels,
        choices=tuple(map(str, labels.values())),
        closed=field.kind is FieldKind.CHOICE,
    )


def _own_fields(shop: Shop) -> Iterator[CustomerColumn]:
    """The company's own fields, and the note that everybody has."""
    for field in shop.custom_fields:
        if not field.hidden and field.name != NOTE:
            yield _own_field(field)
    yield CustomerColumn(name=NOTE, label=lazy("Note"), kind="text", group="custom", editable=True)


def _own_field(field: CustomField) -> CustomerColumn:
    words = FLAG_WORDS if field.type == "flag" else {}
    return CustomerColumn(
        name=field.name,
        label=field.label or field.name,
        kind=CUSTOM_KINDS[field.type],
        group="custom",
        editable=True,
        labels=words,
        choices=field.choices or tuple(map(str, words.values())),
        closed=field.type in ("choice", "flag"),
    )


def _standing(traits: Mapping[str, Trait], computed: frozenset[str]) -> Iterator[CustomerColumn]:
    if "stage" in traits:
        yield _of_trait(traits["stage"], "standing")
    for name, _source, label, words in STANDING:
        if name in computed:
            yield CustomerColumn(
                name=name, label=label, kind="text", group="standing", labels=words
            )


def _of_trait(trait: Trait, group: Group) -> CustomerColumn:
    return CustomerColumn(
        name=trait.name,
        label=trait.label,
        kind=_kind(trait),
        group=group,
        labels=trait.labels,
    )


def _kind(trait: Trait) -> Kind:
    if trait.name in COUNTS:
        return "count"
    if trait.kind in ("choice", "text", "flag"):
        return "text"
    kinds: Mapping[str, Kind] = {
        "amount": "amount", "share": "share", "days": "days", "day": "day", "count": "count",
    }  # fmt: skip
    return kinds.get(trait.format, "number")
