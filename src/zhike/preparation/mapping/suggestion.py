"""From a raw table to its reading: what the file is, which column is what, what must be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import ibis.expr.types as ir

from zhike.preparation.mapping.amounts import stands_once
from zhike.preparation.mapping.assignment import Assignment
from zhike.preparation.mapping.columns import read_columns
from zhike.preparation.mapping.evidence import Evidence, best_grain, gather
from zhike.preparation.mapping.identity import identified
from zhike.preparation.mapping.overrides import read_overrides
from zhike.preparation.mapping.questions import questions_of, unclear_grain
from zhike.preparation.mapping.remembering import as_remembered, said_before
from zhike.preparation.mapping.stored import signature
from zhike.preparation.reading import ColumnReading, FileReading
from zhike.schema import TABLE_NAMES

_FAMILY = ("order", "order_line")


def suggest(
    raw: ir.Table,
    header: tuple[str, ...],
    name: str,
    overrides: Mapping[str, str] | None = None,
    remembered: FileReading | None = None,
) -> FileReading:
    """How a raw table is to be read.

    Args:
        raw: The landing: text columns of `header` and `_row`, `_fate`, `_reason`, `_raw`.
        header: The columns of the file.
        name: What people call the file, for messages.
        overrides: Column to "table.field", "field" or "" (leave out), as a person said;
            ":dmy", ":mdy", ":ymd", ":s", ":ms", ":us", ":comma" or ":point" after it says how
            its values are written.
        remembered: The reading of an earlier file with the same headers.

    Raises:
        MappingError: An override names what there is not, or nothing tells what the file is.
    """
    said = read_overrides(overrides, header, name)
    if remembered is not None and remembered.signature == signature(header):
        if not said:
            return as_remembered(raw, remembered, header)
        said = {**said_before(remembered, header), **said}
    evidence = gather(raw, header, said)
    assignment, tried = best_grain(evidence)
    if assignment is None:
        raise unclear_grain(evidence, tried, name)
    return _reading(evidence, assignment)


def _reading(evidence: Evidence, assignment: Assignment) -> FileReading:
    grain, platform = assignment.rule.grain, evidence.platform
    read = read_columns(evidence, assignment)
    columns, identity = identified(evidence, assignment, read.columns)
    once = grain == "order_line" and (
        (platform is not None and platform.order_fields == "first_line")
        or stands_once(evidence.shape, _order_columns(assignment))
    )
    made = FileReading(
        signature=signature(evidence.header),
        platform=platform.code if platform else "",
        grain=grain,
        tables=_tables(assignment, columns, identity),
        columns=columns,
        order_fields="first_line" if once else "each_line",
        identity=identity,
        order_id_from=_order_id_from(assignment),
        channel=platform.channel if platform else "",
    )
    return replace(made, questions=questions_of(evidence, assignment, read, made))


def _order_columns(assignment: Assignment) -> list[str]:
    return [
        item.column
        for target, item in assignment.chosen.items()
        if target.startswith(("orders.", "people.", "customers.")) and target != "orders.order_id"
    ]


def _order_id_from(assignment: Assignment) -> Literal["column", "record", "customer_and_time"]:
    if assignment.rule.grain not in _FAMILY or "orders.order_id" in assignment.chosen:
        return "column"
    lined = {"order_lines.product_id", "products.name"} & set(assignment.chosen)
    return "customer_and_time" if assignment.rule.grain == "order_line" and lined else "record"


def _tables(
    assignment: Assignment, columns: tuple[ColumnReading, ...], identity: tuple[str, ...]
) -> tuple[str, ...]:
    """The tables that the columns feed, the record's own first."""
    fields = {item.field for item in columns if item.field}
    fed = [assignment.rule.main, *(target.split(".")[0] for target in sorted(fields))]
    if assignment.rule.grain == "order_line":
        fed += ["products"] if fields & {"products.name", "order_lines.product_id"} else []
        if "orders.ordered_at" not in fields:  # lines of orders whose own file is another one
            fed = [table for table in fed if table != "orders"]
    if identity:
        fed.append("customers")
    return tuple(sorted(dict.fromkeys(fed), key=TABLE_NAMES.index))
