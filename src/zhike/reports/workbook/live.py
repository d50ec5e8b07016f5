"""Formulas over the customer sheets, so that totals follow what a person changes or filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from zhike.reports.workbook.contents import CustomerColumn
from zhike.reports.workbook.pages import quoted

FIRST_ROW = 3
"""Row of the first customer as Excel counts: keys are in row 1, titles in row 2."""


@dataclass(frozen=True)
class CustomerRanges:
    """Where the customers are.

    Attributes:
        sheets: Name of each customer sheet and how many customers are on it.
        columns: The columns, in order.
    """

    sheets: tuple[tuple[str, int], ...]
    columns: tuple[CustomerColumn, ...]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def word(self, name: str, code: str) -> str:
        """How a coded value is written in a column."""
        return str(self.columns[self._places[name]].labels.get(code, code))

    def total(self, name: str) -> str:
        """The sum of a column."""
        return f"=SUM({','.join(self._ranges(name))})"

    def shown(self, name: str) -> str:
        """The sum of a column over the rows that a filter leaves."""
        return "=" + "+".join(f"SUBTOTAL(109,{part})" for part in self._ranges(name))

    def customers(self) -> str:
        """How many customers have a purchase."""
        return "=" + "+".join(f'COUNTIF({part},">0")' for part in self._ranges("frequency"))

    def customers_shown(self) -> str:
        """How many rows with a purchase a filter leaves."""
        return "=" + "+".join(f"SUBTOTAL(102,{part})" for part in self._ranges("frequency"))

    def rows(self) -> str:
        """How many rows there are."""
        return "=" + "+".join(f"COUNTA({part})" for part in self._ranges("customer_id"))

    def rows_shown(self) -> str:
        """How many rows a filter leaves."""
        return "=" + "+".join(f"SUBTOTAL(103,{part})" for part in self._ranges("customer_id"))

    def counted_where(self, name: str, code: str) -> str:
        """How many customers have that value."""
        word = _literal(self.word(name, code))
        return "=" + "+".join(f"COUNTIF({part},{word})" for part in self._ranges(name))

    def summed_where(self, name: str, code: str, amount: str) -> str:
        """The sum of a column over the customers who have that value."""
        word = _literal(self.word(name, code))
        pairs = zip(self._ranges(name), self._ranges(amount), strict=True)
        return "=" + "+".join(f"SUMIF({part},{word},{sums})" for part, sums in pairs)

    @property
    def _places(self) -> Mapping[str, int]:
        return {column.name: place for place, column in enumerate(self.columns)}

    def _ranges(self, name: str) -> list[str]:
        letter = xl_col_to_name(self._places[name])
        return [
            f"{quoted(sheet)}!${letter}${FIRST_ROW}:${letter}${FIRST_ROW + max(rows, 1) - 1}"
            for sheet, rows in self.sheets
        ]


def _literal(word: str) -> str:
    doubled = word.replace('"', '""')
    return f'"{doubled}"'
