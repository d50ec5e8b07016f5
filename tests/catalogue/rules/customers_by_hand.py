"""A table of customers with every kind of value, and what rules mean read by plain Python."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhike.catalogue.rules import (
    And,
    Between,
    Compare,
    Condition,
    Empty,
    Fields,
    In,
    Matches,
    Member,
    Not,
    Or,
    RuleField,
)
from zhike.i18n import LazyText

STAGES = {
    "lost": LazyText.of(en="Lost", zh="流失"),
    "first": LazyText.of(en="First purchase", zh="首购"),
    "twin": LazyText.of(en="Same", zh="同名"),
    "other_twin": LazyText.of(en="Same", zh="同名"),
}


def field(name: str, chinese: str, kind: Any, **more: Any) -> RuleField:
    return RuleField(name=name, label=LazyText.of(en=name, zh=chinese), kind=kind, **more)


OWN = (
    field("recency_days", "最近购买天数", "number"),
    field("refund_rate", "退货率", "number"),
    field("monetary", "净收入", "number"),
    field("city", "城市", "text"),
    field("city_level", "城市等级", "text"),
    field("stage", "阶段", "text", choices=STAGES),
    field("last_on", "最近购买日期", "day"),
    field("vip", "是否会员", "flag"),
    field("in", "属于", "number", column="odd"),
    field("Preis `netto` (€)", "价】格（元）/件", "number", column="price"),
    field("tags", "标签 组", "text"),
    field("labels", "标签组", "text", column="tags"),
)
SEGMENTS = {"far away": "city != '上海' and city is not empty", "老客": "segment('far away')"}
FIELDS = Fields(OWN, segments=SEGMENTS)

CITIES = ["上海", "杭州", "O'Hare", "", None, "x'; drop table customers; --", "a\\", "50%_”“"]
DAYS = [date(2024, 1, 1), date(2024, 2, 29), None, date(2023, 12, 31)]
NUMBERS = [0, 1, -3, 90, None, 1000]
RATES = [0.0, 0.2, 0.1 + 0.2, None, 1.5]
ROWS = [
    {
        "recency_days": NUMBERS[n % 6],
        "refund_rate": RATES[n % 5],
        "monetary": None if n % 7 == 3 else Decimal(n * 125) / 10,
        "city": CITIES[n % 8],
        "city_level": ["一线", "二线", None][n % 3],
        "stage": [*STAGES, None][n % 5],
        "last_on": DAYS[n % 4],
        "vip": [True, False, None][n % 3],
        "odd": NUMBERS[(n + 2) % 6],
        "price": RATES[(n + 1) % 5],
        "tags": ["茶,新客", "茶", "tea\nnew", None][n % 4],
    }
    for n in range(60)
]
SCHEMA = pa.schema(
    {
        "recency_days": pa.int64(),
        "refund_rate": pa.float64(),
        "monetary": pa.decimal128(18, 4),
        "city": pa.string(),
        "city_level": pa.string(),
        "stage": pa.string(),
        "last_on": pa.date32(),
        "vip": pa.bool_(),
        "odd": pa.int64(),
        "price": pa.float64(),
        "tags": pa.string(),
    }
)
TABLE = pa.Table.from_pylist(ROWS, schema=SCHEMA)
HOLDERS = {item.name: item.holder for item in OWN}
COMPARED = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def truth(
    condition: Condition, row: Mapping[str, Any], segments: Mapping[str, Condition]
) -> bool | None:
    """Whether a row meets a condition; None where SQL says unknown."""
    match condition:
        case And(parts):
            found = [truth(part, row, segments) for part in parts]
            met = False if False in found else None if None in found else True
        case Or(parts):
            found = [truth(part, row, segments) for part in parts]
            met = True if True in found else None if None in found else False
        case Not(part):
            inner = truth(part, row, segments)
            met = None if inner is None else not inner
        case Member(segment):
            met = truth(segments[segment], row, segments)
        case Empty(name, negated):
            met = (row[HOLDERS[name]] in (None, "")) is not negated
        case _:
            value = plain(row[HOLDERS[condition.field]])
            met = None if value is None else tested(condition, value)
    return met


def tested(test: Compare | In | Between | Matches, value: Any) -> bool:
    """Whether a value that is there meets a test."""
    match test:
        case Compare(_, sign, given):
            return bool(COMPARED[sign](value, plain(given)))
        case In(_, values, negated):
            return (value in [plain(item) for item in values]) is not negated
        case Between(_, low, high, negated):
            return (plain(low) <= value <= plain(high)) is not negated
        case Matches(_, how, part, negated):
            met = part in value if how == "contains" else value.startswith(part)
            return met is not negated


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
