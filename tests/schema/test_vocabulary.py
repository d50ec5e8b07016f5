"""The words of platforms and people mean what they should."""

from __future__ import annotations

import re

import pytest

from zhike.schema import standard_table, standard_tables
from zhike.schema.glossary import known_headers, meanings, words
from zhike.schema.headers import bracketed, fold_header
from zhike.schema.platforms import platforms, recognise
from zhike.schema.vocabulary import (
    FULL_WIDTH,
    HALF_WIDTH,
    flags,
    fold,
    genders,
    line_kind,
    line_rules,
    order_marks,
    regions,
    statuses,
)

KINDS = standard_table("order_lines")["kind"].choices
STATUSES = standard_table("orders")["status"].choices


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("等待买家付款", "pending"),
        ("买家已付款，等待卖家发货", "paid"),
        ("卖家已发货，等待买家确认", "shipped"),
        ("交易成功", "completed"),
        ("交易关闭", "closed"),
        ("退款成功", "refunded"),
        ("(删除)等待出库", "closed"),
        ("未发货，退款成功", "refunded"),
        ("无售后或售后取消", "completed"),
        ("Partially_Refunded", "paid"),
        ("FULFILLED", "shipped"),
        ("wc-on-hold", "pending"),
        ("Shipped - Delivered to Buyer", "completed"),
        ("WAIT_SELLER_SEND_GOODS", "paid"),
        ("voided", "closed"),
    ],
)
def test_a_platform_s_status_is_one_of_ours(word: str, status: str) -> None:
    assert statuses().get(word) == status


def test_a_word_that_nobody_knows_has_no_status() -> None:
    assert statuses().get("蓝色") is None


def test_vocabularies_speak_only_words_of_the_schema() -> None:
    assert set(statuses().words.values()) <= set(STATUSES)
    assert {to for _, to in statuses().patterns} <= set(STATUSES)
    assert {rule.kind for rule in line_rules()} <= set(KINDS)
    assert set(genders().words.values()) == {"female", "male", "other", "unknown"}
    assert set(flags().words.values()) == {"true", "false"}
    assert all(mark.flag in standard_table("orders") for mark in order_marks())


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("POST", "POSTAGE", "shipping"),
        ("DOT", "", "shipping"),
        ("C2", "CARRIAGE", "shipping"),
        ("AMAZONFEE", "AMAZON FEE", "fee"),
        ("BANK CHARGES", " Bank Charges", "fee"),
        ("B", "Adjust bad debt", "adjustment"),
        ("ADJUST2", "Adjustment by hand", "adjustment"),
        ("S", "SAMPLES", "sample"),
        ("D", "Discount", "discount"),
        ("M", "Manual", "goods"),
        ("gift_0001_40", "", "voucher"),
        ("TEST001", "This is a test product.", "test"),
        ("", "补差价专拍", "adjustment"),
        ("", "邮费链接", "shipping"),
        ("88", "100元代金券", "voucher"),
        ("77", "纯棉T恤 包邮", "goods"),
        ("S", "T恤 S码", "goods"),
        ("M", "运动裤", "goods"),
        ("66", "验孕测试棒", "goods"),
    ],
)
def test_a_line_is_of_the_kind_its_code_and_name_say(code: str, name: str, kind: str) -> None:
    assert line_kind(code, name) == kind


def test_every_province_of_china_is_known_by_each_of_its_names() -> None:
    places = regions()
    assert len(set(places.provinces.values())) == 34
    assert places.provinces["内蒙古自治区"] == "内蒙古"
    assert places.provinces["xinjiang"] == "新疆"
    assert {places.cities[name] for name in ("延边", "延边州", "延边朝鲜族自治州")} == {"延边"}
    assert places.province_of["延边"] == "吉林"
    assert places.cities["广州市"] == "广州"
    assert set(places.province_of.values()) == set(places.provinces.values())
    assert len(places.province_of) > 380


def test_folding_is_the_same_in_python_and_in_an_engine() -> None:
    assert len(FULL_WIDTH) == len(HALF_WIDTH)
    assert fold("　ＡＢＣ（元）　") == "abc(元)"


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("刷单 勿发", "is_brushing"),
        ("客服备注：补单", "is_brushing"),
        ("测试订单", "is_test"),
        ("货到付款", "is_cash_on_delivery"),
        ("COD", "is_cash_on_delivery"),
        ("阶段1:定金", "is_presale"),
    ],
)
def test_a_mark_is_found_in_a_remark(text: str, flag: str) -> None:
    found = {mark.flag for mark in order_marks() if re.search(mark.match, fold(text))}
    assert found == {flag}


def test_headers_are_compared_without_their_dress() -> None:
    assert fold_header("实付金额（元）") == fold_header("实付 金额")
    assert fold_header("OrderID") == fold_header("order_ids") == fold_header(" Order-ID ")
    assert bracketed("销售额（万元）") == "万元"


def test_platforms_feed_only_fields_that_there_are() -> None:
    for platform in platforms():
        for column in platform.columns.values():
            table, _, name = column.field.partition(".")
            assert not column.field or name in standard_table(table)
        assert platform.headers <= set(platform.columns)


def test_a_platform_is_told_by_a_part_of_its_headers_in_any_order() -> None:
    header = ["备注", "购买数量", "订单编号", "新列", "价格", "标题", "商家编码"]
    found = recognise(header)
    assert found is not None
    assert found.code == "taobao_lines"
    assert recognise(["a", "b"]) is None


def test_every_table_has_its_key_labels_and_words() -> None:
    for table in standard_tables():
        assert all(name in table for name in table.key)
        for field in table.fields:
            assert str(field.label)
            assert str(field.description)


def test_no_word_is_both_a_field_and_known_to_be_none() -> None:
    strong = {word for word, targets in words().items() if max(targets.values()) > 0.96}
    orders = {
        word
        for word in strong & set(known_headers())
        if any(
            target.startswith(("orders.", "order_lines.", "people.")) for target in words()[word]
        )
    }
    assert orders == set()


def test_a_header_that_contains_a_word_means_it_less_surely() -> None:
    exact, longer = meanings("下单时间"), meanings("客户的下单时间")
    assert exact["orders.ordered_at"] > longer["orders.ordered_at"] > 0.6
    assert meanings("tax total") == {}
