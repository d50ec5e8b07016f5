"""The exports of `exports.md`, recognised and mapped without options."""

from __future__ import annotations

from preparation.mapping.shelf import (
    CITIES,
    GOODS,
    NAMES,
    PEOPLE,
    TITLES,
    at,
    code,
    email,
    fields,
    masked,
    money,
    on_first,
    one_of,
    orders,
    phone,
    read,
    text,
)

TAOBAO_STATES = ("交易成功", "卖家已发货，等待买家确认", "买家已付款，等待卖家发货", "交易关闭")


def place(fact: dict) -> str:
    province, city = CITIES[fact["who"] % 4]
    return f"{province} {city} 某某区 幸福路{fact['who'] + 1}号"


def test_taobao_orders_are_orders_of_taobao() -> None:
    columns = {
        "订单编号": lambda f: f["id"],
        "买家会员名": lambda f: f"tb{f['who']}买家",
        "买家支付宝账号": phone,
        "买家应付货款": money("goods"),
        "买家应付邮费": money("freight"),
        "买家支付积分": text(0),
        "总金额": money("paid"),
        "返点积分": text(0),
        "买家实际支付金额": money("paid"),
        "买家实际支付积分": text(0),
        "订单状态": one_of(TAOBAO_STATES, "state"),
        "买家留言": text(None),
        "收货人姓名": one_of(NAMES),
        "收货地址": place,
        "运送方式": text("快递"),
        "联系电话": text(None),
        "联系手机": phone,
        "订单创建时间": at(),
        "订单付款时间": at(later=3),
        "宝贝标题": one_of(TITLES, "product"),
        "宝贝种类": text(1),
        "物流单号": code("YT", "order"),
        "物流公司": text("圆通"),
        "订单备注": text(None),
        "宝贝总数量": lambda f: f["pieces"],
        "店铺Id": text(0),
        "店铺名称": text("某某旗舰店"),
        "订单关闭原因": text("订单未关闭"),
        "卖家服务费": text(0),
        "买家服务费": text("0元"),
        "发票抬头": text(None),
        "异常信息": text(None),
        "卡券抵扣": money("off"),
        "积分抵扣": text(0),
        "是否是O2O交易": text("N"),
    }
    reading = read(columns, orders())
    found = fields(reading)
    assert (reading.platform, reading.grain, reading.channel) == ("taobao_orders", "order", "淘宝")
    assert reading.identity == ("people.account", "people.phone")
    assert reading.questions == ()
    assert found["订单编号"] == "orders.order_id"
    assert found["订单创建时间"] == "orders.ordered_at"
    assert found["买家实际支付金额"] == "orders.paid_amount"
    assert found["买家应付货款"] == "orders.gross_amount"
    assert found["订单状态"] == "orders.status"
    assert "总金额" in reading.unmapped
    assert "宝贝标题" in reading.unmapped


def test_newer_taobao_orders_hold_a_composite_address() -> None:
    columns = {
        "订单编号": lambda f: f["id"],
        "支付单号": code("zf", "order"),
        "买家应付货款": money("goods"),
        "总金额": money("paid"),
        "订单状态": one_of(TAOBAO_STATES, "state"),
        "收货地址": lambda f: f"{NAMES[f['who'] % 8]}，86-{phone(f)}，{place(f)}",
        "订单创建时间": at(),
        "商品标题": one_of(TITLES, "product"),
    }
    reading = read(columns, orders())
    address = reading.column_of("people.address")
    assert reading.platform == "taobao_orders"
    assert address is not None
    assert address.rule == "composite_address"
    assert reading.identity == ("people.phone",)


def test_taobao_line_items_are_lines_without_a_day_of_their_own() -> None:
    columns = {
        "订单编号": lambda f: f["id"],
        "标题": one_of(TITLES, "product"),
        "价格": money("price"),
        "购买数量": lambda f: f["pieces"],
        "外部系统编号": code("w"),
        "商品属性": text("颜色:红"),
        "套餐信息": text(None),
        "备注": text(None),
        "订单状态": one_of(TAOBAO_STATES, "state"),
        "商家编码": code("SKU"),
    }
    reading = read(columns)
    assert (reading.platform, reading.grain) == ("taobao_lines", "order_line")
    assert reading.tables == ("order_lines", "products")
    assert reading.questions == ()


def test_jd_repeats_the_amount_of_the_order_on_every_line() -> None:
    columns = {
        "订单号": lambda f: f["id"],
        "商品ID": code("10"),
        "商品名称": one_of(TITLES, "product"),
        "订购数量": lambda f: f["pieces"],
        "支付方式": text("在线支付"),
        "下单时间": at(),
        "京东价": money("price"),
        "订单金额": money("goods"),
        "结算金额": money("paid"),
        "余额支付": text("0.00"),
        "应付金额": money("paid"),
        "商家应收": lambda f: f"{f['paid']:.2f}（系统计算中，该值仅供参考）",
        "订单状态": one_of(("完成", "等待出库"), "state"),
        "订单类型": text("SOP"),
        "下单帐号": lambda f: f"jd_{f['who']}",
        "客户姓名": one_of(NAMES),
        "客户地址": place,
        "联系电话": masked,
        "订单备注": text(None),
        "运费金额": money("freight"),
        "付款确认时间": at(later=2),
        "货号": code("h"),
        "订单完成时间": text(None),
        "订单来源": text("APP"),
        "订单渠道": text("京东"),
    }
    reading = read(columns)
    found = fields(reading)
    assert (reading.platform, reading.grain, reading.channel) == ("jd_orders", "order_line", "京东")
    assert found["订单金额"] == "orders.gross_amount"
    assert found["应付金额"] == "orders.paid_amount"
    assert "order_lines.amount" not in found.values()
    assert all(item.rule != "sum_of_lines" for item in reading.columns)
    assert reading.identity == ("people.account",)  # the phone is masked


def test_shopify_orders_stand_on_the_first_line_only() -> None:
    columns = {
        "Name": lambda f: f"#{f['order'] + 1001}",
        "Email": on_first(email),
        "Financial Status": on_first(one_of(("paid", "refunded", "partially_refunded"), "state")),
        "Paid at": on_first(at("%Y-%m-%d %H:%M:%S +0800")),
        "Fulfillment Status": on_first(text("fulfilled")),
        "Fulfilled at": on_first(at("%Y-%m-%d %H:%M:%S +0800", 90)),
        "Accepts Marketing": on_first(text("yes")),
        "Currency": on_first(text("USD")),
        "Subtotal": on_first(lambda f: f"{f['goods'] - f['off']:.2f}"),
        "Shipping": on_first(money("freight")),
        "Taxes": on_first(text("0.00")),
        "Total": on_first(money("paid")),
        "Discount Code": on_first(text("")),
        "Discount Amount": on_first(money("off")),
        "Shipping Method": on_first(text("Standard")),
        "Created at": on_first(at("%Y-%m-%d %H:%M:%S +0800")),
        "Lineitem quantity": lambda f: f["pieces"],
        "Lineitem name": one_of(GOODS, "product"),
        "Lineitem price": money("price"),
        "Lineitem sku": code("S"),
        "Lineitem discount": text("0.00"),
        "Billing Name": on_first(one_of(PEOPLE)),
        "Billing Zip": on_first(text("'10115")),
        "Cancelled at": text(None),
        "Payment Method": on_first(text("Shopify Payments")),
        "Refunded Amount": on_first(text("0.00")),
        "Vendor": text("Acme"),
        "Id": on_first(code("5", "order")),
        "Tags": text(None),
        "Source": on_first(text("web")),
        "Phone": text(None),
    }
    reading = read(columns)
    gross, further = reading.column_of("orders.gross_amount"), reading.columns_of("orders.status")
    assert (reading.platform, reading.order_fields) == ("shopify_orders", "first_line")
    assert gross is not None
    assert gross.rule == "net_of_discount"
    assert [item.rule for item in further] == ["", "second_status"]
    assert reading.identity == ("people.email",)
    assert {"orders", "order_lines", "refunds", "products", "people"} <= set(reading.tables)


def test_order_fields_on_the_first_line_are_seen_without_knowing_the_platform() -> None:
    columns = {
        "Order ref": lambda f: f"R-{f['order'] + 501}",
        "Buyer e-mail": on_first(email),
        "Placed on (date of order)": on_first(at()),
        "Order total": on_first(money("paid")),
        "Item": one_of(GOODS, "product"),
        "Qty": lambda f: f["pieces"],
        "Price each": money("price"),
    }
    reading = read(columns)
    assert reading.platform == ""
    assert reading.order_fields == "first_line"


def test_youzan_customers_are_customers() -> None:
    columns = {
        "客户姓名": one_of(NAMES),
        "客户昵称": lambda f: f"昵称{f['order']}",
        "客户手机号": lambda f: f"139{f['order']:08d}",
        "客户生日": text("1990-05-06"),
        "客户性别": one_of(("男", "女")),
        "标签": text("老客"),
        "是否会员": text("是"),
        "成长值": text(3),
        "免费等级": text("VIP1"),
        "付费等级": text(None),
        "权益卡": text(None),
        "客户积分": text(10),
        "客户储值余额": text("0.00"),
        "消费次数": text(3),
        "消费金额": money("paid"),
        "累计退款金额": text("0.00"),
        "累计退款订单数": text(0),
        "笔单价": money("price"),
        "上次消费时间": at(),
        "来源渠道": text("微信"),
        "来源方式": text("扫码"),
        "成为客户时间": at(),
        "成为会员时间": at(),
        "微信地域": text("浙江杭州"),
        "所属区域": text("浙江"),
    }
    reading = read(columns, orders())
    assert (reading.platform, reading.grain) == ("youzan_customers", "customer")
    assert "消费金额" in reading.unmapped
    assert reading.identity == ("people.account", "people.phone")


def test_shopify_customers_have_their_two_names_joined() -> None:
    columns = {
        "First Name": lambda f: PEOPLE[f["who"] % 6].split()[0],
        "Last Name": lambda f: PEOPLE[f["who"] % 6].split()[1],
        "Email": lambda f: f"u{f['order']}@example.com",
        "Accepts Email Marketing": text("yes"),
        "Company": text(None),
        "Address1": text("Hauptstr. 5"),
        "Address2": text(None),
        "City": one_of(("Berlin", "Köln")),
        "Province": text("BE"),
        "Country": text("Germany"),
        "Zip": text("10115"),
        "Phone": text("+491701234567"),
        "Accepts SMS Marketing": text("no"),
        "Total Spent": money("paid"),
        "Total Orders": text(2),
        "Tags": text(None),
        "Note": text(None),
    }
    reading = read(columns, orders())
    parts = reading.columns_of("people.name")
    assert reading.grain == "customer"
    assert [(item.column, item.rule, item.options["part"]) for item in parts] == [
        ("First Name", "part", 1),
        ("Last Name", "part", 2),
    ]


def test_crm_and_web_events_are_told_apart() -> None:
    deals = {
        "id": code("38000", "order"),
        "Deal_Name": one_of(GOODS),
        "Stage": text("Qualification"),
        "Amount": money("paid"),
        "Closing_Date": at("%Y-%m-%d"),
        "Account_Name.id": code("9", "who"),
        "Owner.id": text("7001"),
        "Lead_Source": text("Web"),
        "Created_Time": at("%Y-%m-%dT%H:%M:%S+08:00"),
    }
    accounts = {
        "_id": code("a", "order"),
        "name": one_of(NAMES),
        "account_level": text("A"),
        "account_type": text("终端"),
        "account_source": text("展会"),
        "deal_status": text("多次成交"),
        "create_time": lambda f: int(f["at"].timestamp() * 1000),
        "tel": phone,
        "owner": text("u1"),
    }
    events = {
        "event_date": at("%Y%m%d"),
        "event_timestamp": lambda f: int(f["at"].timestamp() * 1_000_000),
        "event_name": one_of(("page_view", "purchase")),
        "user_id": text(None),
        "user_pseudo_id": code("1.", "who"),
        "device.category": text("mobile"),
        "traffic_source.source": text("google"),
        "traffic_source.medium": text("cpc"),
    }
    assert read(deals, orders()).grain == "lead"
    assert read(accounts, orders()).grain == "customer"
    reading = read(events)
    moment = reading.column_of("events.at")
    assert reading.grain == "event"
    assert moment is not None
    assert moment.options["unit"] == "us"
