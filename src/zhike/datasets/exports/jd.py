"""JD (京东商家后台): one row an article, with the order's amounts repeated on every row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import NEVER, Ints, chosen, instants, joined, seconds
from zhike.datasets.exports.dialects import (
    Dialect,
    Tables,
    amounts,
    expected_lines,
    expected_orders,
    headers,
    identity_of,
    repeated,
    seen_once,
)
from zhike.datasets.exports.pages import Page, masked_phones, whole, written
from zhike.datasets.orders import delivery

STATUS_WORDS = ("等待付款", "等待出库", "等待确认收货", "完成", "已取消")
PLATFORM_STATUSES = ("pending", "paid", "shipped", "completed", "closed")
REMARKS = ("", "刷单", "测试订单")
ESTIMATE = "（系统计算中，该值仅供参考）"
COMMISSION_SHARE = 0.06


def _status(page: Page) -> Ints:
    """Place in `STATUS_WORDS`; refunds are kept elsewhere at JD, so a refunded order is done."""
    done = page.is_status("completed", "refunded")
    rest = [page.is_status(name) for name in ("pending", "paid", "shipped")]
    return np.select([*rest, done, page.is_status("closed")], [0, 1, 2, 3, 4])


def _owed(page: Page) -> Ints:
    return page.net + page.cents("shipping_amount") + page.cents("fee_amount")


def _completed_at(page: Page) -> pa.Array:
    paid, placed = seconds(page.orders["paid_at"]), seconds(page.orders["ordered_at"])
    number = np.asarray(page.orders["order_id"].cast(pa.int64()))
    accepted = np.where(page.flag("is_cash_on_delivery"), placed, paid)
    _, completed = delivery(number, accepted)
    done = page.is_status("completed", "refunded")
    return page.local(instants(np.where(done, completed, NEVER))).cast(pa.string())


def _records(page: Page) -> pa.Table:
    sold = _sold(page)
    remark = np.where(page.flag("is_brushing"), 1, np.where(page.flag("is_test"), 2, 0))
    receivable = written((_owed(page) * (1 - COMMISSION_SHARE)).astype(np.int64))
    settled = np.asarray(_status(page) == 3)
    rows, people = len(page), page.people
    order = pa.table(
        {
            "订单号": joined("\t", page.orders["order_id"]),
            "支付方式": chosen(
                ["在线支付", "货到付款"], page.flag("is_cash_on_delivery").astype(int)
            ),
            "下单时间": page.local_text("ordered_at"),
            "订单金额": written(page.cents("gross_amount")),
            "结算金额": written(page.net),
            "余额支付": repeated("0.00", rows),
            "应付金额": written(_owed(page)),
            "订单状态": chosen(STATUS_WORDS, _status(page)),
            "订单类型": chosen(["SOP", "SOP预售订单"], page.flag("is_presale").astype(int)),
            "下单帐号": people["account"],
            "客户姓名": people["name"],
            "客户地址": page.place,
            "联系电话": masked_phones(whole(people["phone"])),
            "订单备注": chosen(REMARKS, remark),
            "商家应收": pc.if_else(settled, receivable, joined(receivable, ESTIMATE)),
            "运费金额": written(page.cents("shipping_amount")),
            "付款确认时间": page.local_text("paid_at"),
            "订单完成时间": _completed_at(page),
            "订单来源": repeated("APP", rows),
            "订单渠道": page.orders["channel"],
            "服务费": written(page.cents("fee_amount")),
        }
    ).take(pa.array(sold.line_order))
    lines = sold.lines
    line = {
        "商品ID": lines["product_id"],
        "商品名称": sold.titles,
        "订购数量": lines["quantity"].cast(pa.int64()).cast(pa.string()),
        "京东价": lines["unit_price"].cast(pa.decimal128(18, 2)).cast(pa.string()),
        "货号": lines["product_id"],
    }
    return pa.table(
        {name: line[name] if name in line else order[name] for name in headers("jd_orders")}
    )


def _sold(page: Page) -> Page:
    """The page's articles, those that are no products with a number too."""
    sold = page.of_kinds("goods", "sample", "test")
    extra = chosen(["9000001", "9000002"], (pc.equal(sold.lines["kind"], "test")).cast(pa.int64()))
    code = pc.coalesce(sold.lines["product_id"], extra)
    place = sold.lines.schema.get_field_index("product_id")
    titled = Page(
        page.simulated, page.clock, page.orders, page.people, page.customers, page.refunds,
        sold.lines.set_column(place, "product_id", code), sold.line_order,
    )  # fmt: skip
    return titled


def _truth(page: Page) -> Tables:
    said = expected_orders(page, "account", identity_of(page, "account"))
    said |= {
        "paid_at": whole(page.orders["paid_at"]),
        "status": chosen(PLATFORM_STATUSES, _status(page)),
        "channel": whole(page.orders["channel"]),
        **amounts(
            gross=page.cents("gross_amount"),
            discount=page.cents("discount_amount"),
            shipping=page.cents("shipping_amount"),
            fee=page.cents("fee_amount"),
            paid=_owed(page),
        ),
        **{
            name: whole(page.orders[name])
            for name in ("is_cash_on_delivery", "is_presale", "is_brushing", "is_test")
        },
    }
    people = {"identity": identity_of(page, "account"), "name": whole(page.people["name"])}
    return {
        "orders": pa.table(said),
        "order_lines": expected_lines(_sold(page)),
        "customers": seen_once(people),
    }


ORDERS = Dialect(
    file_name="jd_orders.csv",
    encoding="gbk",
    grain="order_line",
    records=_records,
    expected=_truth,
    key="订单号",
    date="下单时间",
)
