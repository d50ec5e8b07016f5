"""Taobao and Tmall: `ExportOrderList` in its two shapes, and `ExportOrderDetailList`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import Ints, chosen, joined, texts, where
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
from zhike.datasets.orders import chance

STATUS_WORDS = (
    "等待买家付款",
    "买家已付款,等待卖家发货",
    "卖家已发货,等待买家确认",
    "交易成功",
    "交易关闭",
)
PLATFORM_STATUSES = ("pending", "paid", "shipped", "completed", "closed")
CLOSED_REASONS = ("订单未关闭", "买家未付款", "买家不想买了", "退款")
REMARKS = ("", "刷单 勿发", "测试订单")
MESSAGES = ("", "请尽快发货", "周末送货,谢谢", "不要发\n某快递,谢谢")


def wrapped(ids: pa.Array) -> pa.Array:
    """Ids as `="123"`, so that Excel keeps their digits."""
    return joined('="', ids, '"')


def _status(page: Page) -> Ints:
    """Place in `STATUS_WORDS`; a full refund closes the deal."""
    gone = page.is_status("closed", "refunded")
    rest = [page.is_status(name) for name in ("pending", "paid", "shipped", "completed")]
    return np.select([*rest, gone], [0, 1, 2, 3, 4])


def _paid(page: Page) -> Ints:
    """Cash-on-delivery fees are not Taobao's."""
    return np.where(page.is_paid, page.net + page.cents("shipping_amount"), 0)


def _reason(page: Page) -> Ints:
    closed, refunded = page.is_status("closed"), page.is_status("refunded")
    return np.select([closed & ~page.is_paid, closed, refunded], [1, 2, 3], 0)


def _order_records(page: Page) -> pa.Table:
    filled = {**_money_columns(page), **_buyer_columns(page), **_deal_columns(page)}
    nothing = pa.nulls(len(page), pa.string())
    return pa.table({header: filled.get(header, nothing) for header in headers("taobao_orders")})


def _money_columns(page: Page) -> dict[str, pa.Array]:
    goods, shipping = page.cents("gross_amount"), page.cents("shipping_amount")
    zeros = ("买家支付积分", "返点积分", "买家实际支付积分", "卖家服务费", "买家服务费")
    return {
        "买家应付货款": written(goods),
        "买家应付邮费": written(shipping),
        "总金额": written(goods + shipping),
        "买家实际支付金额": written(_paid(page)),
        "卡券抵扣": written(page.cents("discount_amount")),
        "积分抵扣": repeated("0.00", len(page)),
        "退款金额": written(page.refunded),
        **{header: repeated("0", len(page)) for header in zeros},
    }


def _buyer_columns(page: Page) -> dict[str, pa.Array]:
    lot = chance(page.number, 11)
    return {
        "买家会员名": page.people["account"],
        "买家支付宝账号": page.people["email"],
        "买家留言": chosen(MESSAGES, np.where(lot < 0.06, 1 + (lot * 50).astype(int), 0)),
        "收货人姓名": page.people["name"],
        "收货地址": page.place,
        "联系手机": joined("'", page.people["phone"]),
    }


def _deal_columns(page: Page) -> dict[str, pa.Array]:
    rows, sold = len(page), page.basket.of_kinds("goods", "sample", "test")
    sent = page.is_status("shipped", "completed", "refunded")
    remark = np.where(page.flag("is_brushing"), 1, np.where(page.flag("is_test"), 2, 0))
    quantity = np.bincount(sold.order, np.asarray(sold.rows["quantity"]), minlength=rows)
    deposit = _paid(page) // 10
    stages = joined("阶段1:定金", written(deposit), ";阶段2:尾款", written(_paid(page) - deposit))
    return {
        "订单编号": wrapped(page.orders["order_id"]),
        "订单状态": chosen(STATUS_WORDS, _status(page)),
        "运送方式": repeated("快递", rows),
        "订单创建时间": page.local_text("ordered_at"),
        "订单付款时间": page.local_text("paid_at"),
        "宝贝标题": sold.listed_titles(rows),
        "宝贝种类": texts(np.bincount(sold.order, minlength=rows)),
        "物流单号": where(sent, joined("No:SF", texts(page.number % 10**12))),
        "物流公司": where(sent, repeated("同城速运", rows)),
        "订单备注": chosen(REMARKS, remark),
        "宝贝总数量": texts(quantity.astype(np.int64)),
        "店铺Id": repeated("0", rows),
        "店铺名称": page.orders["store"],
        "订单关闭原因": chosen(CLOSED_REASONS, _reason(page)),
        "是否手机订单": repeated("手机订单", rows),
        "分阶段订单信息": where(page.flag("is_presale"), stages),
        "是否是O2O交易": repeated("否", rows),
    }


def _order_truth(page: Page) -> Tables:
    said = expected_orders(page, "account", identity_of(page, "account"))
    said |= {
        "paid_at": whole(page.orders["paid_at"]),
        "status": chosen(PLATFORM_STATUSES, _status(page)),
        "store": whole(page.orders["store"]),
        **amounts(
            gross=page.cents("gross_amount"),
            discount=page.cents("discount_amount"),
            shipping=page.cents("shipping_amount"),
            paid=_paid(page),
        ),
        **{name: whole(page.orders[name]) for name in ("is_presale", "is_brushing", "is_test")},
    }
    people = {
        "identity": identity_of(page, "account"),
        "name": whole(page.people["name"]),
        "phone": whole(page.people["phone"]),
        "province": whole(page.customers["province"]),
        "city": whole(page.customers["city"]),
    }
    return {
        "orders": pa.table(said),
        "refunds": refund_totals(page),
        "customers": seen_once(people),
    }


def _new_records(page: Page) -> pa.Table:
    sold = page.basket.of_kinds("goods", "sample", "test")
    known = page.people["phone"].is_valid()
    composite = joined(page.people["name"], "，86-", page.people["phone"], "，", page.place)
    return pa.table(
        {
            "订单编号": wrapped(page.orders["order_id"]),
            "支付单号": where(page.is_paid, wrapped(joined("20", page.orders["order_id"]))),
            "买家应付货款": written(page.net),
            "总金额": written(page.net + page.cents("shipping_amount")),
            "订单状态": chosen(STATUS_WORDS, _status(page)),
            "收货地址": pc.if_else(known, composite, None),
            "订单创建时间": page.local_text("ordered_at"),
            "商品标题": sold.listed_titles(len(page)),
        }
    )


def _new_truth(page: Page) -> Tables:
    said = expected_orders(page, "phone", identity_of(page, "phone"))
    said["status"] = chosen(PLATFORM_STATUSES, _status(page))
    said |= amounts(gross=page.net)  # whether 总金额 is what was paid, the file does not say
    people = {
        "identity": identity_of(page, "phone"),
        "name": whole(page.people["name"]),
        "province": whole(page.customers["province"]),
        "city": whole(page.customers["city"]),
    }
    return {"orders": pa.table(said), "customers": seen_once(people)}


def _line_records(page: Page) -> pa.Table:
    sold = page.basket.of_kinds("goods", "sample", "test")
    filled = {
        "订单编号": wrapped(sold.rows["order_id"]),
        "标题": sold.titles,
        "价格": sold.prices,
        "购买数量": sold.quantities,
        "外部系统编号": sold.rows["product_id"],
        "订单状态": chosen(STATUS_WORDS, _status(page)).take(pa.array(sold.order)),
        "商家编码": sold.rows["product_id"],
    }
    nothing = pa.nulls(sold.rows.num_rows, pa.string())
    return pa.table({header: filled.get(header, nothing) for header in headers("taobao_lines")})


def _line_truth(page: Page) -> Tables:
    return {"order_lines": expected_lines(page.basket.of_kinds("goods", "sample", "test"))}


ORDERS = Dialect(
    file_name="ExportOrderList.csv",
    encoding="gbk",
    grain="order",
    records=_order_records,
    expected=_order_truth,
    key="订单编号",
    date="订单创建时间",
)
NEW_ORDERS = Dialect(
    file_name="ExportOrderList_new.csv",
    encoding="gbk",
    grain="order",
    records=_new_records,
    expected=_new_truth,
    key="订单编号",
    date="订单创建时间",
)
LINES = Dialect(
    file_name="ExportOrderDetailList.csv",
    encoding="gbk",
    grain="order_line",
    records=_line_records,
    expected=_line_truth,
    key="订单编号",
    date="",
)
