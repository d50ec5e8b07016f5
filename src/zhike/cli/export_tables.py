"""`zhike export csv`, `parquet`, `duckdb`, `sav`: tables for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from zhike.cli.answers import Answer, Sheet
from zhike.cli.frame import Command, State, argument, command, option
from zhike.i18n import LazyText, _, format_count, lazy

SHOWN: dict[str, LazyText] = {
    "csv": lazy("Write the customers and every result table as CSV that Excel opens."),
    "parquet": lazy("Write the customers and every result table as Parquet, for R and Python."),
    "duckdb": lazy("Write one DuckDB file with documented views, for BI programs."),
    "sav": lazy("Write the customers and every result table as SPSS files with labels."),
}


def _command(format: str, words: LazyText) -> Command:
    @command(
        format,
        words,
        argument("path", required=False, type=click.Path(path_type=Path)),
        option("-o --output", lazy("Where to write it."), type=click.Path(path_type=Path)),
        option(
            "--unmasked",
            lazy(
                "Write names, phones, e-mail addresses and addresses in full; they are masked else."
            ),
            is_flag=True,
        ),
    )
    def export(state: State, path: Path | None, output: Path | None, unmasked: bool) -> Answer:
        """Write the tables and say what is where."""
        done = state.workspace().export_tables(
            format, output or path, language=state.language, unmasked=unmasked
        )
        sheet = Sheet(
            header=(_("Table"), _("Rows")),
            rows=[(name, format_count(rows)) for name, rows in done.tables.items()],
            right=frozenset({1}),
        )
        where = lazy("The tables are in {path}", path=done.path)
        return Answer(data=done.as_json(), shown=[sheet, where])

    return export


csv, parquet, duckdb, sav = (_command(name, words) for name, words in SHOWN.items())
