"""A flat till file like Online Retail: invoice lines, refunds as invoices of their own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import Flags, Ints, chosen, joined, money, where
from zhike.datasets.exports.dialects import Dialect, Tables
from zhike.datasets.exports.pages import Page, whole
from zhike.datasets.products import FIRST_PRODUCT

CODES = {
    "voucher": ("D", "Discount"),
    "shipping": ("POST", "POSTAGE"),
    "fee": ("BANK CHARGES", "Bank Charges"),
    "sample": ("S", "SAMPLES"),
    "test": ("TEST001", "This is a test product."),
}
MANUAL = ("M", "Manual")


def _sales(page: Page) -> tuple[pa.Table, Ints]:
    """Lines of orders that were paid or accepted; a till knows no other."""
    kept = (page.is_paid | page.flag("is_cash_on_delivery")) & ~page.flag("is_brushing")
    keep: Flags = kept[page.line_order]
    return page.lines.filter(pa.array(keep)), page.line_order[keep]


def _minute(page: Page, name: str, of_order: pa.Array) -> pa.Array:
    """Instants as `6/18/2024 20:15`: month first, no seconds."""
    column = page.refunds[name] if name == "refunded_at" else page.orders[name]
    local = page.local(column).take(of_order)
    parts = [pc.month(local), "/", pc.day(local), "/", pc.year(local), " ", pc.hour(local), ":"]
    texts = [part if isinstance(part, str) else part.cast(pa.string()) for part in parts]
    return joined(*texts, pc.utf8_lpad(pc.minute(local).cast(pa.string()), 2, "0"))


def _coded(page: Page, kinds: pa.Array, product: pa.Array, place: int) -> pa.Array:
    """Code (0) or description (1) of lines that are no products."""
    words = pa.array([CODES[kind][place] for kind in CODES])
    other = words.take(pc.index_in(kinds, pa.array(list(CODES))))
    return pc.coalesce(product, other)


def _records(page: Page) -> pa.Table:
    lines, line_order = _sales(page)
    sold = page.with_lines(lines, line_order)
    of_order = pa.array(line_order)
    kinds = whole(lines["kind"])
    is_voucher = np.asarray(pc.equal(kinds, "voucher"))
    quantity = np.asarray(lines["quantity"]).astype(np.int64)
    price = pc.abs(whole(lines["unit_price"])).cast(pa.decimal128(18, 2))
    names = where(sold.product >= 0, sold.titles)
    sales = pa.table(
        {
            "Invoice": lines["order_id"],
            "StockCode": _coded(page, kinds, whole(lines["product_id"]), 0),
            "Description": _coded(page, kinds, names, 1),
            "Quantity": np.where(is_voucher, -quantity, quantity),
            "InvoiceDate": _minute(page, "ordered_at", of_order),
            "Price": price,
            "Customer ID": page.orders["customer_id"].take(of_order),
            "Country": page.customers["country"].take(of_order),
        }
    )
    return pa.concat_tables([sales, _credit_notes(page)])


def _refunded(page: Page) -> Ints:
    """Positions of orders with a refund that a till would know."""
    kept = (page.is_paid | page.flag("is_cash_on_delivery")) & ~page.flag("is_brushing")
    return np.flatnonzero((page.refunded > 0) & kept)


def _credit_notes(page: Page) -> pa.Table:
    at = _refunded(page)
    refunds, of_order = page.refunds.take(pa.array(at)), pa.array(at)
    shipping = np.asarray(pc.equal(refunds["kind"], "shipping"))
    other = chosen([MANUAL[0], CODES["shipping"][0]], shipping.astype(np.int64))
    product = whole(refunds["product_id"])
    names = page.simulated.arrow("products")["name"].combine_chunks()
    known = names.take(pc.subtract(product.cast(pa.int64()), FIRST_PRODUCT))
    described = chosen([MANUAL[1], CODES["shipping"][1]], shipping.astype(np.int64))
    return pa.table(
        {
            "Invoice": joined("C", refunds["order_id"]),
            "StockCode": pc.coalesce(product, other),
            "Description": pc.coalesce(known, described),
            "Quantity": np.full(len(at), -1),
            "InvoiceDate": _minute(page, "refunded_at", of_order),
            "Price": refunds["amount"].cast(pa.decimal128(18, 2)),
            "Customer ID": page.orders["customer_id"].take(of_order),
            "Country": page.customers["country"].take(of_order),
        }
    )


def _truth(page: Page) -> Tables:
    lines, line_order = _sales(page)
    kinds = whole(lines["kind"])
    read = pc.if_else(pc.equal(kinds, "voucher"), "discount", kinds)
    code = _coded(page, kinds, whole(lines["product_id"]), 0)
    kept = np.unique(line_order)
    orders = page.orders.take(pa.array(kept))
    page_amounts = {
        name: page.cents(f"{name}_amount")[kept]
        for name in ("gross", "discount", "shipping", "fee")
    }
    test = np.asarray(orders["is_test"])
    page_amounts["gross"] = np.where(test, 0, page_amounts["gross"])
    paid = (
        page_amounts["gross"]
        - page_amounts["discount"]
        + page_amounts["shipping"]
        + page_amounts["fee"]
    )
    at = _refunded(page)
    refunds = page.refunds.take(pa.array(at))
    minute = pc.floor_temporal(orders["ordered_at"], unit="minute")
    known = orders["customer_id"].is_valid()
    return {
        "orders": pa.table(
            {
                "order_id": orders["order_id"],
                "identity_kind": pc.if_else(known, "id", pa.scalar(None, pa.string())),
                "identity": orders["customer_id"],
                "ordered_at": minute,
                "ordered_on": orders["ordered_on"],
                "standing": pa.repeat(pa.scalar("kept"), len(kept)),
                **{f"{name}_amount": money(value) for name, value in page_amounts.items()},
                "paid_amount": money(paid),
                "is_test": orders["is_test"],
            }
        ),
        "order_lines": pa.table(
            {
                "order_id": lines["order_id"],
                "kind": read,
                "quantity": pc.abs(lines["quantity"]),
                "unit_price": pc.abs(lines["unit_price"]),
                "amount": lines["amount"],
                "product_id": code,
            }
        ),
        "refunds": pa.table(
            {
                "refund_id": joined("C", refunds["order_id"]),
                "identity": page.orders["customer_id"].take(pa.array(at)),
                "kind": refunds["kind"],
                "amount": refunds["amount"],
                "refunded_at": pc.floor_temporal(refunds["refunded_at"], unit="minute"),
                "refunded_on": refunds["refunded_on"],
            }
        ),
    }


ORDERS = Dialect(
    file_name="online_retail.csv",
    encoding="utf-8",
    grain="order_line",
    records=_records,
    expected=_truth,
    key="Invoice",
    date="InvoiceDate",
)
