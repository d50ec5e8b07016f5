"""What a record of a file can be, and what tells that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from zhike.preparation.reading import Grain
from zhike.schema import Field, standard_table

_CUSTOMER_IN_ORDERS = (
    "gender", "birth_on", "age_band", "income_band", "country", "province", "city",
    "registered_at", "acquired_from", "level", "owner_id", "consents",
)  # fmt: skip
_REFUND_IN_ORDERS = ("refund_id", "refunded_at", "quantity", "amount", "goods_returned")
_PEOPLE = ("account", "name", "phone", "email", "address", "external_ids")


@dataclass(frozen=True, kw_only=True)
class GrainRule:
    """What files of one grain look like.

    Attributes:
        grain: What one record is.
        main: The standard table that a record is a row of.
        tables: Tables that it may feed.
        needs: Groups of fields; of each group at least one must be mapped.
        targets: Field to how readily it is taken here, 0 to 1.
    """

    grain: Grain
    main: str
    needs: tuple[tuple[str, ...], ...]
    targets: Mapping[str, float]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that files of this grain may feed, the main one first."""
        return tuple(dict.fromkeys(target.split(".")[0] for target in self.targets))


def field_of(target: str) -> Field:
    """The schema's field behind "table.field"."""
    table, name = target.split(".")
    return standard_table(table)[name]


def _targets(*parts: tuple[str, tuple[str, ...] | None, float]) -> dict[str, float]:
    found = {}
    for table, names, weight in parts:
        for item in standard_table(table).fields:
            if not item.derived and (names is None or item.name in names):
                found[f"{table}.{item.name}"] = weight
    return found


def _without(targets: dict[str, float], *names: str) -> dict[str, float]:
    return {target: weight for target, weight in targets.items() if target not in names}


def _flat(table: str) -> dict[str, float]:
    return _targets((table, None, 1.0))


@lru_cache(maxsize=1)
def grain_rules() -> Mapping[Grain, GrainRule]:
    """Every grain, in the order in which equals are preferred."""
    # One total alone is what was paid: only a second one can be the total before discounts.
    orders = {**_targets(("orders", None, 1.0)), "orders.gross_amount": 0.99}
    around = _targets(
        ("people", _PEOPLE, 0.97),
        ("customers", _CUSTOMER_IN_ORDERS, 0.95),
        ("refunds", _REFUND_IN_ORDERS, 0.93),
    )
    lines = _targets(("order_lines", None, 1.0), ("products", ("name", "category", "brand"), 0.98))
    line = {**orders, **_without(lines, "order_lines.order_id"), **around}
    customer = _targets(("customers", None, 1.0), ("people", _PEOPLE, 0.99))
    people = tuple(f"people.{name}" for name in ("account", "email", "phone", "name"))
    rules: tuple[tuple[Grain, str, dict[str, float], tuple[tuple[str, ...], ...]], ...] = (
        ("order_line", "order_lines", line, (
            ("orders.order_id", "orders.ordered_at"),
            ("order_lines.product_id", "products.name"),
            ("order_lines.quantity", "order_lines.unit_price", "order_lines.amount",
             "orders.paid_amount", "orders.gross_amount"),
        )),
        ("order", "orders", {**orders, **around}, (
            ("orders.order_id", "orders.ordered_at"),
            ("orders.ordered_at", "orders.status", "orders.paid_at"),
            ("orders.paid_amount", "orders.gross_amount"),
        )),
        ("refund", "refunds", {
            **_flat("refunds"), **_targets(("people", _PEOPLE, 0.9)),
            **_targets(("products", ("name",), 0.9)),
        }, (
            ("refunds.refund_id", "refunds.order_id"),
            ("refunds.amount",),
        )),
        ("customer", "customers", customer, (("customers.customer_id", *people),)),
        ("product", "products", _flat("products"), (
            ("products.product_id",), ("products.name", "products.category"),
        )),
        ("event", "events", _flat("events"), (
            ("events.at",), ("events.name", "events.page"),
            ("events.visitor_id", "events.customer_id", "events.session_id"),
        )),
        ("interaction", "interactions", _flat("interactions"), (
            ("interactions.at",), ("interactions.customer_id",),
            ("interactions.kind", "interactions.text"),
        )),
        ("response", "responses", _flat("responses"), (
            ("responses.score", "responses.text"),
            ("responses.response_id", "responses.customer_id"),
        )),
        ("review", "reviews", _flat("reviews"), (
            ("reviews.rating", "reviews.text"),
            ("reviews.product_id", "reviews.order_id", "reviews.review_id"),
        )),
        ("ticket", "tickets", _flat("tickets"), (("tickets.ticket_id",), ("tickets.opened_at",))),
        ("touch", "touches", _flat("touches"), (("touches.campaign",), ("touches.customer_id",))),
        ("spend", "spend", _flat("spend"), (
            ("spend.day",), ("spend.cost",), ("spend.channel", "spend.campaign"),
        )),
        ("lead", "leads", _flat("leads"), (
            ("leads.lead_id",), ("leads.stage", "leads.source"),
            ("leads.created_at", "leads.closing_on"),
        )),
        ("market", "market", _flat("market"), (
            ("market.period",), ("market.metric",), ("market.value",),
        )),
        ("staff", "staff", _flat("staff"), (
            ("staff.staff_id",), ("staff.name", "staff.role", "staff.team"),
        )),
    )  # fmt: skip
    return {
        grain: GrainRule(grain=grain, main=main, targets=targets, needs=needs)
        for grain, main, targets, needs in rules
    }
