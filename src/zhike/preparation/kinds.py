"""What each line of an order is, told from its product's code and name once a product."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches
from zhike.preparation.standardise.text import folded
from zhike.schema.vocabulary import LineRule, line_rules


def special_products(products: ir.Table) -> ir.Table:
    """Products that are not goods: `code`, `name` as given, and `kind`.

    Args:
        products: Distinct `code` and `name`, never null.
    """
    code = folded(products.code).fill_null("")
    name = folded(products.name).fill_null("")
    kind = ibis.cases(
        *[(_fits(rule, code, name), rule.kind) for rule in line_rules()], else_="goods"
    )
    return products.mutate(kind=kind).filter(ibis._.kind != "goods")


def _fits(rule: LineRule, code: Any, name: Any) -> Any:
    parts = []
    if rule.codes:
        parts.append(code.isin(sorted(rule.codes)))
    if rule.code:
        parts.append(regexp_matches(code, rule.code))
    if rule.name:
        parts.append(regexp_matches(name, rule.name))
    return reduce(and_, parts)
