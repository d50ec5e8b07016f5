"""`zhike init`, `template`: where one begins."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from zhike.cli.answers import Answer
from zhike.cli.frame import State, argument, command, option
from zhike.errors import InputError
from zhike.i18n import lazy


@command(
    "init",
    lazy("Make a folder a workspace. Without FOLDER it is the present one."),
    argument("folder", required=False),
    option("--name", lazy("The company or shop, as reports call it.")),
    option("--currency", lazy("Currency of all amounts, such as CNY."), default=""),
    option("--timezone", lazy("Business time zone."), default="Asia/Shanghai"),
)
def init(
    state: State, folder: str | None, name: str | None, currency: str, timezone: str
) -> Answer:
    """Create the workspace and say what comes next."""
    from zhike.workspace import Settings, Workspace

    chosen = (state.folder / folder if folder else state.folder).absolute()
    settings = Settings(name=name or chosen.name, currency=currency.upper(), timezone=timezone)
    workspace = Workspace.create(chosen, settings)
    return Answer(
        data={"folder": str(workspace.folder), "name": settings.name},
        shown=[
            lazy("{folder} is a workspace now.", folder=workspace.folder),
            lazy("Add your files next: {command}", command=_next(workspace.folder)),
        ],
    )


@command(
    "template",
    lazy(
        "Write an empty table to fill in, with the headers that Zhike knows. FILE.xlsx becomes a "
        "workbook for customers and orders that checks what is typed."
    ),
    argument("file", type=click.Path(path_type=Path)),
    option("--table", lazy("Standard table, such as orders or customers."), default="orders"),
)
def template(state: State, file: Path, table: str) -> Answer:
    """Write a workbook to type into, or the headers of one standard table as CSV."""
    from zhike.schema.template import template_header

    path = (state.folder / file).absolute()
    if path.exists():
        raise InputError(
            lazy("There is a file at {path} already.", path=path),
            hint=lazy("Choose another name; nothing was written."),
            code="file_exists",
        )
    if path.suffix.lower() == ".xlsx":
        return _workbook(path)
    header = template_header(table)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerow(header)
    return Answer(
        data={"file": str(path), "table": table, "columns": list(header)},
        shown=[lazy("Fill in {path}, one row each, then add it.", path=path)],
    )


def _workbook(path: Path) -> Answer:
    from zhike.reports.workbook import write_template

    sheets = write_template(path)
    return Answer(
        data={"file": str(path), "sheets": sheets},
        shown=[lazy("Fill in {path}, one row each, then add it.", path=path)],
    )


def _next(folder: Path) -> str:
    here = folder == Path.cwd()
    return "zhike add FILE" if here else f'zhike -C "{folder}" add FILE'
