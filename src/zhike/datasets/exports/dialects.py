"""What an export dialect is: how a page of orders is written, and what importing it must give."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import Ints, chosen, money
from zhike.datasets.exports.baskets import Basket
from zhike.datasets.exports.pages import Page, whole

Tables = dict[str, pa.Table]


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One platform's export.

    Attributes:
        file_name: What the platform calls the file.
        encoding: Of the text; "" for a workbook.
        grain: What one record is.
        records: The records of a page (of members, for a customer file): columns in file order,
            named by their headers.
        expected: What importing them must give; see `zhike.datasets.expected`.
        key: Header of the column that a record cannot do without.
        date: Header of the column with the record's time.
        is_untidy: Whether people type it, so that defects come with untidy writings.
        needs_lines: Whether the page must bring its lines.
    """

    file_name: str
    encoding: str
    grain: Literal["order", "order_line", "customer"]
    records: Callable[[Any], pa.Table]
    expected: Callable[[Any], Tables]
    key: str
    date: str
    is_untidy: bool = False
    needs_lines: bool = True


@lru_cache(maxsize=8)
def headers(export: str) -> tuple[str, ...]:
    """The header row of an export, in its order."""
    source = files("zhike.datasets.exports") / "headers.toml"
    return tuple(tomllib.loads(source.read_text(encoding="utf-8"))[export])


def standing(page: Page) -> pa.Array:
    """Whether each order is "pending", "kept", or "gone" (closed, or refunded in full)."""
    kept, gone = (
        page.is_status("paid", "shipped", "completed"),
        page.is_status("closed", "refunded"),
    )
    return chosen(["pending", "kept", "gone"], np.select([kept, gone], [1, 2], 0))


def expected_orders(page: Page, identity_kind: str, identity: pa.Array) -> dict[str, pa.Array]:
    """What every dialect can say of an order; dialects add their amounts and marks.

    `identity_kind` and `identity` tell whose it is: `customer_id` follows from them (the value
    itself for "id", the surrogate of the normalised value else); null for an anonymous order.
    """
    kinds = chosen([identity_kind], np.zeros(len(page), np.int64), ~np.asarray(identity.is_valid()))
    return {
        "order_id": whole(page.orders["order_id"]),
        "identity_kind": kinds,
        "identity": identity,
        "ordered_at": whole(page.orders["ordered_at"]),
        "ordered_on": whole(page.orders["ordered_on"]),
        "standing": standing(page),
    }


def amounts(**values: Ints) -> dict[str, pa.Array]:
    """Amount columns from cents."""
    return {f"{name}_amount": money(value) for name, value in values.items()}


def identity_of(page: Page, column: str) -> pa.Array:
    """A column of people as the identity of an order."""
    return whole(page.people[column])


def refund_totals(page: Page) -> pa.Table:
    """Order and money given back, where an export has no more than the total of each order."""
    back = pa.array(page.refunded > 0)
    return page.refunds.select(["order_id", "amount"]).filter(back)


def seen_once(people: dict[str, pa.Array]) -> pa.Table:
    """Whoever has an identity, once; second records of one identity are left to `expected`."""
    rows = pa.table(people)
    return rows.filter(rows["identity"].is_valid())


def expected_lines(sold: Basket) -> pa.Table:
    """Lines as any export with a line a record tells them; a line without code goes by its name."""
    kept = ("order_id", "kind", "quantity", "unit_price", "amount")
    return pa.table(
        {
            **{name: sold.rows[name] for name in kept},
            "product_id": pc.coalesce(sold.rows["product_id"], sold.titles),
            "title": sold.titles,
        }
    )


def repeated(text: str, rows: int) -> pa.Array:
    """A column that says the same everywhere."""
    return pa.repeat(pa.scalar(text), rows)
