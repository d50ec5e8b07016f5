"""The fields of a shop, and the customers whom a rule means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import ibis.expr.types as ir

from zhike.catalogue.purchases import as_of_day
from zhike.catalogue.rules.fields import FieldKind, Fields, Provided, Provider, RuleField
from zhike.catalogue.rules.rule import Rule, parse_rule
from zhike.catalogue.traits import TRAITS, Trait, customer_traits, own_fields, traits_of
from zhike.i18n import LazyText
from zhike.schema import CustomField, Shop

KINDS: Mapping[str, FieldKind] = {
    "number": "number", "choice": "text", "day": "day", "flag": "flag", "text": "text",
}  # fmt: skip
ALSO: Mapping[str, tuple[str, ...]] = {
    "recency_days": ("最近购买天数", "未购买天数", "距上次购买天数"),
    "frequency": ("购买次数", "订单数", "消费次数"),
    "monetary": ("消费金额", "累计消费", "净收入", "消费总额"),
    "average_order_value": ("客单价", "笔单价"),
    "tenure_days": ("首购天数",),
    "first_on": ("首购日", "首次购买日期"),
    "last_on": ("最近购买日", "最近购买日期"),
    "registered_on": ("注册日", "注册日期"),
    "channel": ("渠道", "常用渠道"),
    "category": ("偏好品类", "品类"),
    "stage": ("生命周期阶段",),
    "province": ("省",),
    "level": ("会员等级",),
    "tags": ("客户标签",),
    "refund_rate": ("退款率",),
}
"""Further names that people in the trade call them by."""


@dataclass(frozen=True)
class FieldSource:
    """An analysis that can say something of each customer, before it was asked.

    Attributes:
        name: What its fields' names begin with.
        label: What people read.
        provide: Gives what it says for a shop and day.
    """

    name: str
    label: LazyText
    provide: Callable[[Shop, date], Provided]


@dataclass(frozen=True)
class Equipment:
    """What rules may speak of in a shop besides the traits.

    Attributes:
        sources: Gives the analyses that say something of each customer.
        segments: Name of a saved segment to its rule.
    """

    sources: Callable[[], Iterable[FieldSource]] = tuple
    segments: Mapping[str, str] = field(default_factory=dict)


def equip(
    shop: Shop,
    *,
    sources: Callable[[], Iterable[FieldSource]] = tuple,
    segments: Mapping[str, str] | None = None,
) -> Shop:
    """Tell a shop what its rules may speak of besides the traits; whoever opens it does so once.

    Args:
        shop: The shop, newly opened.
        sources: Gives the analyses that say something of each customer; asked with the first rule.
        segments: Name of a saved segment to its rule.
    """
    given = Equipment(sources, dict(segments or {}))
    shop.remember("rule_equipment", lambda: given)
    return shop


def equipment_of(shop: Shop) -> Equipment:
    """What the shop was equipped with."""
    return shop.remember("rule_equipment", Equipment)


def fields_of(shop: Shop, as_of: date | None = None) -> Fields:
    """What rules may speak of in this shop: traits, analyses, and saved segments by name.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> fields = fields_of(corner_shop())
        >>> parse_rule("城市属于（‘上海’、‘杭州’）且购买次数≥2", fields).text("en")
        "city in ('上海', '杭州') and frequency >= 2"
    """
    day = as_of_day(shop, as_of)
    equipment = equipment_of(shop)
    providers = (
        Provider(
            item.name,
            item.label,
            partial(
                shop.remember, ("rule_fields", item.name, day), partial(item.provide, shop, day)
            ),
        )
        for item in equipment.sources()
    )
    own = {item.name: item for item in shop.custom_fields}
    return Fields(
        (_as_declared(field_of_trait(it), own.get(it.name)) for it in known_traits(shop)),
        providers=providers,
        segments=equipment.segments,
    )


def _as_declared(item: RuleField, declared: CustomField | None) -> RuleField:
    """A field of the company's own with the label and the choices that it was given."""
    if declared is None:
        return item
    label = LazyText.of(en=declared.label, zh=declared.label)
    choices = {choice: LazyText.of(en=choice, zh=choice) for choice in declared.choices}
    return replace(item, label=label, choices=choices)


def known_traits(shop: Shop) -> tuple[Trait, ...]:
    """Every trait, with values or without, and the company's own fields.

    A saved rule stays a rule where a shop lost the values of a field.
    """
    own = own_fields(shop)
    return (*TRAITS, *(trait for trait in traits_of(shop) if trait.name in own))


def segment_members(shop: Shop, text: str, as_of: date | None = None) -> ir.Table:
    """The customers whom a rule, or the saved segment of that name, means.

    Analyses are run and joined only where the rule speaks of them.

    Args:
        shop: Where to look.
        text: A rule, or the name of a saved segment.
        as_of: Day to look back from.

    Returns:
        Lazy, one row a customer: `customer_id`.

    Raises:
        RuleError: It is no rule.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> rows = segment_members(corner_shop(), "购买次数 >= 2 且 消费金额 < 400")
        >>> rows.to_pyarrow().to_pydict()
        {'customer_id': ['cho']}
    """
    fields = fields_of(shop, as_of)
    rule = parse_rule(fields.segments.get(text.strip(), text), fields)
    return members_of(shop, rule, fields, as_of)


def members_of(shop: Shop, rule: Rule, fields: Fields, as_of: date | None = None) -> ir.Table:
    """The customers whom a rule means that was read for this shop.

    Returns:
        Lazy, one row a customer: `customer_id`.
    """
    rows, is_joined = _with_analyses(shop, [rule], fields, as_of)
    met = rows.filter(rule.expression(rows)).select("customer_id")
    return met.distinct() if is_joined else met


def shop_of(shop: Shop, members: ir.Table, as_of: date | None = None) -> Shop:
    """The shop as it would be with these customers alone: any analysis of it is about them.

    Args:
        shop: The whole shop.
        members: One row a customer: `customer_id`.
        as_of: Day to look back from.
    """
    kept = shop.engine.materialise(members.select("customer_id"))
    tables = {
        name: rows.semi_join(kept, "customer_id") if "customer_id" in rows.columns else rows
        for name, rows in shop.tables.items()
    }
    if "order_lines" in tables and "orders" in tables:
        tables["order_lines"] = tables["order_lines"].semi_join(tables["orders"], "order_id")
    return replace(shop, tables=tables, as_of=as_of_day(shop, as_of), _remembered={})


def segment_sizes(
    shop: Shop, rules: Mapping[str, Rule], fields: Fields, as_of: date | None = None
) -> dict[str, int]:
    """How many customers each of several rules means, counted in one pass."""
    if not rules:
        return {}
    rows, _ = _with_analyses(shop, rules.values(), fields, as_of)
    marks = [rule.expression(rows).fill_null(False).ifelse(1, 0) for rule in rules.values()]
    counted = rows.agg(**{f"segment_{n}": mark.sum() for n, mark in enumerate(marks)}).to_pyarrow()
    return {
        name: column[0].as_py() or 0 for name, column in zip(rules, counted.columns, strict=True)
    }


def _with_analyses(
    shop: Shop, rules: Iterable[Rule], fields: Fields, as_of: date | None
) -> tuple[ir.Table, bool]:
    """The traits, beside them what the analyses say of which the rules speak, if any."""
    rows = customer_traits(shop, as_of)
    wanted = {item.name: item for rule in rules for item in rule.fields() if item.provider}
    for name in dict.fromkeys(item.provider for item in wanted.values()):
        columns = [item.holder for item in wanted.values() if item.provider == name]
        said = fields.providers[name].provided.rows
        said = said.select(*columns, **{f"{name}__customer": said.customer_id})
        rows = rows.left_join(said, rows.customer_id == said[f"{name}__customer"])
    return rows, bool(wanted)


def field_of_trait(trait: Trait) -> RuleField:
    """The field that a trait is to rules."""
    return RuleField(
        name=trait.name,
        label=trait.label,
        kind=KINDS[trait.kind],
        choices=trait.labels,
        format=trait.format,
        group=trait.group,
        also=ALSO.get(trait.name, ()),
    )
