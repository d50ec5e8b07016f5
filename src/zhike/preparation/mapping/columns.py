"""The reading of each column: its field, how sure, why, and how its values are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from zhike.i18n import LazyText, lazy
from zhike.preparation.mapping.amounts import varies
from zhike.preparation.mapping.assignment import Assignment, Candidate
from zhike.preparation.mapping.dates import DateReading, read_dates
from zhike.preparation.mapping.evidence import NAMED, SAID, SHARED_RULES, Evidence
from zhike.preparation.mapping.grains import field_of
from zhike.preparation.mapping.profiles import Profile
from zhike.preparation.reading import ColumnReading
from zhike.schema import Kind
from zhike.schema.glossary import known_headers
from zhike.schema.headers import bracketed, fold_header
from zhike.schema.platforms import Platform

_UNITS = {"万元": 10000, "万": 10000, "千元": 1000, "分": 0.01, "cent": 0.01, "cents": 0.01,
          "k": 1000, "thousand": 1000, "in thousands": 1000, "百元": 100}  # fmt: skip
_GIVEN = frozenset(map(fold_header, ("First Name", "Given Name", "Firstname", "Forename", "Vorname",
                                     "Prénom", "Nombre", "Billing First Name", "billing_first_name",
                                     "Customer First Name", "名")))  # fmt: skip
_FAMILY = frozenset(map(fold_header, ("Last Name", "Surname", "Family Name", "Lastname", "Nachname",
                                      "Nom", "Apellido", "Apellidos", "Billing Last Name",
                                      "Customer Last Name", "姓")))  # fmt: skip


@dataclass(frozen=True)
class Read:
    """The columns read, and which of them write days in a way that cannot be told."""

    columns: tuple[ColumnReading, ...]
    unsure_dates: tuple[str, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)


def read_columns(evidence: Evidence, assignment: Assignment) -> Read:
    """The reading of every column of a file, in file order."""
    by_column = {item.column: item for item in assignment.chosen.values()}
    columns = {
        name: _column(evidence, assignment, name, by_column.get(name)) for name in evidence.header
    }
    _add_name_parts(columns, evidence, assignment)
    _add_clock(columns, evidence)
    _add_second_status(columns, evidence, assignment)
    unsure = _add_writing(columns, evidence)
    return Read(tuple(columns[name] for name in evidence.header), unsure)


def _column(
    evidence: Evidence, assignment: Assignment, name: str, given: Candidate | None
) -> ColumnReading:
    shared = _shared_by_platform(evidence, name) if given is None else None
    if shared is not None:
        return shared
    if given is None:
        return ColumnReading(
            column=name, field=None, confidence=0.0, why=_why_not(evidence, assignment, name)
        )
    rule, options = _platform_rule(evidence, name, given.target)
    if rule in ("", "address"):
        rule = _rule(evidence, name, given.target, assignment)
    return ColumnReading(
        column=name,
        field=given.target,
        confidence=round(min(1.0 if given.header_score >= SAID else 0.99, given.score), 3),
        why=_why(evidence, given),
        rule=rule,
        options=options,
    )


def _shared_by_platform(evidence: Evidence, name: str) -> ColumnReading | None:
    platform = evidence.platform
    column = platform.columns.get(fold_header(name)) if platform else None
    if platform is None or column is None or name in evidence.said:
        return None
    if column.rule not in SHARED_RULES:
        return None
    return ColumnReading(
        column=name,
        field=column.field,
        confidence=0.99,
        why=_named_by(platform, column.field),
        rule=column.rule,
        options=dict(column.options),
    )


def _named_by(platform: Platform, target: str) -> LazyText:
    label = field_of(target).label
    return lazy("{platform} exports call {label} so.", platform=platform.label, label=label)


def _platform_rule(evidence: Evidence, name: str, target: str) -> tuple[str, dict[str, Any]]:
    platform = evidence.platform
    column = (
        platform.columns.get(fold_header(name)) if platform and name not in evidence.said else None
    )
    if column is None or column.field != target:
        return "", dict(evidence.said[name].options) if name in evidence.said else {}
    return column.rule, dict(column.options)


def _rule(evidence: Evidence, name: str, target: str, assignment: Assignment) -> str:
    if assignment.rule.grain == "order_line" and varies(name, target, evidence.shape):
        return "sum_of_lines"
    if target == "people.address":
        return _address_rule(evidence.seen[name])
    return ""


def _address_rule(seen: Profile) -> str:
    if seen.share("composite_address") > 0.6:
        return "composite_address"
    return "address" if seen.share("chinese_address") > 0.6 else ""


def _why(evidence: Evidence, given: Candidate) -> LazyText:
    label = field_of(given.target).label
    if given.header_score >= SAID:
        return lazy("You said that it is {label}.", label=label)
    if given.header_score >= NAMED and evidence.platform is not None:
        return _named_by(evidence.platform, given.target)
    if given.header_score == 0.0:
        return lazy("Its values look like {label}; the header says nothing.", label=label)
    if given.header_score >= 0.9:
        return lazy("The header means {label}.", label=label)
    if given.values_fit >= 0.9:
        return lazy("The header is close to {label}, and the values suit it.", label=label)
    return lazy("The header is close to {label}.", label=label)


def _why_not(evidence: Evidence, assignment: Assignment, name: str) -> LazyText:
    if name in evidence.said:
        return lazy("You said to leave it out.")
    if not evidence.seen[name].filled:
        return lazy("It is empty.")
    folded = fold_header(name)
    platform = evidence.platform
    if folded in known_headers() or (platform and folded in platform.columns):
        return lazy("It is known, and no analysis needs it.")
    for candidate in assignment.candidates:
        winner = assignment.chosen.get(candidate.target)
        if candidate.column == name and winner is not None and winner.column != name:
            return lazy("'{other}' gives {label} already.",
                        other=winner.column, label=field_of(candidate.target).label)  # fmt: skip
    return lazy("No field is called so, and its values do not tell.")


def _add_name_parts(
    columns: dict[str, ColumnReading], evidence: Evidence, assignment: Assignment
) -> None:
    """First and last name make one name."""
    if "people.name" not in assignment.rule.targets:
        return
    free = [name for name, item in columns.items() if item.field in (None, "people.name")
            and name not in evidence.said and not (evidence.platform and fold_header(name)
                                                   in evidence.platform.columns)]  # fmt: skip
    given = next((name for name in free if fold_header(name) in _GIVEN), None)
    family = next((name for name in free if fold_header(name) in _FAMILY), None)
    named = next((name for name, item in columns.items() if item.field == "people.name"), None)
    if given is None or family is None or (named is not None and named not in (given, family)):
        return
    chinese = evidence.seen[given].share("chinese") > 0.5
    order = (family, given) if chinese else (given, family)
    for part, name in enumerate(order, start=1):
        columns[name] = ColumnReading(
            column=name, field="people.name", confidence=0.95, rule="part",
            options={"part": part, "join": "" if chinese else " "},
            why=lazy("First and last name together make the name."),
        )  # fmt: skip


def _add_clock(columns: dict[str, ColumnReading], evidence: Evidence) -> None:
    """A time of day beside a day makes one instant."""
    clocks = [name for name, seen in evidence.seen.items() if seen.share("clock") > 0.9
              and columns[name].field is None and name not in evidence.said]  # fmt: skip
    for name, item in list(columns.items()):
        if not clocks or item.field is None or field_of(item.field).kind is not Kind.INSTANT:
            continue
        if item.rule or evidence.seen[name].share("has_time") > 0.05:
            continue
        clock = clocks.pop(0)
        columns[name] = replace(item, rule="part", options={"part": 1, "join": " "})
        columns[clock] = ColumnReading(
            column=clock, field=item.field, confidence=0.9, rule="part",
            options={"part": 2, "join": " "},
            why=lazy("It is the time of day that belongs to '{other}'.", other=name),
        )  # fmt: skip


def _add_second_status(
    columns: dict[str, ColumnReading], evidence: Evidence, assignment: Assignment
) -> None:
    """After-sales and fulfilment states speak of the order too."""
    if "orders.status" not in assignment.chosen:
        return
    for name, item in columns.items():
        means = evidence.meanings[name].get("orders.status", 0.0) >= 0.6
        words = evidence.seen[name].share("status") > 0.5
        folded = fold_header(name)
        after_sales = "售后状态" in folded or "退款状态" in folded or folded in (
            "fulfillment status", "refund status", "return status", "fulfilment status",
        )  # fmt: skip
        if item.field is None and ((means and words) or after_sales) and name not in evidence.said:
            if evidence.platform and folded in evidence.platform.columns:
                continue
            columns[name] = ColumnReading(
                column=name, field="orders.status", confidence=0.8, rule="second_status",
                why=lazy("A further state of the order, beside '{other}'.",
                         other=assignment.chosen["orders.status"].column),
            )  # fmt: skip


def _add_writing(columns: dict[str, ColumnReading], evidence: Evidence) -> tuple[str, ...]:
    """How days and amounts are written, column by column; gives the days that are unsure."""
    zone = evidence.platform.timezone if evidence.platform else ""
    unsure: list[str] = []
    hint = ""
    for name, item in columns.items():
        if item.field is None or item.rule == "second_status":
            continue
        kind = field_of(item.field).kind
        seen = evidence.seen[name]
        options = dict(item.options)
        if kind in (Kind.INSTANT, Kind.DAY) and options.get("part", 1) == 1:
            read = read_dates(evidence.raw, name, seen) if seen.filled else DateReading()
            options = {**read.options, **options}
            if read.unsure and "order" not in evidence_options(evidence, name):
                unsure.append(name)
            elif options.get("order") in ("dmy", "mdy"):
                hint = options["order"]
            if zone and kind is Kind.INSTANT:
                options.setdefault("timezone", zone)
        elif kind in (Kind.MONEY, Kind.NUMBER):
            options = {**_amount_writing(name, seen, kind), **options}
        columns[name] = replace(item, options=options)
    for name in unsure if hint else ():
        item = columns[name]
        columns[name] = replace(item, options={**item.options, **read_dates(
            evidence.raw, name, evidence.seen[name], hint).options})  # fmt: skip
    return () if hint else tuple(unsure)


def evidence_options(evidence: Evidence, name: str) -> Mapping[str, Any]:
    """What a person said of how a column is written."""
    return evidence.said[name].options if name in evidence.said else {}


def _amount_writing(name: str, seen: Profile, kind: Kind) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if seen.share("decimal_comma") > seen.share("decimal_point"):
        options["decimal"] = ","
    unit = _UNITS.get(bracketed(name))
    if unit is not None and kind is Kind.MONEY:
        options["unit"] = unit
    return options
