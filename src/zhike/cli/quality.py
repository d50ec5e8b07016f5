"""`zhike quality`: how good the data are, and what was repaired."""

from __future__ import annotations

from typing import Any

from zhike.cli.answers import Answer, Sheet
from zhike.cli.frame import State, command
from zhike.i18n import _, format_count, format_share, lazy

REJECTED_SHOWN, RAW_SHOWN = 20, 120


@command(
    "quality",
    lazy("Show how complete, valid and fresh the data are, what was repaired and set aside."),
)
def quality(state: State) -> Answer:
    """Show the quality of the data."""
    data = state.workspace().quality().as_json()
    if not data["files"]:
        return Answer(data=data, shown=[lazy("Nothing has been added yet.")])
    sheets = (_files(data), _columns(data), _repairs(data), _rejected(data))
    return Answer(data=data, shown=[sheet for sheet in sheets if sheet.rows])


def _files(data: dict[str, Any]) -> Sheet:
    from zhike.reports.words import FATES

    rows = [
        (
            item["file"],
            format_count(item["rows_read"]),
            *(format_count(count) for count in item["fates"].values()),
        )
        for item in data["files"]
    ]
    header = (_("File"), _("Records"), *map(str, FATES.values()))
    return Sheet(header=header, rows=rows, right=frozenset(range(1, len(header))))


def _columns(data: dict[str, Any]) -> Sheet:
    rows = [
        (
            item["file"],
            f"{item['table']}.{item['column']}",
            format_count(item["rows"]),
            _share(item["filled"], item["rows"]),
            _share(item["valid"], item["filled"]),
            item["first"] or "",
            item["last"] or "",
        )
        for item in data["columns"]
    ]
    header = (_("File"), _("Field"), _("Rows"), _("Filled"), _("Valid"), _("First"), _("Last"))
    return Sheet(header=header, rows=rows, right=frozenset({2, 3, 4}))


def _repairs(data: dict[str, Any]) -> Sheet:
    from zhike.preparation import REPAIRS

    rows = [
        (
            item["file"],
            item["column"] or "",
            item["field"] or "",
            str(REPAIRS.get(item["rule"], item["rule"])),
            format_count(item["count"]),
        )
        for item in data["repairs"]
    ]
    header = (_("File"), _("Column"), _("Field"), _("Repair"), _("Records"))
    return Sheet(header=header, rows=rows, right=frozenset({4}))


def _rejected(data: dict[str, Any]) -> Sheet:
    from zhike.preparation import REASONS

    rows = [
        (
            item["file"],
            format_count(item["row"]),
            str(REASONS.get(item["reason"], item["reason"])),
            item["raw"][:RAW_SHOWN],
        )
        for item in data["rejected"][:REJECTED_SHOWN]
    ]
    header = (_("File"), _("Row"), _("Reason"), _("Text"))
    return Sheet(title=_("Set aside"), header=header, rows=rows, right=frozenset({1}))


def _share(part: int | None, whole: int | None) -> str:
    return format_share(part / whole) if part is not None and whole else "–"
