"""`zhike report` and `zhike digest`: the last run written up for people."""

from __future__ import annotations

from pathlib import Path

import click

from zhike.cli.answers import Answer
from zhike.cli.frame import State, argument, command, option
from zhike.i18n import lazy

AUDIENCES = ("management", "full", "analyst")
FORMATS = ("html", "pdf", "md")


@command(
    "report",
    lazy("Write the report of the last run as one file: HTML, PDF or Markdown."),
    argument("path", required=False, type=click.Path(path_type=Path)),
    option("-o --output", lazy("Where to write it."), type=click.Path(path_type=Path)),
    option(
        "--audience",
        lazy("management: one page; full: everything; analyst: definitions and tables too."),
        type=click.Choice(AUDIENCES),
        default="full",
    ),
    option(
        "--format",
        lazy("html, pdf or md; without it as the path ends, else html."),
        type=click.Choice(FORMATS),
        default=None,
    ),
)
def report(
    state: State, path: Path | None, output: Path | None, audience: str, format: str | None
) -> Answer:
    """Write the report and say where it is."""
    written = state.workspace().report(
        output or path, language=state.language, audience=audience, format=format or ""
    )
    return Answer(
        data={"report": str(written), "audience": audience, "format": written.suffix.lstrip(".")},
        shown=[lazy("The report is in {path}", path=written)],
    )


@command(
    "digest",
    lazy("Tell the period in a few lines of Markdown, for a mail or a chat."),
    option("-o --output", lazy("Where to write it."), type=click.Path(path_type=Path)),
)
def digest(state: State, output: Path | None) -> Answer:
    """Tell the period."""
    text = state.workspace().digest(language=state.language)
    if output is None:
        return Answer(data={"digest": text}, shown=[text.rstrip()])
    target = output.expanduser().absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return Answer(
        data={"digest": text, "file": str(target)},
        shown=[lazy("The digest is in {path}", path=target)],
    )
