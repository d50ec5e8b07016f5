"""What is told without header words, what a person says, and what must be asked."""

from __future__ import annotations

import pytest

from preparation.mapping.shelf import (
    GOODS,
    NAMES,
    TITLES,
    at,
    code,
    comma,
    email,
    fields,
    landing,
    lines,
    masked,
    money,
    on_first,
    one_of,
    orders,
    phone,
    read,
    text,
)
from zhike.errors import MappingError
from zhike.i18n import use_language
from zhike.preparation.mapping import from_json, signature, suggest, to_json

PLAIN = {
    "order": code("o", "order"),
    "customer": code("c", "who"),
    "date": at(),
    "total": money("paid"),
}


def test_a_line_file_without_header_words_is_told_by_its_values() -> None:
    columns = {
        "A": code("INV", "order"),
        "B": code("P"),
        "C": one_of(GOODS, "product"),
        "D": lambda f: f["pieces"],
        "E": at(),
        "F": money("price"),
        "G": code("", "who"),
    }
    reading = read(columns)
    assert fields(reading) == {
        "A": "orders.order_id",
        "B": "order_lines.product_id",
        "C": "products.name",
        "D": "order_lines.quantity",
        "E": "orders.ordered_at",
        "F": "order_lines.unit_price",
        "G": "orders.customer_id",
    }
    assert reading.grain == "order_line"
    assert reading.questions == ()


def test_an_order_file_without_header_words_is_told_by_its_values() -> None:
    columns = {
        "列1": lambda f: f["id"],
        "列2": phone,
        "列3": at("%Y年%m月%d日"),
        "列4": money("paid"),
        "列5": one_of(("已完成", "已取消"), "state"),
    }
    reading = read(columns, orders())
    assert fields(reading) == {
        "列1": "orders.order_id",
        "列2": "people.phone",
        "列3": "orders.ordered_at",
        "列4": "orders.paid_amount",
        "列5": "orders.status",
    }
    assert reading.identity == ("people.phone",)


def test_without_an_order_number_each_record_is_an_order() -> None:
    columns = {
        "column_1": code("", "who"),
        "column_2": at("%Y%m%d"),
        "column_3": lambda f: f["pieces"],
        "column_4": money("paid"),
    }
    said = {"column_1": "orders.customer_id", "column_2": "ordered_at", "column_4": "paid_amount"}
    reading = read(columns, orders(), overrides=said)
    assert (reading.grain, reading.order_id_from) == ("order", "record")
    assert reading.column_of("orders.ordered_at").options["formats"] == ["%Y%m%d"]


def test_what_a_person_says_wins() -> None:
    reading = read(PLAIN, orders(), overrides={"customer": "people.account", "total": ""})
    assert reading.column_of("people.account").confidence == 1.0
    with_total = read(PLAIN, orders(), overrides={"total": "orders.gross_amount"})
    assert fields(with_total)["total"] == "orders.gross_amount"
    assert with_total.column_of("orders.gross_amount").confidence == 1.0
    assert fields(reading)["customer"] == "people.account"
    assert "total" in reading.unmapped


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"custmer": "orders.customer_id"}, ("custmer", "'customer'")),
        ({"total": "orders.payd_amount"}, ("payd_amount", "orders.paid_amount")),
        ({"total": "amont"}, ("amont", "amount")),
        ({"customer": "name"}, ("name", "people.name")),
        ({"date": "ordered_at:dym"}, ("dym", "dmy")),
    ],
)
def test_a_slip_in_what_is_said_is_answered_with_the_nearest(
    said: dict[str, str], words: tuple[str, str]
) -> None:
    with pytest.raises(MappingError) as caught:
        read(PLAIN, orders(), overrides=said)
    assert all(word in str(caught.value) for word in words)


def test_day_first_is_told_from_one_day_above_twelve() -> None:
    reading = read({**PLAIN, "date": at("%d/%m/%Y")}, orders())
    assert reading.column_of("orders.ordered_at").options["order"] == "dmy"
    assert reading.questions == ()


def test_month_first_is_told_from_one_day_above_twelve() -> None:
    reading = read({**PLAIN, "date": at("%m/%d/%Y %I:%M %p")}, orders())
    options = reading.column_of("orders.ordered_at").options
    assert options == {"order": "mdy", "formats": ["%m/%d/%Y %I:%M %p"]}


def test_days_that_fit_both_ways_are_asked_about() -> None:
    columns = {**PLAIN, "date": lambda f: f"{f['who'] % 12 + 1:02d}/{f['order'] % 12 + 1:02d}/2024"}
    reading = read(columns, orders())
    assert [item.code for item in reading.questions] == ["day_or_month_first"]
    answer = next(iter(reading.questions[0].choices))
    assert answer == "date=orders.ordered_at:dmy"
    answered = read(columns, orders(), overrides={"date": answer.split("=")[1]})
    assert answered.questions == ()
    assert answered.column_of("orders.ordered_at").options["order"] == "dmy"


def test_days_that_fit_both_ways_are_told_from_the_order_of_the_records() -> None:
    columns = {**PLAIN, "date": lambda f: f"0{f['order'] // 12 + 1}/{f['order'] % 12 + 1:02d}/2024"}
    reading = read(columns, orders())
    assert reading.column_of("orders.ordered_at").options["order"] == "mdy"
    assert reading.questions == ()


def test_a_second_column_that_is_sure_settles_the_first() -> None:
    columns = {
        **PLAIN,
        "date": lambda f: f"{f['who'] % 12 + 1:02d}/{f['order'] % 12 + 1:02d}/2024",
        "payment date": at("%d/%m/%Y"),
    }
    reading = read(columns, orders())
    assert reading.questions == ()
    assert reading.column_of("orders.ordered_at").options["order"] == "dmy"


@pytest.mark.parametrize(("factor", "unit"), [(1, "s"), (1_000, "ms"), (1_000_000, "us")])
def test_the_unit_of_an_epoch_is_told_from_its_size(factor: int, unit: str) -> None:
    columns = {**PLAIN, "date": lambda f: int(f["at"].timestamp()) * factor}
    reading = read(columns, orders())
    assert reading.column_of("orders.ordered_at").options["unit"] == unit


def test_day_numbers_of_excel_are_told() -> None:
    columns = {**PLAIN, "date": lambda f: 45294 + f["order"] / 3}
    assert read(columns, orders()).column_of("orders.ordered_at").options["unit"] == "excel"


def test_decimal_commas_and_units_are_told() -> None:
    columns = {**PLAIN, "total": comma("paid"), "Rabatt (万元)": money("off")}
    reading = read(columns, orders())
    assert reading.column_of("orders.paid_amount").options == {"decimal": ","}
    assert reading.column_of("orders.discount_amount").options == {"unit": 10000}


def test_two_columns_that_could_both_be_the_date_are_asked_about() -> None:
    columns = {
        "order": code("o", "order"),
        "customer": code("c", "who"),
        "total": money("paid"),
        "order date": at(),
        "transaction date": at(later=5000),
    }
    blank = {"order": code("o", "order"), "total": money("paid"), "A": at(), "B": at(later=5000)}
    for names in (columns, blank):
        reading = read(names, orders())
        assert [item.code for item in reading.questions] == ["two_dates"]
        assert len(reading.questions[0].choices) == 2


def test_two_columns_that_say_the_same_are_no_question() -> None:
    columns = {**PLAIN, "date": text(None), "order date": at(), "transaction date": at()}
    assert read(columns, orders()).questions == ()


def test_a_total_repeated_on_each_line_is_never_a_line_amount() -> None:
    columns = {
        "order id": code("o", "order"),
        "date": at(),
        "customer": code("c", "who"),
        "product": one_of(GOODS, "product"),
        "qty": lambda f: f["pieces"],
        "price": money("price"),
        "amount": money("paid"),
    }
    varying = {**columns, "amount": money("line")}
    assert fields(read(columns))["amount"] == "orders.paid_amount"
    assert fields(read(varying))["amount"] == "order_lines.amount"


def test_freight_given_line_by_line_is_summed() -> None:
    columns = {
        "order id": code("o", "order"),
        "date": at(),
        "customer": code("c", "who"),
        "product": one_of(GOODS, "product"),
        "qty": lambda f: f["pieces"],
        "price": money("price"),
        "shipping": lambda f: f"{f['position'] * 1.5:.2f}",
    }
    assert read(columns).column_of("orders.shipping_amount").rule == "sum_of_lines"


def test_masked_values_are_never_identity() -> None:
    columns = {
        "订单号": lambda f: f["id"],
        "下单时间": at(),
        "实付金额": money("paid"),
        "联系电话": masked,
        "收货人": lambda f: NAMES[f["who"] % 8][0] + "**",
    }
    reading = read(columns, orders())
    assert reading.identity == ()
    assert fields(reading)["联系电话"] == "people.phone"


def test_an_e_mail_identifies_where_there_is_no_number() -> None:
    columns = {"order": code("o", "order"), "e-mail": email, "date": at(), "total": money("paid")}
    assert read(columns, orders()).identity == ("people.email",)


def test_refunds_products_and_spend_are_told_apart() -> None:
    refunds = {
        "退款编号": code("T", "order"),
        "订单编号": lambda f: f["id"],
        "退款金额": money("line"),
        "退款完结时间": at(),
        "售后类型": text("仅退款"),
        "买家会员名": code("tb", "who"),
    }
    products = {
        "商品编码": code("p", "row"),
        "商品名称": one_of(TITLES, "product"),
        "品类": text("服饰"),
        "品牌": text("自有"),
        "成本价": money("price"),
        "库存": text(5),
    }
    spend = {
        "日期": at("%Y-%m-%d"),
        "渠道": text("抖音"),
        "计划名称": code("j"),
        "花费": money("price"),
        "展现量": text(100),
        "点击量": text(9),
    }
    assert [read(each).grain for each in (refunds, products, spend)] == [
        "refund",
        "product",
        "spend",
    ]


def test_a_file_of_something_else_is_refused_with_its_columns_named() -> None:
    weather = {
        "station": text("x"),
        "temperature": lambda f: f["pieces"],
        "humidity": lambda f: f["state"],
    }
    with pytest.raises(MappingError) as caught:
        read(weather)
    assert "'station', 'temperature', 'humidity'" in str(caught.value)
    with use_language("zh"):
        assert "temperature" in str(caught.value)


def test_a_reading_survives_being_stored() -> None:
    reading = read({**PLAIN, "date": at("%d/%m/%Y")}, orders())
    kept = from_json(to_json(reading))
    assert from_json(to_json(kept)) == kept
    assert [(item.column, item.field, item.rule, item.options) for item in kept.columns] == [
        (item.column, item.field, item.rule, item.options) for item in reading.columns
    ]
    with use_language("zh"):
        assert str(kept.columns[0].why) == str(reading.columns[0].why)


def test_a_remembered_reading_is_used_again_for_the_same_headers() -> None:
    first = read(PLAIN, orders(), overrides={"total": "orders.gross_amount"})
    raw = landing({**PLAIN, "date": at("%d/%m/%Y")}, orders(seed=9))
    again = suggest(raw, tuple(PLAIN), "later.csv", remembered=from_json(to_json(first)))
    other = suggest(raw, tuple(PLAIN), "later.csv", {"customer": "people.account"}, first)
    assert fields(again)["total"] == "orders.gross_amount"
    assert again.column_of("orders.ordered_at").options["order"] == "dmy"
    assert "earlier file" in str(again.columns[0].why)
    assert fields(other)["total"] == "orders.gross_amount"
    assert fields(other)["customer"] == "people.account"


def test_the_signature_minds_neither_order_nor_case_nor_width() -> None:
    assert signature(["Order ID", "金额（元）"]) == signature(["金额", "order_id"])
    assert signature(["Order ID"]) != signature(["Customer ID"])


def test_records_set_aside_by_the_reader_are_not_looked_at() -> None:
    import ibis

    raw = landing(PLAIN, orders())
    total = raw.mutate(
        date=ibis.ifelse(raw._row > 40, "合计", raw.date),
        _fate=ibis.ifelse(raw._row > 40, "skipped", ibis.null("string")),
    )
    assert fields(suggest(total, tuple(PLAIN), "x.csv"))["date"] == "orders.ordered_at"


def test_every_column_is_listed_with_a_reason() -> None:
    columns = {**PLAIN, "colour of the parcel": text("red"), "nothing": text(None)}
    reading = read(columns, orders())
    assert [item.column for item in reading.columns] == list(columns)
    assert reading.unmapped == ("colour of the parcel", "nothing")
    assert all(str(item.why) for item in reading.columns)


def test_order_numbers_on_first_lines_are_carried_down() -> None:
    columns = {
        "order number": on_first(code("o", "order")),
        "date": on_first(at()),
        "member no": on_first(code("c", "who")),
        "item": one_of(GOODS, "product"),
        "qty": lambda f: f["pieces"],
        "price": money("price"),
    }
    assert read(columns, lines(80)).order_fields == "first_line"


def test_a_rate_of_discount_is_no_amount() -> None:
    columns = {
        "order id": code("o", "order"),
        "order date": at(),
        "customer id": code("c", "who"),
        "product": one_of(GOODS, "product"),
        "sales": money("line"),
        "discount": lambda f: f["state"] / 10,
    }
    assert "discount" in read(columns).unmapped


def test_an_order_file_without_amounts_is_read_beside_its_lines() -> None:
    columns = {
        "order_id": code("o", "order"),
        "customer_id": code("c", "who"),
        "order_status": one_of(("delivered", "shipped"), "state"),
        "order_purchase_timestamp": at(),
        "order_delivered_customer_date": at(later=9000),
    }
    reading = read(columns, orders())
    assert (reading.grain, reading.questions) == ("order", ())
    assert fields(reading)["order_purchase_timestamp"] == "orders.ordered_at"
    assert "order_delivered_customer_date" in reading.unmapped


def test_lines_without_an_order_number_belong_to_one_customer_and_time() -> None:
    columns = {
        "用户ID": code("u", "who"),
        "商品ID": code("p"),
        "购买时间": at(),
        "购买数量": lambda f: f["pieces"],
        "单价": money("price"),
    }
    reading = read(columns)
    assert (reading.grain, reading.order_id_from) == ("order_line", "customer_and_time")
