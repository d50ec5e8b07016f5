"""The report of a snapshot: what the run kept, arranged and written as one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from zhike.analyses import REGISTRY
from zhike.blocks import Column, Number, Table
from zhike.catalogue import METRIC, Analysis
from zhike.catalogue.metrics import Metric
from zhike.catalogue.own_metrics import own_metrics
from zhike.catalogue.targets import Target
from zhike.i18n import language, lazy
from zhike.preparation import REASONS, REPAIRS
from zhike.reports import (
    About,
    Aim,
    Goal,
    Input,
    Quality,
    Report,
    SetAside,
    customer_report,
    outlined,
    render_html,
)
from zhike.schema.platforms import platforms
from zhike.workspace.durable import read_json
from zhike.workspace.results import read_result
from zhike.workspace.running import made
from zhike.workspace.settings import Settings
from zhike.workspace.snapshots import Manifest
from zhike.workspace.targets import goal_of, targets_of


def written_report(report: Report, kind: str, audience: str) -> bytes:
    """A report as a file: "html", "pdf" or "md", in the language of the moment."""
    match kind:
        case "pdf":
            from zhike.reports.paper import render_pdf

            return render_pdf(outlined(report, audience))
        case "md":
            from zhike.reports.markdown import render_markdown

            return render_markdown(outlined(report, audience)).encode()
        case _:
            return render_html(report, audience=audience).encode()


def with_goal(report: Report, settings: Settings) -> Report:
    """The report with what the company aims at, where it said so."""
    own = {metric.name: metric for metric in own_metrics(settings.metrics)}
    goal, targets = goal_of(settings.goal, own), targets_of(settings.targets, own)
    names = goal.metrics or tuple(targets)
    if not (goal.text or names):
        return report
    measured = {number.name: number for number in reversed(report.numbers)}
    aims = (_aim((METRIC | own)[name], measured.get(name), targets.get(name)) for name in names)
    return replace(report, goal=Goal(text=goal.text, aims=tuple(aims)))


def _aim(metric: Metric, number: Number | None, target: Target | None) -> Aim:
    shown = number or Number(
        name=metric.name,
        label=metric.label,
        value=None,
        format=metric.format,
        definition=metric.definition,
    )
    if target is None:
        return Aim(number=shown)
    return Aim(number=shown, target=target.value, reached=target.reached_by(shown.value))


def snapshot_report(manifest: Manifest, results: Path) -> Report:
    """A snapshot's results arranged for a reader, in the language of the moment."""
    configured = manifest.settings["analyses"]
    answered: dict[str, tuple[Analysis, Any]] = {}
    skipped: dict[str, tuple[type[Analysis], str]] = {}
    for entry in manifest.analyses:
        kind = REGISTRY[entry["name"]]
        result = read_result(results, kind.name)
        if result is None:
            skipped[kind.name] = (kind, entry["reason"].get(language(), ""))
        else:
            answered[kind.name] = (made(kind, configured.get(kind.name, {})), result)
    return customer_report(answered, _about(manifest), _quality(manifest, results), skipped=skipped)


def _about(manifest: Manifest) -> About:
    zone = ZoneInfo(manifest.settings["timezone"])
    labels = {item.code: item.label for item in platforms()}
    return About(
        shop=manifest.settings["name"],
        currency=manifest.settings["currency"],
        timezone=manifest.settings["timezone"],
        as_of=date.fromisoformat(manifest.as_of),
        snapshot=manifest.id,
        made_at=datetime.fromisoformat(manifest.created_at).astimezone(zone),
        versions=manifest.versions,
        inputs=tuple(
            Input(
                file=item["file"],
                rows=item["rows_read"],
                platform=labels.get(item["platform"], item["platform"]),
                landed_at=datetime.fromisoformat(item["added_at"]).astimezone(zone),
            )
            for item in manifest.inputs
        ),
    )


def _quality(manifest: Manifest, results: Path) -> Quality:
    fates: Counter[str] = Counter()
    for batch in manifest.inputs:
        for part in batch["parts"]:
            fates.update(part["fates"])
    return Quality(
        read=sum(batch["rows_read"] for batch in manifest.inputs),
        fates=dict(fates),
        set_aside=tuple(_set_aside(manifest)),
        tables=tuple(_quality_tables(read_json(results / "quality.json"))),
    )


def _quality_tables(measures: Mapping[str, Any]) -> Iterator[Table]:
    if measures["columns"]:
        yield Table(
            name="completeness",
            title=lazy("How complete and valid each column is"),
            rows=pa.Table.from_pylist([_completeness(item) for item in measures["columns"]]),
            columns=(
                Column(name="file", label=lazy("File")),
                Column(name="column", label=lazy("Column")),
                Column(name="field", label=lazy("Field")),
                Column(name="filled_rate", label=lazy("Filled"), format="share"),
                Column(name="valid_rate", label=lazy("Valid"), format="share"),
            ),
        )
    if measures["repairs"]:
        yield Table(
            name="repairs",
            title=lazy("What was mended, by rule"),
            rows=pa.Table.from_pylist(measures["repairs"]),
            columns=(
                Column(name="file", label=lazy("File")),
                Column(name="column", label=lazy("Column")),
                Column(name="field", label=lazy("Field")),
                Column(name="rule", label=lazy("Repair"), labels=REPAIRS),
                Column(name="count", label=lazy("Records"), format="count"),
            ),
        )


def _completeness(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "file": item["file"],
        "column": item["source_column"],
        "field": f"{item['table']}.{item['column']}",
        "filled_rate": item["filled"] / item["rows"] if item["rows"] else None,
        "valid_rate": item["valid"] / item["filled"] if item["filled"] else None,
    }


def _set_aside(manifest: Manifest) -> Iterator[SetAside]:
    for batch in manifest.inputs:
        for part in batch["parts"]:
            for code, count in part["reasons"].items():
                yield SetAside(reason=REASONS.get(code, code), count=count, file=part["name"])
