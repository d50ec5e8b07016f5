"""Many results arranged: one outline, written as HTML, PDF or Markdown, and as a digest."""

from zhike.reports.customer_report import customer_report
from zhike.reports.outline import AUDIENCES, Outline, outlined
from zhike.reports.page import render_html
from zhike.reports.report import (
    About,
    Aim,
    Goal,
    Highlight,
    Input,
    Quality,
    Report,
    Section,
    SetAside,
    Suggestion,
)

__all__ = [
    "AUDIENCES",
    "About",
    "Aim",
    "Goal",
    "Highlight",
    "Input",
    "Outline",
    "Quality",
    "Report",
    "Section",
    "SetAside",
    "Suggestion",
    "customer_report",
    "outlined",
    "render_html",
]
