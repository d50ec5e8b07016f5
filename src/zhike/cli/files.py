"""`zhike add`, `sources`, `remove`, `forget`: what came in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from zhike.cli.answers import Answer, Sheet
from zhike.cli.edits import shown_workbook
from zhike.cli.frame import State, argument, command, option
from zhike.cli.progress import Watched, watched
from zhike.errors import ParameterError
from zhike.i18n import LazyText, _, format_count, format_instant, format_share, lazy

if TYPE_CHECKING:
    from zhike.preparation.reading import Question


@command(
    "add",
    lazy("Take files in: CSV, Excel, Parquet, JSON lines, gzip, zip, a folder or a pattern."),
    argument("paths", nargs=-1, required=True),
    option(
        "--map",
        lazy(
            "Say what a column is: COLUMN=FIELD, such as 客户=customer_id; FIELD - leaves it out. "
            "May be repeated."
        ),
        multiple=True,
        metavar="COLUMN=FIELD",
    ),
    option("--encoding", lazy("Encoding of the files, where their bytes do not tell."), default=""),
    option("--by", lazy("Who edited a workbook; else the user of the computer."), default=""),
)
def add(
    state: State, paths: tuple[str, ...], map: tuple[str, ...], encoding: str, by: str
) -> Answer:
    """Add the files and say what became of each record."""
    workspace = state.workspace()
    with watched() as progress:
        asking = sys.stdin.isatty() and sys.stderr.isatty() and not state.as_json
        ask = partial(_ask, progress) if asking else None
        reports = workspace.add(
            paths, map=_overrides(map), ask=ask, encoding=encoding, by=by, progress=progress
        )
    data = [report.as_json() for report in reports]
    return Answer(data={"files": data}, shown=list(_shown(data)))


@command("sources", lazy("List the batches that were added."))
def sources(state: State) -> Answer:
    """List the batches."""
    batches = state.workspace().sources()
    data: list[dict[str, Any]] = [
        {
            "batch": batch.id,
            "file": batch.file,
            "path": batch.path,
            "added_at": batch.added_at.isoformat(timespec="seconds"),
            "content_hash": batch.content_hash,
            "rows_read": batch.rows_read,
            "platform": [part.reading["platform"] for part in batch.parts],
            "tables": sorted({table for part in batch.parts for table in part.tables}),
        }
        for batch in batches
    ]
    if not data:
        return Answer(data={"batches": []}, shown=[lazy("Nothing has been added yet.")])
    rows = [
        (
            batch.id,
            batch.file,
            format_instant(batch.added_at.astimezone()),
            format_count(batch.rows_read),
            ", ".join(item["tables"]),
        )
        for batch, item in zip(batches, data, strict=True)
    ]
    header = (_("Batch"), _("File"), _("Added"), _("Records"), _("Tables"))
    sheet = Sheet(header=header, rows=rows, right=frozenset({3}))
    return Answer(data={"batches": data}, shown=[sheet])


@command(
    "remove",
    lazy("Take a batch back, by its id or file name. Numbers follow at the next run."),
    argument("batch"),
)
def remove(state: State, batch: str) -> Answer:
    """Take a batch back."""
    gone = state.workspace().remove(batch)
    return Answer(
        data={"removed": gone.id, "file": gone.file, "rows": gone.rows_read},
        shown=[
            lazy(
                "{file} was taken back ({count} records). `zhike run` computes without it.",
                file=gone.file,
                count=format_count(gone.rows_read),
            )
        ],
    )


@command(
    "forget",
    lazy("Forget a remembered mapping, by file name or signature; --list shows them."),
    argument("name", required=False),
    option("--list", lazy("List what is remembered."), is_flag=True),
)
def forget(state: State, name: str | None, list: bool) -> Answer:
    """Forget a mapping, or list them."""
    mappings = state.workspace().mappings
    if name is None or list:
        known = [{"name": item["name"], "signature": item["signature"]} for item in mappings]
        rows = [(item["name"], item["signature"][:12]) for item in known]
        return Answer(
            data={"mappings": known},
            shown=[Sheet(header=(_("File"), _("Signature")), rows=rows)],
        )
    names = mappings.forget(name)
    return Answer(
        data={"forgotten": names},
        shown=[lazy("Forgotten: {names}.", names=", ".join(names))],
    )


def _overrides(given: Iterable[str]) -> dict[str, str]:
    overrides = {}
    for pair in given:
        column, sign, target = pair.rpartition("=")
        if not sign or not column:
            raise ParameterError.out_of_bounds("--map", pair, lazy("COLUMN=FIELD"))
        overrides[column.strip()] = "" if target.strip() == "-" else target.strip()
    return overrides


def _ask(progress: Watched, name: str, question: Question) -> str | None:
    """Ask on the terminal; the answer is one of the question's choices."""
    values = list(question.choices)
    with progress.paused():
        click.echo(f"{name}: {question.text}", err=True)
        for number, value in enumerate(values, 1):
            click.echo(f"  {number}. {question.choices[value]}", err=True)
        chosen = click.prompt(_("Number"), type=click.IntRange(1, len(values)), err=True)
    return values[int(chosen) - 1]


def _shown(reports: list[dict[str, Any]]) -> Iterator[str | LazyText | Sheet]:
    from zhike.preparation import REASONS
    from zhike.reports.words import FATES

    for report in reports:
        if "workbook" in report:
            yield from shown_workbook(report)
            continue
        if "left_out" in report:
            yield lazy("{file} was left out: {why}", file=report["file"], why=report["left_out"])
            continue
        yield _headline(report)
        fates = {fate: count for fate, count in report["fates"].items() if count}
        yield "  " + ", ".join(
            f"{FATES[fate]} {format_count(count)}" for fate, count in fates.items()
        )
        for code, count in report["reasons"].items():
            yield f"    {REASONS.get(code, code)} {format_count(count)}"
        if fates.keys() <= {"unchanged"}:
            yield lazy(
                "  It is here already, as batch {batch}. To read it otherwise, take that back "
                "with `zhike remove` first.",
                batch=report["batch"],
            )
            continue
        yield _mapping_sheet(report["mapping"])
        if report["unmapped"]:
            yield lazy("  Not used: {columns}", columns=", ".join(report["unmapped"]))
    if reports:
        yield lazy("`zhike run` computes everything anew.")


def _headline(report: Mapping[str, Any]) -> LazyText:
    return lazy(
        "{file}: {count} records ({kind}{encoding})",
        file=report["file"],
        count=format_count(report["rows_read"]),
        kind=_kind(report),
        encoding=f", {report['encoding']}" if report["encoding"] else "",
    )


def _kind(report: Mapping[str, Any]) -> str:
    """Whose export it is, else the tables that it feeds."""
    from zhike.schema import standard_table
    from zhike.schema.platforms import platforms

    labels = {item.code: str(item.label) for item in platforms()}
    tables = [str(standard_table(name).label) for name in report["tables"]]
    return labels.get(report["platform"], "") or ", ".join(tables) or _("no table")


def _mapping_sheet(mapping: Iterable[Mapping[str, Any]]) -> Sheet:
    rows = [
        (f"  {item['column']}", item["field"], format_share(item["confidence"], 0), item["why"])
        for item in mapping
    ]
    header = ("  " + _("Column"), _("Field"), _("Certainty"), _("Why"))
    return Sheet(header=header, rows=rows, right=frozenset({2}))
