"""Shopify: orders, whose fields stand on the first line of each order only, and customers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import NEVER, Ints, chosen, joined, seconds, texts, where
from zhike.datasets.exports.dialects import (
    Dialect,
    Tables,
    amounts,
    expected_lines,
    expected_orders,
    headers,
    identity_of,
    refund_totals,
    repeated,
    seen_once,
)
from zhike.datasets.exports.pages import Page, whole, written

FINANCIAL = ("pending", "paid", "partially_refunded", "refunded", "voided")
NOTES = ("", "brushing", "test order")


def _with_offset(page: Page, stamps: pa.ChunkedArray) -> pa.Array:
    """Instants as `2024-06-18 20:15:03 -0400`."""
    utc = seconds(stamps)
    offset = np.where(utc == NEVER, 0, page.clock.to_local(utc) - utc) // 60
    known = np.unique(offset)
    names = [
        f" {'-' if each < 0 else '+'}{abs(each) // 60:02}{abs(each) % 60:02}" for each in known
    ]
    return joined(
        page.local(stamps).cast(pa.string()), chosen(names, np.searchsorted(known, offset))
    )


def _financial(page: Page) -> Ints:
    whole_refund = page.is_status("refunded") | (page.is_status("closed") & page.is_paid)
    some = (page.refunded > 0) & ~whole_refund
    voided = page.is_status("closed") & ~page.is_paid
    return np.select([whole_refund, some, voided, page.is_paid], [3, 2, 4, 1], 0)


def _total(page: Page) -> Ints:
    return page.net + page.cents("shipping_amount")


def _order_columns(page: Page) -> dict[str, pa.Array]:
    rows, people, customers = len(page), page.people, page.customers
    sent = page.is_status("shipped", "completed", "refunded")
    note = np.where(page.flag("is_brushing"), 1, np.where(page.flag("is_test"), 2, 0))
    address = {
        "Name": people["name"],
        "Street": people["address"],
        "City": customers["city"],
        "Zip": joined("'", _zips(page)),
        "Province": customers["province"],
        "Country": customers["country"],
        "Phone": joined("'", people["phone"]),
    }
    return {
        "Email": people["email"],
        "Financial Status": chosen(FINANCIAL, _financial(page)),
        "Paid at": _with_offset(page, page.orders["paid_at"]),
        "Fulfillment Status": chosen(["unfulfilled", "fulfilled"], sent.astype(int)),
        "Accepts Marketing": chosen(["no", "yes"], page.number % 2),
        "Currency": page.orders["currency"],
        "Subtotal": written(page.net),
        "Shipping": written(page.cents("shipping_amount")),
        "Taxes": repeated("0.00", rows),
        "Total": written(_total(page)),
        "Discount Code": page.orders["coupon"],
        "Discount Amount": written(page.cents("discount_amount")),
        "Shipping Method": repeated("Standard", rows),
        "Created at": _with_offset(page, page.orders["ordered_at"]),
        **{f"Billing {name}": values for name, values in address.items()},
        **{f"Shipping {name}": values for name, values in address.items()},
        "Notes": chosen(NOTES, note),
        "Cancelled at": _with_offset(page, page.orders["closed_at"]),
        "Payment Method": page.orders["payment"],
        "Refunded Amount": written(page.refunded),
        "Id": texts(5_000_000_000_000 + page.number % 10**12),
        "Tags": where(page.flag("is_presale"), repeated("pre-order", rows)),
        "Risk Level": repeated("Low", rows),
        "Source": repeated("web", rows),
    }


def _zips(page: Page) -> pa.Array:
    places = page.words["places"]["list"]
    place = pc.index_in(page.customers["city"], pa.array([item[1] for item in places]))
    return pa.array([item[4] or "000000" for item in places]).take(whole(place))


def _order_records(page: Page) -> pa.Table:
    sold = page.basket.of_kinds("goods", "sample", "test")
    first, of_order, rows = sold.is_first, pa.array(sold.order), sold.rows.num_rows
    once = {
        name: where(first, whole(values).take(of_order))
        for name, values in _order_columns(page).items()
    }
    line = {
        "Name": joined("#", sold.rows["order_id"]),
        "Lineitem quantity": sold.quantities,
        "Lineitem name": sold.titles,
        "Lineitem price": sold.prices,
        "Lineitem sku": sold.rows["product_id"],
        "Lineitem requires shipping": repeated("true", rows),
        "Lineitem taxable": repeated("true", rows),
        "Lineitem fulfillment status": once["Fulfillment Status"],
        "Vendor": sold.of_product("brand"),
        "Lineitem discount": repeated("0.00", rows),
    }
    filled, nothing = {**once, **line}, pa.nulls(rows, pa.string())
    return pa.table({name: filled.get(name, nothing) for name in headers("shopify_orders")})


def _hashed(tables: Tables) -> Tables:
    """Orders go by their `#` names."""
    return {
        name: rows.set_column(
            rows.schema.get_field_index("order_id"), "order_id", joined("#", rows["order_id"])
        )
        if "order_id" in rows.column_names
        else rows
        for name, rows in tables.items()
    }


def _order_truth(page: Page) -> Tables:
    said = expected_orders(page, "email", identity_of(page, "email"))
    said |= {
        "paid_at": whole(page.orders["paid_at"]),
        "closed_at": whole(page.orders["closed_at"]),
        "currency": whole(page.orders["currency"]),
        "coupon": whole(page.orders["coupon"]),
        **amounts(
            gross=page.goods,
            discount=page.cents("discount_amount"),
            shipping=page.cents("shipping_amount"),
            paid=_total(page),
        ),
        **{name: whole(page.orders[name]) for name in ("is_brushing", "is_test")},
    }
    people = {
        "identity": identity_of(page, "email"),
        "name": whole(page.people["name"]),
        "province": whole(page.customers["province"]),
        "city": whole(page.customers["city"]),
    }
    sold = page.basket.of_kinds("goods", "sample", "test")
    return _hashed(
        {
            "orders": pa.table(said),
            "order_lines": expected_lines(sold),
            "refunds": refund_totals(page),
            "customers": seen_once(people),
        }
    )


ORDERS = Dialect(
    file_name="orders_export.csv",
    encoding="utf-8",
    grain="order_line",
    records=_order_records,
    expected=_order_truth,
    key="Name",
    date="Created at",
)
