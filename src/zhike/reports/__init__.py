"""Many results arranged: the report that a manager reads, as one HTML file."""

from zhike.reports.customer_report import customer_report
from zhike.reports.page import render_html
from zhike.reports.report import (
    About,
    Highlight,
    Input,
    Quality,
    Report,
    Section,
    SetAside,
)

__all__ = [
    "About",
    "Highlight",
    "Input",
    "Quality",
    "Report",
    "Section",
    "SetAside",
    "customer_report",
    "render_html",
]
