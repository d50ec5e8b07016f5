"""The customer analysis workbook: a living table of customers, and every answer with its charts."""

from zhike.reports.workbook.contents import (
    CustomerColumn,
    CustomerTable,
    SheetWritten,
    Workbook,
    Written,
)
from zhike.reports.workbook.customer_table import customer_rows, customer_table
from zhike.reports.workbook.template import write_template
from zhike.reports.workbook.writing import HIDDEN_SHEET, write_workbook

__all__ = [
    "HIDDEN_SHEET",
    "CustomerColumn",
    "CustomerTable",
    "SheetWritten",
    "Workbook",
    "Written",
    "customer_rows",
    "customer_table",
    "write_template",
    "write_workbook",
]
