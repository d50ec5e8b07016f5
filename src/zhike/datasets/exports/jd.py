"""JD (京东商家后台): one row an article, with the order's amounts repeated on every row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import NEVER, Ints, chosen, instants, joined, seconds
from zhike.datasets.exports.baskets import Basket
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
EXTRA_ARTICLES = ("9000001", "9000002")
"""Article numbers of a free sample and of a test."""


def _status(page: Page) -> Ints:
    """Place in `STATUS_WORDS`; refunds are kept elsewhere at JD, so a refunded order is done."""
    done = page.is_status("completed", "refunded")
    rest = [page.is_status(name) for name in ("pending", "paid", "shipped")]
    return np.select([*rest, done, page.is_status("closed")], [0, 1, 2, 3, 4])


def _owed(page: Page) -> Ints:
    return page.net + page.cents("shipping_amount") + page.cents("fee_amount")


def _completed_at(page: Page) -> pa.Array:
    paid, placed = seconds(page.orders["paid_at"]), seconds(page.orders["ordered_at"])
    accepted = np.where(page.flag("is_cash_on_delivery"), placed, paid)
    _, completed = delivery(page.number, accepted)
    done = page.is_status("completed", "refunded")
    return page.local(instants(np.where(done, completed, NEVER))).cast(pa.string())


def _records(page: Page) -> pa.Table:
    sold = _articles(page)
    order = pa.table(_order_columns(page)).take(pa.array(sold.order))
    line = {
        "商品ID": sold.rows["product_id"],
        "商品名称": sold.titles,
        "订购数量": sold.quantities,
        "京东价": sold.prices,
        "货号": sold.rows["product_id"],
    }
    return pa.table(
        {name: line[name] if name in line else order[name] for name in headers("jd_orders")}
    )


def _order_columns(page: Page) -> dict[str, pa.Array]:
    remark = np.where(page.flag("is_brushing"), 1, np.where(page.flag("is_test"), 2, 0))
    receivable = written((_owed(page) * (1 - COMMISSION_SHARE)).astype(np.int64))
    is_settled = pa.array(_status(page) == STATUS_WORDS.index("完成"))
    is_cash, is_presale = page.flag("is_cash_on_delivery"), page.flag("is_presale")
    return {
        "订单号": joined("\t", page.orders["order_id"]),
        "支付方式": chosen(["在线支付", "货到付款"], is_cash.astype(int)),
        "下单时间": page.local_text("ordered_at"),
        "订单金额": written(page.cents("gross_amount")),
        "结算金额": written(page.net),
        "余额支付": repeated("0.00", len(page)),
        "应付金额": written(_owed(page)),
        "订单状态": chosen(STATUS_WORDS, _status(page)),
        "订单类型": chosen(["SOP", "SOP预售订单"], is_presale.astype(int)),
        "下单帐号": page.people["account"],
        "客户姓名": page.people["name"],
        "客户地址": page.place,
        "联系电话": masked_phones(whole(page.people["phone"])),
        "订单备注": chosen(REMARKS, remark),
        "商家应收": pc.if_else(is_settled, receivable, joined(receivable, ESTIMATE)),
        "运费金额": written(page.cents("shipping_amount")),
        "付款确认时间": page.local_text("paid_at"),
        "订单完成时间": _completed_at(page),
        "订单来源": repeated("APP", len(page)),
        "订单渠道": repeated("京东商城", len(page)),
        "服务费": written(page.cents("fee_amount")),
    }


def _articles(page: Page) -> Basket:
    """What the page sold; at JD, articles that are no products have a number too."""
    sold = page.basket.of_kinds("goods", "sample", "test")
    is_test = pc.equal(sold.rows["kind"], "test").cast(pa.int64())
    return sold.with_codes(pc.coalesce(sold.rows["product_id"], chosen(EXTRA_ARTICLES, is_test)))


def _truth(page: Page) -> Tables:
    said = expected_orders(page, "account", identity_of(page, "account"))
    said |= {
        "paid_at": whole(page.orders["paid_at"]),
        "status": chosen(PLATFORM_STATUSES, _status(page)),
        **amounts(
            gross=page.goods,
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
        "order_lines": expected_lines(_articles(page)),
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
