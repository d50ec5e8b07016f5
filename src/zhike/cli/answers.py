"""What a command gives back, and how it is printed: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from zhike.errors import ZhikeError
from zhike.i18n import LazyText, _

ENDLESS_COLUMNS = 10_000


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table for people: cells are ready to read.

    Attributes:
        title: Printed above it; empty for none.
        header: Column titles.
        rows: Cells as text.
        right: Positions of the columns that hold numbers.
    """

    title: str = ""
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command has to say.

    Attributes:
        data: For programs, as JSON.
        shown: For people: sentences and tables, in order.
        exit_code: 0 for success.
    """

    data: Any
    shown: Sequence[str | LazyText | Sheet] = field(default_factory=tuple)
    exit_code: int = 0


def print_answer(answer: Answer, *, as_json: bool) -> None:
    """Print an answer on standard output."""
    if as_json:
        _print_json(answer.data)
        return
    for item in answer.shown:
        if isinstance(item, Sheet):
            _print_sheet(item)
        else:
            click.echo(str(item))


def print_error(fault: ZhikeError, *, as_json: bool) -> None:
    """Print a fault: as JSON on standard output, else as one sentence on the error stream."""
    if as_json:
        extra = getattr(fault, "details", {})
        _print_json({"error": fault.as_dict() | extra})
        return
    click.echo(_("Error: {message}").format(message=fault), err=True)


def _print_json(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    encoding = sys.stdout.encoding or "utf-8"
    if text.encode(encoding, "replace").decode(encoding) != text:  # a terminal without Chinese
        text = json.dumps(value, indent=2, default=str)
    click.echo(text)


def _print_sheet(sheet: Sheet) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    on_terminal = sys.stdout.isatty()
    table = Table(
        title=Text(sheet.title, style="bold") if sheet.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD if on_terminal else None,
        pad_edge=False,
    )
    for place, title in enumerate(sheet.header):
        table.add_column(
            Text(title),
            justify="right" if place in sheet.right else "left",
            no_wrap=not on_terminal,
        )
    for row in sheet.rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if on_terminal else ENDLESS_COLUMNS
    console = Console(file=sys.stdout, width=width, highlight=False, emoji=False)
    console.print(table)
    console.print()
