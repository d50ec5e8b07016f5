"""The standard tables that expressions of metrics add up, each row on its business day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import ibis.expr.types as ir

from zhike.catalogue.purchases import purchases
from zhike.catalogue.rules.fields import FieldKind, RuleField, Vocabulary
from zhike.i18n import LazyText
from zhike.schema import Field, Kind, Shop, standard_table

DAYS: Mapping[str, str] = {
    "orders": "ordered_on",
    "order_lines": "ordered_on",
    "refunds": "refunded_on",
    "reviews": "on",
    "responses": "on",
    "tickets": "opened_on",
    "interactions": "on",
    "events": "on",
    "touches": "on",
    "spend": "day",
    "leads": "created_on",
}
"""Table to the column that says in which period a row is. Orders and their lines are those of
purchases."""

KINDS: Mapping[Kind, FieldKind] = {
    Kind.ID: "text",
    Kind.TEXT: "text",
    Kind.CHOICE: "text",
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.MONEY: "number",
    Kind.FLAG: "flag",
    Kind.DAY: "day",
}
"""Instants are left out: in UTC they would fall on another day than in the shop."""
OF_ORDERS = ("customer_id", "channel", "store", "payment", "coupon")
OF_PRODUCTS = ("category", "brand", "name")
"""What is known of a line beside its own columns; `name` is the product's."""


@cache
def vocabulary_of(table: str) -> Vocabulary:
    """The columns of a table as fields of rules."""
    fields = [_field(item) for item in standard_table(table).fields if item.kind in KINDS]
    if table == "order_lines":
        fields += [_field(standard_table("orders")[name]) for name in OF_ORDERS]
        fields += [_field(standard_table("products")[name]) for name in OF_PRODUCTS]
    return Vocabulary({item.name: item for item in fields}.values())


def rows_of(shop: Shop, table: str, as_of: date, from_on: date, to_on: date) -> ir.Table | None:
    """The rows of a table in the days from `from_on` to before `to_on`, seen from a day.

    Orders are purchases as the catalogue defines them, lines are theirs. None where the shop
    does not have the table.

    Returns:
        Lazy, one row a row of the table, with `is_day`, its business day.
    """
    if table not in shop:
        return None
    until = min(to_on, as_of)
    if table in ("orders", "order_lines"):
        bought = purchases(shop, as_of)
        bought = bought.filter(bought.ordered_on >= from_on, bought.ordered_on < until)
        rows = bought if table == "orders" else _lines(shop, bought)
    else:
        rows = shop[table]
        day = rows[DAYS[table]]
        rows = rows.filter(day >= from_on, day < until)
    return rows.mutate(is_day=rows[DAYS[table]])


def _lines(shop: Shop, bought: ir.Table) -> ir.Table:
    orders = bought.select("ordered_on", *OF_ORDERS, bought_id="order_id")
    lines = shop["order_lines"]
    lines = lines.inner_join(orders, lines.order_id == orders.bought_id).drop("bought_id")
    if "products" not in shop:
        return lines
    products = shop["products"].select(*OF_PRODUCTS, sold_id="product_id")
    return lines.left_join(products, lines.product_id == products.sold_id).drop("sold_id")


def _field(item: Field) -> RuleField:
    choices = {code: LazyText.of(en=code, zh=code) for code in item.choices}
    return RuleField(name=item.name, label=item.label, kind=KINDS[item.kind], choices=choices)
