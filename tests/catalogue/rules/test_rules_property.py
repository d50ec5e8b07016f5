"""Rules that nobody thought of: ten thousand of them, and as much garbage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.rules.customers_by_hand import (
    CITIES,
    FIELDS,
    OWN,
    ROWS,
    STAGES,
    TABLE,
    truth,
)
from zhike.catalogue.rules import (
    And,
    Between,
    Compare,
    Condition,
    Empty,
    In,
    Matches,
    Member,
    Not,
    Or,
    Rule,
    RuleField,
    parse_rule,
)
from zhike.catalogue.rules.conditions import all_of, any_of, leaves
from zhike.catalogue.rules.writing import written
from zhike.errors import RuleError

MANY = 10_000
AT_ONCE = 20
"""Rules in one query, so that ten thousand take half a minute rather than five."""

NASTY = [city for city in CITIES if city] + [
    "' or 1=1 --", '"', "''", "\\'", "；", "a\nb", "”", "“”", "`", "】", "/*", "$1", "{x}", "🍵",
    "%s",
]  # fmt: skip
WRITABLE = st.characters(exclude_categories=("Cs", "Cc"))
TEXTS = st.sampled_from(NASTY) | st.text(WRITABLE, max_size=8)
NUMBERS = (
    st.integers(-2000, 2000).map(Decimal)
    | st.sampled_from([Decimal("0.2"), Decimal("0.3"), Decimal("12.5"), Decimal("1E+3")])
    | st.decimals(-1000, 1000, places=3)
)
DAYS = st.dates(date(2023, 12, 1), date(2024, 4, 1)) | st.dates()
NUMERIC = [item for item in OWN if item.kind == "number"]
FREE = [item for item in OWN if item.kind == "text" and not item.choices]
ORDERED = [item for item in OWN if item.kind in ("number", "day")]


def values(item: RuleField) -> st.SearchStrategy[Any]:
    if item.choices:
        return st.sampled_from(list(STAGES))
    return {"number": NUMBERS, "text": TEXTS, "day": DAYS, "flag": st.booleans()}[item.kind]


@st.composite
def single(draw: st.DrawFn) -> Condition:
    kind = draw(st.sampled_from(["compare", "in", "between", "empty", "matches", "member"]))
    negated = draw(st.booleans())
    match kind:
        case "between":
            item = draw(st.sampled_from(ORDERED))
            ends = sorted([draw(values(item)), draw(values(item))])
            return Between(item.name, *ends, negated)
        case "matches":
            item = draw(st.sampled_from(FREE))
            how = draw(st.sampled_from(["contains", "starts with"]))
            return Matches(item.name, how, draw(TEXTS.filter(bool)), negated)
        case "member":
            return Member(draw(st.sampled_from(sorted(FIELDS.segments))))
    item = draw(st.sampled_from(OWN))
    match kind:
        case "in":
            several = draw(st.lists(values(item), min_size=1, max_size=3))
            return In(item.name, tuple(several), negated)
        case "empty":
            return Empty(item.name, negated)
    signs = ["=", "!=", "<", "<=", ">", ">="] if item in ORDERED else ["=", "!="]
    return Compare(item.name, draw(st.sampled_from(signs)), draw(values(item)))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    single(),
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts))
    ),
    max_leaves=5,
)


def rules_of(conditions: list[Condition]) -> Iterator[Rule]:
    """Each condition written in both languages and read again, which changes nothing."""
    vocabulary = FIELDS.in_rule("")
    for condition in conditions:
        english = parse_rule(written(condition, vocabulary, "en"), FIELDS)
        chinese = parse_rule(written(condition, vocabulary, "zh"), FIELDS)
        assert english == chinese
        assert english.condition == condition
        assert parse_rule(english.text("zh"), FIELDS).text("en") == english.text("en")
        yield english


def check_meaning(conditions: list[Condition]) -> None:
    """The database finds of every row what plain Python does."""
    rules = list(rules_of(conditions))
    segments = {name: parse_rule(text, FIELDS).condition for name, text in FIELDS.segments.items()}
    table = ibis.memtable(TABLE)
    asked = table.select(**{f"rule_{n}": rule.expression(table) for n, rule in enumerate(rules)})
    found = asked.to_pyarrow()
    for n, condition in enumerate(conditions):
        expected = [truth(condition, row, segments) for row in ROWS]
        assert found[f"rule_{n}"].to_pylist() == expected, rules[n].text("en")


@settings(max_examples=MANY // AT_ONCE // 25)
@given(st.lists(CONDITIONS, min_size=AT_ONCE, max_size=AT_ONCE))
def test_rules_mean_on_the_database_what_they_say(conditions: list[Condition]) -> None:
    check_meaning(conditions)


@pytest.mark.slow
@settings(max_examples=MANY // AT_ONCE)
@given(st.lists(CONDITIONS, min_size=AT_ONCE, max_size=AT_ONCE))
def test_ten_thousand_rules_mean_on_the_database_what_they_say(
    conditions: list[Condition],
) -> None:
    check_meaning(conditions)


PIECES = st.sampled_from([
     " ", "\n", "\x00", "\ud800", "segment('老客')", "rfm.segment", "2024-02-30", "2024-02-01",
     "recency_days", "最近购买天数", "city", "城市", "vip", "stage", "'a'", "“流失”", "90",
     "and", "或", "not", "非", "in", "属于", "between", "介于", "和", "is", "empty", "为空",
     "contains", "开头是", "(", ")", "（", "）", "'", "“", "”", "-", "=", "＞", "<=", ",", "true",
     "20%", "`", "【", ";", "９"
])  # fmt: skip
GARBAGE = (
    st.text(max_size=40)
    | st.lists(PIECES, max_size=12).map("".join)
    | st.lists(PIECES, max_size=12).map(" ".join)
)


def check_garbage(text: str) -> None:
    try:
        rule = parse_rule(text, FIELDS)
    except RuleError as fault:
        assert 1 <= fault.at <= len(text) + 1
        assert str(fault)
    else:
        assert parse_rule(rule.text("zh"), FIELDS) == rule


@settings(max_examples=500)
@given(GARBAGE)
def test_garbage_is_a_rule_error_and_nothing_else(text: str) -> None:
    check_garbage(text)


@pytest.mark.slow
@settings(max_examples=MANY)
@given(GARBAGE)
def test_much_garbage_is_a_rule_error_and_nothing_else(text: str) -> None:
    check_garbage(text)


def texts_in(condition: Condition) -> set[str]:
    found: set[str] = set()
    for leaf in leaves(condition):
        match leaf:
            case Compare(_, _, str(value)):
                found.add(value)
            case In(_, listed):
                found |= {value for value in listed if isinstance(value, str)}
            case Matches(_, _, part):
                found.add(part)
            case Empty():
                found.add("")
    return found


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
@settings(max_examples=20)
@given(conditions=st.lists(CONDITIONS, min_size=5, max_size=5))
def test_texts_stay_texts_in_the_query(dialect: str, conditions: list[Condition]) -> None:
    getattr(ibis, dialect)  # makes the dialect's options known
    table = ibis.table(ibis.memtable(TABLE).schema(), name="customers")
    apart = [item for item in conditions if not any(isinstance(it, Member) for it in leaves(item))]
    for condition in apart:
        rule = parse_rule(written(condition, FIELDS.in_rule(""), "en"), FIELDS)
        asked = table.filter(rule.expression(table)).select("city")
        query = str(ibis.to_sql(asked, dialect=dialect))
        parsed = sqlglot.parse(query, dialect="spark" if dialect == "pyspark" else dialect)
        assert len(parsed) == 1
        literals = {item.this for item in parsed[0].find_all(sqlglot.exp.Literal) if item.is_string}
        assert texts_in(condition) <= literals | {""}
        days = {item for item in literals - texts_in(condition) if not item[:1].isdigit()}
        assert not days - {""}, query


def test_every_kind_of_condition_is_tried() -> None:
    kinds = {Compare, In, Between, Empty, Matches, Member, Not, And, Or}
    assert kinds == set(Condition.__args__)
