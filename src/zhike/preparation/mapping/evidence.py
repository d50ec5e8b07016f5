"""All that is known about a file before its columns are given to fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis.expr.types as ir

from zhike.preparation.mapping.amounts import settled
from zhike.preparation.mapping.assignment import Assignment, assign
from zhike.preparation.mapping.grains import GrainRule, grain_rules
from zhike.preparation.mapping.guesses import OrderGuess, plain_guesses, says_nothing
from zhike.preparation.mapping.overrides import Override
from zhike.preparation.mapping.profiles import Profile, profiles, sample_of
from zhike.preparation.mapping.structure import Structure, structure_of
from zhike.preparation.reading import Grain
from zhike.schema.glossary import known_headers, meanings
from zhike.schema.headers import fold_header
from zhike.schema.platforms import Platform, recognise

SAID = 2.0
"""Score of what a person said; nothing else comes near."""
NAMED = 1.5
"""Score of what the platform's own exports call the column."""

SHARED_RULES = frozenset({"part", "second_status"})
"""Rules under which several columns give one field."""

_LINE_FIELDS = frozenset({"order_lines.quantity", "order_lines.unit_price", "order_lines.amount"})
_ORDERLY = _LINE_FIELDS | {
    "orders.order_id",
    "orders.ordered_at",
    "orders.paid_amount",
    "orders.gross_amount",
    "orders.status",
}
_IDENTITY = frozenset(
    {"orders.customer_id", "people.account", "people.email", "people.phone", "people.name"}
)
_FAMILY: tuple[Grain, ...] = ("order_line", "order")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known about a file.

    Attributes:
        raw: The landing.
        header: Its columns.
        seen: Profiles by column.
        said: What a person said, by column.
        platform: Whose export it is, if that is known.
        meanings: Column to field to what the header says.
        told: Column to field to what the values say.
        shape: How records hang together by order id, where there is one.
    """

    raw: ir.Table
    header: tuple[str, ...]
    seen: Mapping[str, Profile]
    said: Mapping[str, Override]
    platform: Platform | None
    meanings: Mapping[str, Mapping[str, float]]
    told: Mapping[str, Mapping[str, float]]
    shape: Structure | None = None

    def assigned(self, rule: GrainRule) -> Assignment:
        """The columns given to the fields of one grain."""
        settled_meanings = (
            settled(self.meanings, self.shape) if rule.grain == "order_line" else self.meanings
        )
        forced = {name: _fitting(rule, targets) for name, targets in settled_meanings.items()}
        return assign(rule, forced, self.told, self.seen)

    @property
    def summaries(self) -> int:
        """How many columns are totals over a customer's orders."""
        return sum(known_headers().get(fold_header(name)) == "summary" for name in self.header)


def gather(raw: ir.Table, header: tuple[str, ...], said: Mapping[str, Override]) -> Evidence:
    """Look at the header and the values of a file."""
    seen = profiles(sample_of(raw), header)
    platform = recognise(header)
    known = {name: _meant(name, said, platform, seen[name]) for name in header}
    blank = {
        name: seen[name]
        for name in header
        if not known[name] and name not in said and not _is_known(name, platform)
    }
    evidence = Evidence(
        raw=raw, header=header, seen=seen, said=said, platform=platform,
        meanings=known, told=plain_guesses(blank),
    )  # fmt: skip
    return _with_orders(evidence, blank)


def _meant(
    name: str, said: Mapping[str, Override], platform: Platform | None, seen: Profile
) -> Mapping[str, float]:
    if name in said:
        return {said[name].target: SAID} if said[name].target else {}
    column = platform.columns.get(fold_header(name)) if platform else None
    if column is not None:
        return {column.field: NAMED} if column.field and column.rule not in SHARED_RULES else {}
    return {} if says_nothing(name) else meanings(name)


def _is_known(name: str, platform: Platform | None) -> bool:
    folded = fold_header(name)
    return folded in known_headers() or (platform is not None and folded in platform.columns)


def _with_orders(evidence: Evidence, blank: Mapping[str, Profile]) -> Evidence:
    """Add what the repeating of order numbers tells, where the file may be one of orders."""
    line = evidence.assigned(grain_rules()["order_line"])
    taken = {target: candidate.column for target, candidate in line.chosen.items()}
    unclear = {
        name: seen for name, seen in blank.items() if name not in taken.values() and seen.filled
    }
    wanting = not _is_plain_order(taken)
    if unclear and wanting and _may_hold_orders(taken, evidence):
        guessed = OrderGuess(evidence.raw, unclear, taken).run()
        told = {**evidence.told, **{name: {**evidence.told.get(name, {}), **targets}
                                    for name, targets in guessed.items()}}  # fmt: skip
        evidence = replace(evidence, told=told)
        line = evidence.assigned(grain_rules()["order_line"])
    key = line.chosen.get("orders.order_id")
    if key is None:
        return evidence
    columns = [
        name
        for name in evidence.header
        if evidence.seen[name].filled and (evidence.meanings[name] or name in evidence.told)
    ]
    return replace(evidence, shape=structure_of(evidence.raw, key.column, columns))


def _is_plain_order(taken: Mapping[str, str]) -> bool:
    amounts = {
        "orders.paid_amount",
        "orders.gross_amount",
        "order_lines.amount",
        "order_lines.unit_price",
    }
    return (
        "orders.ordered_at" in taken and "orders.order_id" in taken and bool(amounts & set(taken))
    )


def _may_hold_orders(taken: Mapping[str, str], evidence: Evidence) -> bool:
    """Guessing is for files whose headers say little, not for each odd column of any list."""
    if evidence.summaries > 1:
        return False
    nothing = sum(says_nothing(name) or not evidence.meanings[name] for name in evidence.header)
    return nothing >= 0.3 * len(evidence.header) or len(_ORDERLY & set(taken)) > 1


def _fitting(rule: GrainRule, targets: Mapping[str, float]) -> dict[str, float]:
    """Targets as this grain calls them: `customers.customer_id` in a file of customers."""
    found: dict[str, float] = {}
    for target, score in targets.items():
        called = target
        if target not in rule.targets and score >= NAMED:
            name = target.split(".")[1]
            alike = [each for each in rule.targets if each.split(".")[1] == name]
            called = alike[0] if len(alike) >= 1 and name.endswith("_id") else target
        found[called] = max(found.get(called, 0.0), score)
    return found


def best_grain(evidence: Evidence) -> tuple[Assignment | None, list[Assignment]]:
    """The grain that explains most of the file, and all that were tried, best first."""
    tried = [evidence.assigned(rule) for rule in grain_rules().values()]
    if evidence.platform is not None:
        named = next(each for each in tried if each.rule.grain == evidence.platform.grain)
        return named, [named]
    ranked = sorted(tried, key=lambda each: -_merit(each, evidence))
    complete = [each for each in ranked if is_complete(each, evidence)]
    return (complete[0] if complete else None), ranked


def _merit(assignment: Assignment, evidence: Evidence) -> float:
    grain, chosen = assignment.rule.grain, assignment.chosen
    merit = assignment.weight
    if grain == "customer":
        merit += 1.5 * evidence.summaries
    if grain == "refund" and "refunds.refund_id" in chosen and "orders.ordered_at" not in chosen:
        merit += 3.0
    if grain == "order_line" and not _holds_lines(assignment, evidence.shape):
        merit -= 10.0
    forced = {item.target for item in evidence.said.values() if item.target}
    merit -= 10.0 * sum(
        not any(candidate.column == name for candidate in chosen.values())
        for name, item in evidence.said.items()
        if item.target in forced
    )
    return merit


def _holds_lines(assignment: Assignment, shape: Structure | None) -> bool:
    chosen = assignment.chosen
    product = {"order_lines.product_id", "products.name"} & set(chosen)
    line_amount = {"order_lines.quantity", "order_lines.unit_price", "order_lines.amount"} & set(
        chosen
    )
    if product and (line_amount or shape is None or shape.repeats):
        return True
    forced = any(candidate.header_score >= NAMED for target, candidate in chosen.items()
                 if target in line_amount)  # fmt: skip
    if forced:
        return True
    return (
        shape is not None
        and shape.repeats
        and any(not shape.is_constant(chosen[target].column) for target in line_amount)
    )


def is_complete(assignment: Assignment, evidence: Evidence) -> bool:
    """Whether what the grain needs is there."""
    grain, chosen = assignment.rule.grain, set(assignment.chosen)
    if grain in _FAMILY:
        number = assignment.chosen.get("orders.order_id")
        surely = number is not None and (number.header_score > 0 or says_nothing(number.column))
        identified = _IDENTITY & chosen
        if not surely and not (identified and "orders.ordered_at" in chosen):
            return False
    if grain == "customer" and _is_about_orders(evidence):
        return False
    if grain == "order_line":
        lined = _holds_lines(assignment, evidence.shape)
        missing = [group for group in assignment.missing if "order_lines.product_id" not in group]
        return lined and not missing
    if grain == "order" and {"orders.order_id", "orders.ordered_at"} <= chosen:
        return True  # amounts may come with the file of its lines
    return not assignment.missing


def _is_about_orders(evidence: Evidence) -> bool:
    """Whether a column is surely an order's number: then it is no list of customers."""
    order = evidence.assigned(grain_rules()["order"]).chosen.get("orders.order_id")
    return order is not None and order.header_score >= 0.9
