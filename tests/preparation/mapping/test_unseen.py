"""Exports of shops and tills that no signature knows: header words and values must do."""

from __future__ import annotations

import pytest

from preparation.mapping.shelf import (
    CITIES,
    GOODS,
    NAMES,
    PEOPLE,
    TITLES,
    TOWNS,
    Cell,
    at,
    code,
    comma,
    email,
    fields,
    money,
    on_first,
    one_of,
    orders,
    phone,
    read,
    text,
)
from zhike.preparation.reading import FileReading
from zhike.schema import platforms


@pytest.fixture(autouse=True)
def _no_platform_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is how files are told whose platform nobody has described."""
    monkeypatch.setattr(platforms, "platforms", lambda: ())


ORDERS: dict[str, tuple[dict[str, Cell], dict[str, str]]] = {
    "plain Chinese": (
        {
            "订单号": lambda f: f["id"],
            "客户": one_of(NAMES),
            "日期": at("%Y/%m/%d"),
            "金额": money("paid"),
        },
        {
            "订单号": "orders.order_id",
            "客户": "people.account",
            "日期": "orders.ordered_at",
            "金额": "orders.paid_amount",
        },
    ),
    "订货表 with units in brackets": (
        {
            "订单编号": lambda f: f["id"],
            "会员卡号": code("88", "who"),
            "下单时间": at(),
            "订单总额（元）": money("goods"),
            "优惠金额（元）": money("off"),
            "运费（元）": money("freight"),
            "实付金额（元）": money("paid"),
            "订单状态": one_of(("已完成", "已取消", "待发货"), "state"),
            "门店名称": text("人民路店"),
        },
        {
            "会员卡号": "orders.customer_id",
            "订单总额（元）": "orders.gross_amount",
            "优惠金额（元）": "orders.discount_amount",
            "运费（元）": "orders.shipping_amount",
            "实付金额（元）": "orders.paid_amount",
            "门店名称": "orders.store",
        },
    ),
    "快手": (
        {
            "订单号": lambda f: f["id"],
            "订单创建时间": at(),
            "订单支付时间": at(later=1),
            "订单状态": one_of(("已签收", "待发货"), "state"),
            "实付款": money("paid"),
            "快递单号": code("SF", "order"),
            "商品总价": money("goods"),
            "运费": money("freight"),
            "收货人姓名": one_of(NAMES),
            "收货人电话": phone,
            "省": one_of([p for p, _ in CITIES]),
            "市": one_of([c for _, c in CITIES]),
        },
        {
            "订单创建时间": "orders.ordered_at",
            "实付款": "orders.paid_amount",
            "商品总价": "orders.gross_amount",
            "收货人电话": "people.phone",
            "省": "customers.province",
            "市": "customers.city",
        },
    ),
    "WooCommerce": (
        {
            "order_id": code("", "order"),
            "order_number": code("", "order"),
            "order_date": at(),
            "status": one_of(("completed", "processing"), "state"),
            "shipping_total": money("freight"),
            "tax_total": text("0"),
            "discount_total": money("off"),
            "order_total": money("paid"),
            "order_currency": text("EUR"),
            "payment_method": text("stripe"),
            "customer_id": code("", "who"),
            "billing_first_name": text("Anna"),
            "billing_last_name": text("Meyer"),
            "billing_email": email,
            "billing_phone": text("+4917012345"),
            "billing_city": one_of(TOWNS),
            "billing_country": text("DE"),
            "customer_note": text(None),
        },
        {
            "order_id": "orders.order_id",
            "order_date": "orders.ordered_at",
            "order_total": "orders.paid_amount",
            "discount_total": "orders.discount_amount",
            "shipping_total": "orders.shipping_amount",
            "customer_id": "orders.customer_id",
            "billing_email": "people.email",
            "billing_city": "customers.city",
            "status": "orders.status",
        },
    ),
    "French shop": (
        {
            "Numéro de commande": code("FR", "order"),
            "Date de commande": at("%d/%m/%Y %H:%M"),
            "Nom du client": one_of(PEOPLE),
            "Adresse e-mail": email,
            "Statut": text("livrée"),
            "Sous-total": comma("goods"),
            "Remise": comma("off"),
            "Frais de port": comma("freight"),
            "Total TTC": comma("paid"),
            "Ville": text("Lyon"),
            "Pays": text("France"),
        },
        {
            "Numéro de commande": "orders.order_id",
            "Date de commande": "orders.ordered_at",
            "Adresse e-mail": "people.email",
            "Remise": "orders.discount_amount",
            "Frais de port": "orders.shipping_amount",
            "Total TTC": "orders.paid_amount",
            "Sous-total": "orders.gross_amount",
            "Ville": "customers.city",
            "Pays": "customers.country",
        },
    ),
    "a till": (
        {
            "小票号": code("XP", "order"),
            "营业日期": at("%Y-%m-%d"),
            "交易时间": at("%H:%M:%S"),
            "会员手机号": phone,
            "应收金额": money("goods"),
            "优惠": money("off"),
            "实收金额": money("paid"),
            "支付方式": text("微信"),
            "收银员": text("01"),
            "桌号": text("A3"),
        },
        {
            "小票号": "orders.order_id",
            "营业日期": "orders.ordered_at",
            "会员手机号": "people.phone",
            "实收金额": "orders.paid_amount",
            "优惠": "orders.discount_amount",
            "支付方式": "orders.payment",
        },
    ),
    "a CRM's orders": (
        {
            "销售订单编号": code("SO", "order"),
            "客户名称": one_of(NAMES),
            "客户编号": code("KH", "who"),
            "下单日期": at("%Y年%m月%d日"),
            "销售订单金额": money("paid"),
            "负责人": text("u1"),
            "生命状态": text("正常"),
        },
        {
            "客户编号": "orders.customer_id",
            "下单日期": "orders.ordered_at",
            "销售订单金额": "orders.paid_amount",
        },
    ),
    "API names": (
        {
            "tid": lambda f: f["id"],
            "buyerNick": lambda f: f"nick{f['who']}",
            "createdAt": at("%Y-%m-%dT%H:%M:%SZ"),
            "payment": money("paid"),
            "orderStatus": one_of(("TRADE_FINISHED", "TRADE_CLOSED"), "state"),
            "receiverCity": one_of([c for _, c in CITIES]),
        },
        {
            "createdAt": "orders.ordered_at",
            "payment": "orders.paid_amount",
            "orderStatus": "orders.status",
        },
    ),
}

LINES: dict[str, tuple[dict[str, Cell], dict[str, str]]] = {
    "Pinduoduo": (
        {
            "商品": one_of(TITLES, "product"),
            "订单号": lambda f: f["id"],
            "订单状态": one_of(("已收货", "已发货，待签收"), "state"),
            "商品总价(元)": money("line"),
            "邮费(元)": text("0"),
            "店铺优惠折扣(元)": text("0"),
            "平台优惠折扣(元)": text("0"),
            "用户实付金额(元)": money("line"),
            "商品数量(件)": lambda f: f["pieces"],
            "订单成交时间": at(),
            "商品id": code("75"),
            "商品规格": text("红"),
            "售后状态": one_of(("无售后或售后取消", "退款成功"), "state"),
            "快递单号": code("YT", "order"),
        },
        {
            "商品": "products.name",
            "订单号": "orders.order_id",
            "订单成交时间": "orders.ordered_at",
            "商品数量(件)": "order_lines.quantity",
            "商品id": "order_lines.product_id",
            "售后状态": "orders.status",
        },
    ),
    "Douyin": (
        {
            "主订单编号": lambda f: f["id"],
            "子订单编号": lambda f: f"{f['id']}{f['position']}",
            "选购商品": one_of(TITLES, "product"),
            "商品规格": text("L"),
            "商品数量": lambda f: f["pieces"],
            "商品ID": code("36"),
            "订单应付金额": money("line"),
            "订单提交时间": at(),
            "订单状态": one_of(("已完成", "已关闭"), "state"),
            "收件人": one_of(NAMES),
            "收件人手机号": phone,
        },
        {
            "主订单编号": "orders.order_id",
            "选购商品": "products.name",
            "商品数量": "order_lines.quantity",
            "订单提交时间": "orders.ordered_at",
            "商品ID": "order_lines.product_id",
            "收件人手机号": "people.phone",
        },
    ),
    "an ERP": (
        {
            "单据日期": at("%Y-%m-%d"),
            "单据编号": code("XSCK", "order"),
            "客户编码": code("C", "who"),
            "客户名称": one_of(NAMES),
            "存货编码": code("W"),
            "存货名称": one_of(TITLES, "product"),
            "规格型号": text("箱"),
            "数量": lambda f: f["pieces"],
            "含税单价": money("price"),
            "价税合计": money("line"),
            "税率": text("13%"),
            "业务员": text("li"),
        },
        {
            "单据日期": "orders.ordered_at",
            "单据编号": "orders.order_id",
            "客户编码": "orders.customer_id",
            "存货编码": "order_lines.product_id",
            "存货名称": "products.name",
            "数量": "order_lines.quantity",
            "含税单价": "order_lines.unit_price",
            "价税合计": "order_lines.amount",
        },
    ),
    "German shop": (
        {
            "Bestellnummer": code("B", "order"),
            "Bestelldatum": at("%d.%m.%Y"),
            "Kundennummer": code("K", "who"),
            "Artikelnummer": code("A"),
            "Artikelbezeichnung": one_of(GOODS, "product"),
            "Menge": lambda f: f["pieces"],
            "Einzelpreis": comma("price"),
            "Gesamtpreis": comma("line"),
            "Ort": one_of(TOWNS),
        },
        {
            "Bestellnummer": "orders.order_id",
            "Bestelldatum": "orders.ordered_at",
            "Kundennummer": "orders.customer_id",
            "Artikelnummer": "order_lines.product_id",
            "Menge": "order_lines.quantity",
            "Einzelpreis": "order_lines.unit_price",
            "Gesamtpreis": "order_lines.amount",
            "Ort": "customers.city",
        },
    ),
    "Amazon": (
        {
            "amazon-order-id": lambda f: f"302-{f['order'] + 1000000}-1",
            "purchase-date": at("%Y-%m-%dT%H:%M:%S+00:00"),
            "order-status": text("Shipped"),
            "sku": code("SK"),
            "product-name": one_of(GOODS, "product"),
            "quantity": lambda f: f["pieces"],
            "currency": text("USD"),
            "item-price": money("line"),
            "shipping-price": text("4.99"),
            "ship-city": one_of(TOWNS),
            "ship-country": text("DE"),
            "buyer-email": email,
        },
        {
            "amazon-order-id": "orders.order_id",
            "purchase-date": "orders.ordered_at",
            "sku": "order_lines.product_id",
            "product-name": "products.name",
            "quantity": "order_lines.quantity",
            "ship-city": "customers.city",
        },
    ),
    "Square": (
        {
            "Date": at("%Y-%m-%d"),
            "Time": at("%H:%M:%S"),
            "Category": text("Drinks"),
            "Item": one_of(GOODS, "product"),
            "Qty": lambda f: f["pieces"],
            "SKU": code("S"),
            "Gross Sales": lambda f: f"${f['line']:.2f}",
            "Discounts": text("$0.00"),
            "Net Sales": lambda f: f"${f['line']:.2f}",
            "Tax": text("$0.00"),
            "Transaction ID": code("tx", "order"),
            "Customer ID": code("cu", "who"),
        },
        {
            "Date": "orders.ordered_at",
            "Time": "orders.ordered_at",
            "Item": "products.name",
            "Qty": "order_lines.quantity",
            "Net Sales": "order_lines.amount",
            "Transaction ID": "orders.order_id",
            "Customer ID": "orders.customer_id",
        },
    ),
    "supermarket till": (
        {
            "流水号": code("L", "order"),
            "销售时间": at(),
            "会员卡号": code("6", "who"),
            "商品条码": code("690"),
            "商品名称": one_of(TITLES, "product"),
            "销售数量": lambda f: f["pieces"],
            "售价": money("price"),
            "小计": money("line"),
            "收银员": text("03"),
        },
        {
            "流水号": "orders.order_id",
            "销售时间": "orders.ordered_at",
            "商品条码": "order_lines.product_id",
            "销售数量": "order_lines.quantity",
            "售价": "order_lines.unit_price",
            "小计": "order_lines.amount",
        },
    ),
    "Etsy": (
        {
            "Sale Date": at("%m/%d/%y"),
            "Item Name": one_of(GOODS, "product"),
            "Buyer": lambda f: f"buyer{f['who']}",
            "Quantity": lambda f: f["pieces"],
            "Price": money("price"),
            "Coupon Code": text(None),
            "Order Shipping": money("freight"),
            "Currency": text("USD"),
            "Transaction ID": lambda f: 4_000_000 + f["row"],
            "Listing ID": code("9"),
            "Ship City": one_of(TOWNS),
            "Order ID": code("3", "order"),
        },
        {
            "Sale Date": "orders.ordered_at",
            "Item Name": "products.name",
            "Buyer": "people.account",
            "Quantity": "order_lines.quantity",
            "Price": "order_lines.unit_price",
            "Order ID": "orders.order_id",
        },
    ),
    "微信小店": (
        {
            "订单编号": lambda f: f["id"],
            "订单下单时间": at(),
            "商品名称": one_of(TITLES, "product"),
            "商品编码(自定义)": code("Z"),
            "商品价格": money("price"),
            "商品数量": lambda f: f["pieces"],
            "订单实际支付金额": money("paid"),
            "订单运费": money("freight"),
            "订单状态": one_of(("已完成", "待发货"), "state"),
            "收件人姓名": one_of(NAMES),
            "收件人手机": phone,
        },
        {
            "订单下单时间": "orders.ordered_at",
            "商品价格": "order_lines.unit_price",
            "订单实际支付金额": "orders.paid_amount",
            "订单运费": "orders.shipping_amount",
            "收件人手机": "people.phone",
        },
    ),
    "slips of the pen": (
        {
            "Order Nmber": code("N", "order"),
            "Custmer ID": code("c", "who"),
            "Purchse Date": at(),
            "Produkt Name": one_of(GOODS, "product"),
            "Quantitiy": lambda f: f["pieces"],
            "Unit Pirce": money("price"),
        },
        {
            "Order Nmber": "orders.order_id",
            "Custmer ID": "orders.customer_id",
            "Purchse Date": "orders.ordered_at",
            "Quantitiy": "order_lines.quantity",
            "Unit Pirce": "order_lines.unit_price",
        },
    ),
}


@pytest.mark.parametrize("dialect", ORDERS)
def test_an_order_file_maps_by_its_words(dialect: str) -> None:
    columns, expected = ORDERS[dialect]
    reading = read(columns, orders())
    found = fields(reading)
    assert reading.grain == "order"
    assert {name: found.get(name) for name in expected} == expected
    assert reading.identity
    assert reading.questions == ()
    assert _gives_no_field_twice(reading)


@pytest.mark.parametrize("dialect", LINES)
def test_a_line_file_maps_by_its_words(dialect: str) -> None:
    columns, expected = LINES[dialect]
    reading = read(columns)
    found = fields(reading)
    assert reading.grain == "order_line"
    assert {name: found.get(name) for name in expected} == expected
    assert reading.questions == ()
    assert _gives_no_field_twice(reading)


def _gives_no_field_twice(reading: FileReading) -> bool:
    plain = [item.field for item in reading.columns if item.field and not item.rule]
    return len(plain) == len(set(plain))


def test_a_file_of_first_lines_with_blank_order_numbers_is_carried_down() -> None:
    columns = {
        "订单号": on_first(lambda f: f["id"]),
        "下单时间": on_first(at()),
        "会员编号": on_first(code("m", "who")),
        "商品名称": one_of(TITLES, "product"),
        "数量": lambda f: f["pieces"],
        "单价": money("price"),
    }
    reading = read(columns)
    assert (reading.grain, reading.order_fields) == ("order_line", "first_line")
