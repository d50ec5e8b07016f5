"""All that a result may be shown as: text, number, table, chart; and what a finding is."""

from zhike.blocks.kinds import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.blocks.writing import (
    MISSING,
    amount_digits,
    change_of,
    write_cell,
    write_rows,
    write_value,
)

__all__ = [
    "MISSING",
    "Block",
    "Chart",
    "Column",
    "Finding",
    "Format",
    "Number",
    "Table",
    "Text",
    "amount_digits",
    "change_of",
    "write_cell",
    "write_rows",
    "write_value",
]
