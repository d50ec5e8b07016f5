"""A plain order file with everyday Chinese headers, as a shop's own system writes it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import chosen, money
from zhike.datasets.exports.dialects import Dialect, Tables, amounts, expected_orders, seen_once
from zhike.datasets.exports.pages import Page, whole

STATUS_WORDS = {
    "pending": "待付款",
    "paid": "待发货",
    "shipped": "已发货",
    "completed": "已完成",
    "closed": "已取消",
    "refunded": "已退款",
}
REMARKS = ("", "刷单", "测试订单")


def _records(page: Page) -> pa.Table:
    orders, people, customers = page.orders, page.people, page.customers
    remark = np.where(page.flag("is_brushing"), 1, np.where(page.flag("is_test"), 2, 0))
    status = pc.index_in(orders["status"], pa.array(list(STATUS_WORDS)))
    return pa.table(
        {
            "订单编号": orders["order_id"],
            "会员编号": orders["customer_id"],
            "客户姓名": people["name"],
            "手机号": people["phone"],
            "下单时间": page.local(orders["ordered_at"]),
            "付款时间": page.local(orders["paid_at"]),
            "关闭时间": page.local(orders["closed_at"]),
            "订单状态": pa.array(list(STATUS_WORDS.values())).take(whole(status)),
            "渠道": orders["channel"],
            "门店": orders["store"],
            "商品金额": _yuan(page, "gross_amount"),
            "优惠金额": _yuan(page, "discount_amount"),
            "运费": _yuan(page, "shipping_amount"),
            "手续费": _yuan(page, "fee_amount"),
            "实付金额": _yuan(page, "paid_amount"),
            "退款金额": page.refunds["amount"].cast(pa.decimal128(18, 2)),
            "退款时间": page.local(page.refunds["refunded_at"]),
            "支付方式": orders["payment"],
            "是否预售": chosen(["否", "是"], page.flag("is_presale").astype(int)),
            "收货省份": customers["province"],
            "收货城市": customers["city"],
            "订单备注": chosen(REMARKS, remark),
        }
    )


def _yuan(page: Page, name: str) -> pa.Array:
    return money(page.cents(name), 2)


def _truth(page: Page) -> Tables:
    said = expected_orders(page, "id", whole(page.orders["customer_id"]))
    flags = ("is_cash_on_delivery", "is_presale", "is_brushing", "is_test")
    names = ("gross", "discount", "shipping", "fee", "paid")
    same = ("paid_at", "closed_at", "status", "channel", "store", "payment", *flags)
    said |= {name: whole(page.orders[name]) for name in same}
    said |= amounts(**{name: page.cents(f"{name}_amount") for name in names})
    people = {
        "identity": whole(page.orders["customer_id"]),
        "name": whole(page.people["name"]),
        "phone": whole(page.people["phone"]),
        "province": whole(page.customers["province"]),
        "city": whole(page.customers["city"]),
    }
    columns = ["order_id", "refunded_at", "refunded_on", "amount"]
    refunds = page.refunds.select(columns).filter(pa.array(page.refunded > 0))
    return {"orders": pa.table(said), "refunds": refunds, "customers": seen_once(people)}


ORDERS = Dialect(
    file_name="订单明细.csv",
    encoding="gb18030",
    grain="order",
    records=_records,
    expected=_truth,
    key="订单编号",
    date="下单时间",
    is_untidy=True,
    needs_lines=False,
)
WORKBOOK = Dialect(
    file_name="订单明细.xlsx",
    encoding="",
    grain="order",
    records=_records,
    expected=_truth,
    key="订单编号",
    date="下单时间",
    needs_lines=False,
)
