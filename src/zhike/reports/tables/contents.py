"""What is exported: the customers, and every bounded table of every result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import ibis.expr.types as ir
import pyarrow as pa

from zhike.blocks import Block, Chart, Column, Table
from zhike.catalogue import Analysis
from zhike.catalogue.traits import TRAITS
from zhike.i18n import lazy
from zhike.reports.report import Label
from zhike.reports.workbook import customer_rows
from zhike.reports.workbook.contents import CustomerColumn
from zhike.reports.workbook.customer_columns import SCORES
from zhike.schema import Shop, standard_table

BATCH_ROWS = 50_000
FACTS: Mapping[str, Label] = {
    "customer_id": standard_table("customers")["customer_id"].label,
    **{trait.name: trait.label for trait in TRAITS if not trait.labels},
    **dict(SCORES),
}
"""What columns mean that lists of any analysis may have."""


@dataclass(frozen=True, kw_only=True)
class ExportColumn:
    """One column of an exported table.

    Attributes:
        name: The same in every language.
        label: What people read.
        words: Code to the word for it.
        is_text: Whether its values are text, even where they look like numbers.
    """

    name: str
    label: Label
    words: Mapping[str, Label] = field(default_factory=dict)
    is_text: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportTable:
    """One table to be written.

    Attributes:
        name: Of its file or view.
        title: What it holds.
        columns: In order.
        batches: Gives the rows, with codes as codes.
    """

    name: str
    title: Label
    columns: tuple[ExportColumn, ...]
    batches: Callable[[], pa.RecordBatchReader]


def customer_export(
    shop: Shop, analyses: Mapping[str, Analysis], *, unmasked: bool = False
) -> ExportTable:
    """One row a customer: basic data, purchases, preferences, standing, scores.

    Args:
        shop: What to show.
        analyses: Analysis name to the analysis with the parameters of the run.
        unmasked: Whether personal data are written in full.
    """
    known, rows = customer_rows(shop, analyses, unmasked=unmasked)
    shown = shop.engine.materialise(rows.select(*(column.name for column in known)))
    return customer_list(known, shown.order_by("customer_id"))


def customer_list(known: Iterable[CustomerColumn], rows: ir.Table) -> ExportTable:
    """Customers with these columns, in the order of the rows.

    Args:
        known: The columns.
        rows: One row a customer, with codes as codes.
    """
    return ExportTable(
        name="customers",
        title=lazy("One row a customer"),
        columns=tuple(
            ExportColumn(
                name=column.name,
                label=column.label,
                words={} if column.kind == "flag" else column.labels,
                is_text=column.is_text and column.kind != "flag",
            )
            for column in known
        ),
        batches=lambda: _plain_batches(rows),
    )


def result_exports(
    analysis: str, title: Label, tables: Mapping[str, pa.Table], blocks: Iterable[Block]
) -> Iterator[ExportTable]:
    """Every bounded table of a result, named after its analysis.

    Args:
        analysis: Its name.
        title: What people call the analysis.
        tables: Field of the result to its rows.
        blocks: How the result is shown; they say what columns mean.
    """
    shown = [block.table if isinstance(block, Chart) else block for block in blocks]
    described = [table for table in shown if isinstance(table, Table)]
    for name, rows in tables.items():
        if not rows.num_columns:
            continue
        meanings = _meanings(rows, described)
        plain = _plain(rows)
        yield ExportTable(
            name=f"{analysis}_{name}",
            title=lazy("{analysis}: {table}", analysis=title, table=name),
            columns=tuple(_column(item, meanings.get(item.name)) for item in plain.schema),
            batches=lambda plain=plain: plain.to_reader(),  # type: ignore[misc]
        )


def list_export(name: str, title: Label, rows: ir.Table, blocks: Iterable[Block]) -> ExportTable:
    """A list of customers, as an analysis gives it.

    Args:
        name: Of the file.
        title: What people call the analysis.
        rows: One row a customer; nested columns are left out.
        blocks: How the result is shown; they say what columns mean.
    """
    flat = rows.select(*(key for key, kind in rows.schema().items() if not kind.is_nested()))
    shown = [block.table if isinstance(block, Chart) else block for block in blocks]
    bare = flat.schema().to_pyarrow()
    meanings = _meanings(bare.empty_table(), [it for it in shown if isinstance(it, Table)])
    return ExportTable(
        name=name,
        title=title,
        columns=tuple(
            _fact(item) if item.name in FACTS else _column(item, meanings.get(item.name))
            for item in bare
        ),
        batches=lambda: _plain_batches(flat),
    )


def _meanings(rows: pa.Table, described: Iterable[Table]) -> dict[str, Column]:
    """What each column means: as the table says that shares most columns with the rows."""
    names = set(rows.column_names)
    ranked = sorted(described, key=lambda it: len(names & {column.name for column in it.columns}))
    # A table may show one column twice; the first time says what it is.
    return {column.name: column for table in ranked for column in reversed(table.columns)}


def _column(item: pa.Field, meaning: Column | None) -> ExportColumn:
    is_text = pa.types.is_string(item.type)
    if meaning is None:
        return ExportColumn(name=item.name, label=item.name, is_text=is_text)
    return ExportColumn(
        name=item.name, label=meaning.label, words=meaning.labels if is_text else {},
        is_text=is_text,
    )  # fmt: skip


def _fact(item: pa.Field) -> ExportColumn:
    return ExportColumn(name=item.name, label=FACTS[item.name], is_text=item.name == "customer_id")


def _plain_batches(rows: ir.Table) -> pa.RecordBatchReader:
    reader = rows.to_pyarrow_batches(chunk_size=BATCH_ROWS)
    wanted = pa.schema([(item.name, _plain_type(item.type)) for item in reader.schema])
    batches = (pa.Table.from_batches([batch]).cast(wanted) for batch in reader)
    return pa.RecordBatchReader.from_batches(
        wanted, (batch for table in batches for batch in table.to_batches())
    )


def _plain(rows: pa.Table) -> pa.Table:
    """Rows that every format knows: no nested column, money as a number, text as text."""
    kept = [item.name for item in rows.schema if not pa.types.is_nested(item.type)]
    rows = rows.select(kept)
    wanted = pa.schema([(item.name, _plain_type(item.type)) for item in rows.schema])
    return rows.cast(wanted)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return pa.string()
    return kind
