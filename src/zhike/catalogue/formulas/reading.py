"""Expressions of metrics, read with the tokens and the rules of the rule language.

expression = product { ( "+" | "-" ) product } .
product    = factor { ( "*" | "/" ) factor } .
factor     = [ "-" ] factor | number | name | "(" expression ")" | aggregate .
aggregate  = function "(" table [ "." column ] [ "where" rule ] ")" .
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TypeVar

from zhike.catalogue.formulas.nodes import (
    Aggregate,
    Constant,
    Formula,
    Function,
    Named,
    Negative,
    Operation,
)
from zhike.catalogue.formulas.tables import DAYS, vocabulary_of
from zhike.catalogue.rules.conditions import Condition
from zhike.catalogue.rules.faults import expected, nearest, rule_error
from zhike.catalogue.rules.fields import RuleField, Vocabulary, squeezed
from zhike.catalogue.rules.reading import DEEPEST, Reader
from zhike.catalogue.rules.tokens import Token
from zhike.i18n import LazyText, lazy
from zhike.schema import standard_table

T = TypeVar("T")

FUNCTIONS: Mapping[str, Function] = {
    "sum": "sum", "求和": "sum", "合计": "sum",
    "count": "count", "计数": "count",
    "count_distinct": "distinct", "去重计数": "distinct",
    "average": "average", "avg": "average", "平均": "average",
    "min": "least", "最小": "least",
    "max": "most", "最大": "most",
}  # fmt: skip
WHERE = ("where", "其中")
NUMERIC = ("sum", "average", "least", "most")
MOST_LEAVES = 100
NOTHING = Vocabulary(())


def parse_formula(text: str, names: Mapping[str, str]) -> Formula:
    """The expression that a text says.

    Args:
        text: Such as `net_revenue / customers` or `sum(order_lines.amount where kind = 'goods')`.
        names: What metrics and amounts are called, case-folded, to their names.

    Raises:
        RuleError: It is none.

    Examples:
        >>> parse_formula("2 * 净收入", {"净收入": "net_revenue"})
        Operation(sign='*', left=Constant(value=Decimal('2')), right=Named(name='net_revenue'))
    """
    return _FormulaReader(text, names).formula()


@cache
def columns() -> dict[str, tuple[str, str]]:
    """What tables and their columns are called, case-folded, to table and column."""
    found: dict[str, tuple[str, str]] = {}
    for table in DAYS:
        called = (table, squeezed(standard_table(table).label))
        for own in called:
            found.setdefault(own.casefold(), (table, ""))
        for item in vocabulary_of(table).fields.values():
            for own in called:
                for name in (item.name, item.chinese):
                    found.setdefault(f"{own}.{name}".casefold(), (table, item.name))
    return found


@cache
def _words() -> frozenset[str]:
    """Every name of tables, columns and functions, to cut Chinese runs by."""
    fields = (name for table in DAYS for name in vocabulary_of(table).names)
    return frozenset((*columns(), *fields, *FUNCTIONS, *WHERE))


class _FormulaReader(Reader):
    """Reads an expression; conditions inside it as rules over the columns of their table."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        super().__init__(text, NOTHING, frozenset(names) | _words())
        self._names = names
        self._leaves = 0

    def formula(self) -> Formula:
        """The whole expression."""
        formula = self._sum()
        if self._now.kind != "end":
            raise self._expected(lazy("+, -, *, / or the end of the expression"))
        return formula

    def _sum(self) -> Formula:
        left = self._product()
        while self._now.means("+", "-"):
            sign = "+" if self._take().value == "+" else "-"
            left = Operation(sign, left, self._product())  # type: ignore[arg-type]
        return left

    def _product(self) -> Formula:
        left = self._factor()
        while self._now.means("*", "/"):
            sign = "*" if self._take().value == "*" else "/"
            left = Operation(sign, left, self._factor())  # type: ignore[arg-type]
        return left

    def _factor(self) -> Formula:
        token = self._now
        if token.means("(", "-"):
            return self._nested()
        self._leaves += 1
        if self._leaves > MOST_LEAVES:
            message = lazy("an expression has at most {most} parts.", most=MOST_LEAVES)
            raise rule_error(self._text, token.at, token.end, message)
        if token.kind == "number":
            self._take()
            return Constant(Decimal(str(token.value)))
        if token.kind != "name":
            raise self._expected(lazy("a number, a metric or a function such as sum"))
        return self._aggregate() if self._next.means("(") else self._named()

    def _nested(self) -> Formula:
        self._depth += 1
        if self._depth > DEEPEST:
            message = lazy("brackets go deeper than {most} here.", most=DEEPEST)
            raise rule_error(self._text, self._now.at, self._now.end, message)
        if self._took("-"):
            part: Formula = Negative(self._factor())
        else:
            self._take()
            part = self._sum()
            self._need(")", lazy("‘)’ or one of +, -, *, /"))
        self._depth -= 1
        return part

    def _named(self) -> Formula:
        return Named(self._meant(self._names, lazy("metric or amount")))

    def _aggregate(self) -> Formula:
        function = self._meant(FUNCTIONS, lazy("function"))
        self._take()
        if self._now.kind != "name":
            raise self._expected(lazy("a table, such as order_lines.quantity"))
        place = self._now
        table, column = self._meant(columns(), lazy("table or column"))
        vocabulary = vocabulary_of(table)
        self._check_column(function, vocabulary.fields.get(column), place)
        condition: Condition | None = None
        if self._now.kind == "name" and str(self._now.value).casefold() in WHERE:
            self._take()
            self._vocabulary = vocabulary
            condition = self._any()
            self._vocabulary = NOTHING
        self._need(")", lazy("‘where’ or ‘)’"))
        if self.members:
            token = next(iter(self.members.values()))
            message = lazy("a segment cannot stand in a metric.")
            raise rule_error(self._text, token.at, token.end, message)
        return Aggregate(function, table, column, condition)

    def _check_column(self, function: Function, column: RuleField | None, place: Token) -> None:
        if function == "count" or (function == "distinct" and column is not None):
            return
        if column is None or (function in NUMERIC and column.kind != "number"):
            wanted = lazy("a column of numbers such as order_lines.amount")
            raise expected(self._text, place.at, place.end, wanted)

    def _meant(self, names: Mapping[str, T], what: LazyText) -> T:
        """What the name that stands here means."""
        token = self._now
        name = str(token.value)
        found = names.get(name.casefold())
        if found is None:
            alike = [known for known in names if known.isascii() == name.isascii()]
            message = lazy("there is no {what} ‘{name}’.", what=what, name=name)
            raise rule_error(self._text, token.at, token.end, message, nearest(name, alike))
        self._take()
        return found
