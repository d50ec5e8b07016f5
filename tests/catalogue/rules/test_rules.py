"""Rules by hand: what they mean, how they are written, and what is wrong with them."""

from __future__ import annotations

import ibis
import pytest

from catalogue.rules.customers_by_hand import FIELDS, OWN, ROWS, TABLE
from zhike.catalogue.rules import Fields, parse_rule
from zhike.errors import RuleError
from zhike.i18n import use_language

SAME = [
    ("recency_days > 90", "最近购买天数大于90"),
    ("recency_days between 30 and 90", "最近购买天数介于３０到９０之间"),
    ("not recency_days <= -1.5", "非（最近购买天数≤－1.50）"),
    ("city in ('上海', '杭州')", "城市属于（“上海”、“杭州”）"),
    ("city not in ('上海') and city_level = '一线'", "城市不属于（‘上海’）且城市等级＝“一线”"),
    ("city is empty or city is not empty", "城市为空或城市非空"),
    ("stage = 'lost' or stage != 'first'", "阶段等于「流失」或者阶段不等于'first'"),
    ("last_on >= 2024-03-05", "最近购买日期不小于2024年3月5日"),
    ("vip = true and vip != false", "是否会员＝是并且是否会员<>假"),
    ("city contains '海' and city not starts with 'O''H'", "城市包含“海”且城市开头不是‘O'H’"),
    ("segment('far away') and not segment('老客')", "分群（“far away”）且非分群（'老客'）"),
    ("refund_rate > 0.2", "退货率 > 20％"),
    ("`in` = 1 and city = 'a'", "【属于】=1 且 CITY == 'a'"),
]


@pytest.mark.parametrize(("english", "chinese"), SAME)
def test_english_and_chinese_say_the_same(english: str, chinese: str) -> None:
    rule = parse_rule(english, FIELDS)
    assert rule == parse_rule(chinese, FIELDS)
    assert rule.text("en") == english
    for language in ("en", "zh"):
        assert parse_rule(rule.text(language), FIELDS) == rule


def test_and_binds_more_than_or_and_not_most() -> None:
    rule = parse_rule("vip = true or not city = 'a' and city = 'b'", FIELDS)
    assert rule == parse_rule("vip = true or ((not city = 'a') and city = 'b')", FIELDS)


def test_chinese_writes_the_words_for_codes_unless_two_codes_share_them() -> None:
    rule = parse_rule("stage in ('lost', 'twin')", FIELDS)
    assert rule.text("zh") == "阶段 属于（“流失”，“twin”）"


def test_a_chinese_name_that_two_fields_share_stands_for_neither() -> None:
    assert parse_rule("tags = 'a'", FIELDS).text("zh") == "tags = “a”"
    with pytest.raises(RuleError, match="tags, labels"):
        parse_rule("标签组 = 'a'", FIELDS)


WRONG = [
    ("recency_day > 5", 1, "Did you mean 'recency_days'"),
    ("city = 'a' and ctiy = 'b'", 16, "Did you mean 'city'"),
    ("城试 = 'a'", 1, "Did you mean '城市'"),
    ("stage = 'lots'", 9, "Did you mean 'lost'"),
    ("stage = '流逝'", 9, "Did you mean '流失'"),
    ("recency_days > '90'", 16, "a number such as 90"),
    ("city = 上海", 8, "a text in quotes"),
    ("last_on > 2024-02-30", 11, "no day 2024-02-30"),
    ("last_on > '2024-02-01'", 11, "a day such as"),
    ("vip = 1", 7, "true or false"),
    ("city > 'a'", 6, "no larger and smaller"),
    ("vip between true and false", 5, "neither a number nor a day"),
    ("stage contains 'lo'", 7, "no free text"),
    ("city contains ''", 15, "is empty"),
    ("recency_days between 5 and 3", 22, "larger than the second"),
    ("(city = 'a'", 12, "‘)’"),
    ("city = 'a", 8, "not closed"),
    ("city = 'a' city = 'b'", 12, "‘and’, ‘or’"),
    ("city in 'a'", 9, "‘(’"),
    ("city in ()", 10, "a text in quotes"),
    ("city is nothing", 9, "‘empty’"),
    ("segment(city)", 9, "the name of a segment"),
    ("segment('nobody')", 9, "no segment ‘nobody’"),
    ("recency_days > 1234567890123456", 16, "digits"),
    ("", 1, "the rule ends"),
    ("city = 'a';", 11, "no meaning"),
    ("city = '\x00'", 9, "cannot be in a rule"),
    ("not " * 41 + "vip = true", 161, "deeper than 40"),
]


@pytest.mark.parametrize(("text", "at", "said"), WRONG, ids=[text[:30] for text, *_ in WRONG])
def test_a_fault_says_where_and_what_was_expected(text: str, at: int, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(text, FIELDS)
    assert caught.value.at == at
    assert said in str(caught.value)
    assert caught.value.as_dict()["code"] == "rule"


def test_carets_stand_under_the_fault_also_after_chinese() -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule("城市 = 'a' 且 ctiy = 'b'", FIELDS)
    line, carets = caught.value.picture.splitlines()
    assert line == "城市 = 'a' 且 ctiy = 'b'"
    assert carets == "\u3000\u3000       \u3000 ^^^^"


def test_a_fault_is_told_in_chinese() -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule("城市 大约 '上海'", FIELDS)
    with use_language("zh"):
        assert str(caught.value).startswith("第 4 个字符：这里是‘大约’，应为一个比较")


def test_segments_that_name_one_another_in_a_circle_are_refused() -> None:
    fields = Fields(OWN, segments={"a": "segment('b')", "b": "vip = true or segment('a')"})
    with pytest.raises(RuleError, match="a → b → a"):
        parse_rule("segment('a')", fields)


def test_segments_that_grow_with_every_step_are_refused() -> None:
    doubling = {"s0": "vip = true"} | {
        f"s{n}": f"segment('s{n - 1}') or segment('s{n - 1}')" for n in range(1, 30)
    }
    with pytest.raises(RuleError):
        parse_rule("segment('s15')", Fields(OWN, segments=doubling))
    chain = {"s0": "vip = true"} | {f"s{n}": f"segment('s{n - 1}')" for n in range(1, 500)}
    with pytest.raises(RuleError):
        parse_rule("segment('s499')", Fields(OWN, segments=chain))


def test_a_fault_in_a_named_segment_names_it() -> None:
    fields = Fields(OWN, segments={"old": "age > 60"})
    with pytest.raises(RuleError, match=r"segment ‘old’.*no field ‘age’"):
        parse_rule("vip = true and segment('old')", fields)


def test_a_thousand_tests_are_one_query() -> None:
    text = " or ".join(f"recency_days = {n}" for n in range(1000))
    table = ibis.memtable(TABLE)
    met = table.filter(parse_rule(text, FIELDS).expression(table)).count().to_pyarrow().as_py()
    assert met == sum(row["recency_days"] in range(1000) for row in ROWS)
