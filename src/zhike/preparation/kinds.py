"""What each line of an order is, told from its product's code and name once a product."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Workbench
from zhike.preparation.functions import regexp_matches
from zhike.preparation.standardise.text import folded
from zhike.schema.vocabulary import LineRule, line_rules


def special_products(lines: ir.Table, bench: Workbench) -> ir.Table:
    """Products that are not goods: `code`, `name` as given, and `kind`.

    Args:
        lines: `code` and `name` of every line, never null.
        bench: Where products are put down, each once: DuckDB would else try the rules on lines.
    """
    products = bench.keep(lines.distinct())
    told = bench.step(
        products.mutate(
            folded_code=folded(products.code).fill_null(""),
            folded_name=folded(products.name).fill_null(""),
        )
    )
    rules = [(_fits(rule, told.folded_code, told.folded_name), rule.kind) for rule in line_rules()]
    kinds = bench.step(told.select("code", "name", kind=ibis.cases(*rules, else_="goods")))
    return bench.keep(kinds.filter(ibis._.kind != "goods"))


def _fits(rule: LineRule, code: Any, name: Any) -> Any:
    parts = []
    if rule.codes:
        parts.append(code.isin(sorted(rule.codes)))
    if rule.code:
        parts.append(regexp_matches(code, rule.code))
    if rule.name:
        parts.append(regexp_matches(name, rule.name))
    return reduce(and_, parts)
