"""`zhike run`, `snapshots`, `analyses`: what was computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from zhike.cli.answers import Answer, Sheet
from zhike.cli.days import DAY
from zhike.cli.frame import State, command, option
from zhike.cli.progress import watched
from zhike.i18n import LazyText, _, format_count, format_day, format_number, lazy


@command(
    "run",
    lazy("Compute everything anew and publish it as a snapshot."),
    option("--as-of", lazy("Day to look back from; else the day after the last order."), type=DAY),
)
def run(state: State, as_of: date | None) -> Answer:
    """Run, and say what was computed."""
    with watched() as progress:
        manifest = state.workspace().run(as_of, progress=progress)
    data = manifest.as_json()
    labels = {"done": _("done"), "skipped": _("skipped"), "failed": _("failed")}
    rows = [
        (item["name"], labels[item["status"]], format_number(item["seconds"]), item["reason"])
        for item in data["analyses"]
    ]
    tables = Sheet(
        header=(_("Table"), _("Rows")),
        rows=[(name, format_count(entry["rows"])) for name, entry in manifest.tables.items()],
        right=frozenset({1}),
    )
    analyses = Sheet(
        header=(_("Analysis"), _("Status"), _("Seconds"), _("Reason")),
        rows=rows,
        right=frozenset({2}),
    )
    done = lazy(
        "Snapshot {snapshot}, as of {day}, in {seconds} seconds. `zhike report` writes it up.",
        snapshot=manifest.id,
        day=format_day(date.fromisoformat(manifest.as_of)),
        seconds=format_number(manifest.seconds, 1),
    )
    return Answer(data=data, shown=[tables, analyses, *_distrusted(data["warnings"]), done])


def _distrusted(warnings: Iterable[Mapping[str, Any]]) -> Iterator[LazyText]:
    """Which forecasts were far off on the company's own past."""
    from zhike.analyses import REGISTRY

    for item in warnings:
        if item["code"] == "inaccurate" and item["analysis"] in REGISTRY:
            title = REGISTRY[item["analysis"]].title
            yield lazy("Warning, {title}: {sentence}", title=title, sentence=item["sentence"])


@command("snapshots", lazy("List the snapshots that are kept."))
def snapshots(state: State) -> Answer:
    """List the snapshots, newest first."""
    kept = state.workspace().snapshots()
    data = [
        {
            "snapshot": item.id,
            "as_of": item.as_of,
            "created_at": item.created_at,
            "tables": {name: entry["rows"] for name, entry in item.tables.items()},
            "inputs": [dict(entry) for entry in item.inputs],
            "versions": dict(item.versions),
            "seconds": item.seconds,
        }
        for item in kept
    ]
    rows = [(item.id, item.as_of, item.created_at, str(len(item.inputs))) for item in kept]
    sheet = Sheet(header=(_("Snapshot"), _("As of"), _("Made"), _("Batches")), rows=rows)
    return Answer(data={"snapshots": data}, shown=[sheet])


@command("analyses", lazy("List the analyses: what each answers, and what it needs."))
def analyses(state: State) -> Answer:
    """List the analyses."""
    from zhike.analyses import REGISTRY
    from zhike.catalogue.parameters import parameters_of

    here = _answered_here(state)
    data: list[dict[str, Any]] = [
        {
            "name": name,
            "title": str(kind.title),
            "question": str(kind.question),
            "needs": {table: list(columns) for table, columns in kind.needs.columns.items()},
            "history_days": kind.needs.history_days,
            "parameters": [item.name for item in parameters_of(kind)],
            "status": here.get(name, {}).get("status"),
            "missing": here.get(name, {}).get("reason") or None,
        }
        for name, kind in REGISTRY.items()
    ]
    rows = [
        (
            item["name"],
            item["question"],
            ", ".join(
                f"{table}.{name}" for table, names in item["needs"].items() for name in names
            ),
            _said_here(item["status"], item["missing"]),
        )
        for item in data
    ]
    header = (_("Analysis"), _("Question"), _("Needs"), _("These data"))
    return Answer(data={"analyses": data}, shown=[Sheet(header=header, rows=rows)])


def _answered_here(state: State) -> dict[str, dict[str, Any]]:
    """What the last run said of each analysis; nothing where there has been none."""
    from zhike.errors import WorkspaceError

    try:
        manifest = state.workspace().snapshots()[:1]
    except WorkspaceError:  # the list is of use before there is a workspace
        return {}
    return {item["name"]: item for found in manifest for item in found.as_json()["analyses"]}


def _said_here(status: str | None, missing: str | None) -> str:
    """In a word, or what to add."""
    if missing:
        return missing
    return _("answered") if status == "done" else ""
