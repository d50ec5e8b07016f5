"""`zhike export …`: what was computed, in files for other programs and for people."""

from __future__ import annotations

from pathlib import Path

import click

from zhike.cli.answers import Answer, Sheet
from zhike.cli.frame import Group, State, argument, command, option
from zhike.cli.progress import watched
from zhike.i18n import _, format_count, lazy

export = Group(
    "export",
    lazy("Write what was computed as a file: an Excel workbook, and other forms."),
    {
        "workbook": "zhike.cli.exporting:workbook",
        "csv": "zhike.cli.export_tables:csv",
        "parquet": "zhike.cli.export_tables:parquet",
        "duckdb": "zhike.cli.export_tables:duckdb",
        "sav": "zhike.cli.export_tables:sav",
    },
)


@command(
    "workbook",
    lazy("Write the customer analysis workbook for Excel: one row a customer, charts, totals."),
    argument("path", required=False, type=click.Path(path_type=Path)),
    option(
        "--unmasked",
        lazy("Write names, phones, e-mail addresses and addresses in full; they are masked else."),
        is_flag=True,
    ),
    option(
        "--segment",
        lazy("Only customers of this segment: its name, or a rule such as recency_days > 90."),
        default="",
        metavar="RULE",
    ),
)
def workbook(state: State, path: Path | None, unmasked: bool, segment: str) -> Answer:
    """Write the workbook and say what is where."""
    with watched() as progress:
        done = state.workspace().export_workbook(
            path,
            language=state.language,
            unmasked=unmasked,
            segment=segment,
            progress=progress,
        )
    sheets = Sheet(
        header=(_("Sheet"), _("What is in it"), _("Rows")),
        rows=[(item.name, item.what, format_count(item.rows)) for item in done.sheets],
        right=frozenset({2}),
    )
    shown = lazy(
        "The workbook is in {path}. Edit its tinted columns and take it back with `zhike add`.",
        path=done.path,
    )
    return Answer(data=done.as_json(), shown=[sheets, shown])
