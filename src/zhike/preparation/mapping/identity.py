"""Who the customer is: the company's own number, else an account, an e-mail address, a phone."""

from __future__ import annotations

from dataclasses import replace

from zhike.i18n import lazy
from zhike.preparation.mapping.assignment import Assignment
from zhike.preparation.mapping.evidence import Evidence
from zhike.preparation.reading import ColumnReading

OWN_NUMBER = ("orders.customer_id", "customers.customer_id", "refunds.customer_id")
PERSONAL = ("people.account", "people.email", "people.phone")
_MOST_MASKED = 0.5


def identified(
    evidence: Evidence, assignment: Assignment, columns: tuple[ColumnReading, ...]
) -> tuple[tuple[ColumnReading, ...], tuple[str, ...]]:
    """The columns, and the fields that say who the customer is, best first.

    A masked value (138****1234) is never identity. A column "客户" of names is taken for the
    account where nothing else says who the customer is: better a name than nobody.
    """
    given = {item.field: item.column for item in columns if item.field}
    own = tuple(target for target in OWN_NUMBER if target in given)
    if own:
        return columns, own[:1]
    if any(item.rule == "composite_address" for item in columns):
        given.setdefault("people.phone", given["people.address"])
    usable = tuple(
        target for target in PERSONAL if target in given and _may_identify(evidence, given[target])
    )
    if usable or not any(target in assignment.rule.targets for target in OWN_NUMBER):
        return columns, usable
    return _named(evidence, columns)


def _may_identify(evidence: Evidence, column: str) -> bool:
    seen = evidence.seen[column]
    return seen.filled > 0 and seen.share("masked") < _MOST_MASKED


def _named(
    evidence: Evidence, columns: tuple[ColumnReading, ...]
) -> tuple[tuple[ColumnReading, ...], tuple[str, ...]]:
    named = [
        item
        for item in columns
        if item.field == "people.name"
        and not item.rule
        and item.column not in evidence.said
        and _is_customer(evidence, item.column)
    ]
    if len(named) != 1:
        return columns, ()
    why = lazy("Nothing else in the file says who the customer is, so the name stands for it.")
    account = replace(named[0], field="people.account", confidence=0.6, why=why)
    changed = tuple(account if item.column == account.column else item for item in columns)
    return changed, ("people.account",)


def _is_customer(evidence: Evidence, column: str) -> bool:
    means = evidence.meanings[column]
    called = any(target in means for target in OWN_NUMBER) or "客户" in column or "会员" in column
    return called and _may_identify(evidence, column)
