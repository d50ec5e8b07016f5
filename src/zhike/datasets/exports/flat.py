"""A flat till file like Online Retail: invoice lines, refunds as invoices of their own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import Flags, Ints, chosen, joined
from zhike.datasets.exports.baskets import Basket
from zhike.datasets.exports.dialects import Dialect, Tables, amounts, repeated
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


def _is_rung_up(page: Page) -> Flags:
    """Whether an order was paid or accepted: a till knows no other, nor what is brushing."""
    return (page.is_paid | page.flag("is_cash_on_delivery")) & ~page.flag("is_brushing")


def _sales(page: Page) -> Basket:
    return page.basket.where(_is_rung_up(page)[page.basket.order])


def _refunded(page: Page) -> Ints:
    """Positions of orders of which something came back."""
    return np.flatnonzero((page.refunded > 0) & _is_rung_up(page))


def _minute(page: Page, name: str, of_order: pa.Array) -> pa.Array:
    """Instants as `6/18/2024 20:15`: month first, no seconds."""
    column = page.refunds[name] if name == "refunded_at" else page.orders[name]
    local = page.local(column).take(of_order)
    parts = [pc.month(local), "/", pc.day(local), "/", pc.year(local), " ", pc.hour(local), ":"]
    texts = [part if isinstance(part, str) else part.cast(pa.string()) for part in parts]
    return joined(*texts, pc.utf8_lpad(pc.minute(local).cast(pa.string()), 2, "0"))


def _coded(kinds: pa.Array, product: pa.Array, place: int) -> pa.Array:
    """Code (0) or description (1) of lines that are no products."""
    words = pa.array([CODES[kind][place] for kind in CODES])
    other = words.take(pc.index_in(kinds, pa.array(list(CODES))))
    return pc.coalesce(product, other)


def _rung_up(sales: Basket) -> Ints:
    """Quantities as a till writes them: a discount is one less of its worth."""
    is_voucher = np.asarray(pc.equal(whole(sales.rows["kind"]), "voucher"))
    quantity = np.asarray(sales.rows["quantity"]).astype(np.int64)
    return np.where(is_voucher, -quantity, quantity)


def _records(page: Page) -> pa.Table:
    sales = _sales(page)
    kinds, of_order = whole(sales.rows["kind"]), pa.array(sales.order)
    sold = pa.table(
        {
            "Invoice": sales.rows["order_id"],
            "StockCode": _coded(kinds, whole(sales.rows["product_id"]), 0),
            "Description": _coded(kinds, sales.of_product("name"), 1),
            "Quantity": _rung_up(sales),
            "InvoiceDate": _minute(page, "ordered_at", of_order),
            "Price": pc.abs(sales.rows["unit_price"]).cast(pa.decimal128(18, 2)),
            "Customer ID": page.orders["customer_id"].take(of_order),
            "Country": page.customers["country"].take(of_order),
        }
    )
    return pa.concat_tables([sold, _credit_notes(page)])


def _credit_notes(page: Page) -> pa.Table:
    of_order = pa.array(_refunded(page))
    refunds = page.refunds.take(of_order)
    is_shipping = np.asarray(pc.equal(refunds["kind"], "shipping")).astype(np.int64)
    code, name = (chosen([MANUAL[k], CODES["shipping"][k]], is_shipping) for k in (0, 1))
    product = whole(refunds["product_id"])
    names = whole(page.basket.products["name"])
    known = names.take(pc.subtract(product.cast(pa.int64()), FIRST_PRODUCT))
    return pa.table(
        {
            "Invoice": joined("C", refunds["order_id"]),
            "StockCode": pc.coalesce(product, code),
            "Description": pc.coalesce(known, name),
            "Quantity": np.full(len(of_order), -1),
            "InvoiceDate": _minute(page, "refunded_at", of_order),
            "Price": refunds["amount"].cast(pa.decimal128(18, 2)),
            "Customer ID": page.orders["customer_id"].take(of_order),
            "Country": page.customers["country"].take(of_order),
        }
    )


def _truth(page: Page) -> Tables:
    return {
        "orders": _order_truth(page),
        "order_lines": _line_truth(_sales(page)),
        "refunds": _refund_truth(page),
    }


def _order_truth(page: Page) -> pa.Table:
    kept = np.unique(_sales(page).order)
    orders = page.orders.take(pa.array(kept))
    names = ("discount", "shipping", "fee")
    cents = {"gross": page.goods[kept]} | {
        name: page.cents(f"{name}_amount")[kept] for name in names
    }
    cents["paid"] = cents["gross"] - cents["discount"] + cents["shipping"] + cents["fee"]
    known = orders["customer_id"].is_valid()
    return pa.table(
        {
            "order_id": orders["order_id"],
            "identity_kind": pc.if_else(known, "id", pa.scalar(None, pa.string())),
            "identity": orders["customer_id"],
            "ordered_at": pc.floor_temporal(orders["ordered_at"], unit="minute"),
            "ordered_on": orders["ordered_on"],
            "standing": repeated("kept", len(kept)),
            **amounts(**cents),
            "is_test": orders["is_test"],
        }
    )


def _line_truth(sales: Basket) -> pa.Table:
    kinds = whole(sales.rows["kind"])
    return pa.table(
        {
            "order_id": sales.rows["order_id"],
            "kind": pc.if_else(pc.equal(kinds, "voucher"), "discount", kinds),
            "quantity": _rung_up(sales).astype(np.float64),
            "unit_price": pc.abs(sales.rows["unit_price"]),
            "amount": sales.rows["amount"],
            "product_id": _coded(kinds, whole(sales.rows["product_id"]), 0),
            "title": _coded(kinds, sales.of_product("name"), 1),
        }
    )


def _refund_truth(page: Page) -> pa.Table:
    of_order = pa.array(_refunded(page))
    refunds = page.refunds.take(of_order)
    return pa.table(
        {
            "refund_id": joined("C", refunds["order_id"]),
            "identity": page.orders["customer_id"].take(of_order),
            "kind": refunds["kind"],
            "amount": refunds["amount"],
            "refunded_at": pc.floor_temporal(refunds["refunded_at"], unit="minute"),
            "refunded_on": refunds["refunded_on"],
        }
    )


ORDERS = Dialect(
    file_name="online_retail.csv",
    encoding="utf-8",
    grain="order_line",
    records=_records,
    expected=_truth,
    key="Invoice",
    date="InvoiceDate",
)
