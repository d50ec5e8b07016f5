"""What a review looks at: each check is a sentence with its number, and whether all is well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zhike.catalogue import Metric, Shown, StageThresholds
from zhike.catalogue.targets import Target
from zhike.i18n import LazyText, format_count, format_number, format_share, lazy
from zhike.stats.stability import MOVED, WATCH

Status = Literal["good", "watch", "bad"]
Area = Literal["data", "drift", "classes", "thresholds", "metrics", "fields"]

AREAS: Mapping[Area, LazyText] = {
    "data": lazy("Data"),
    "drift": lazy("Drift"),
    "classes": lazy("Classes"),
    "thresholds": lazy("Thresholds"),
    "metrics": lazy("Metrics and targets"),
    "fields": lazy("Fields of your own"),
}
LEAST_FILLED, LEAST_VALID, FALLEN = 0.5, 0.95, 0.1
MOST_REJECTED = 0.05
SMALL_CLASS, DOMINANT_CLASS = 0.01, 0.8
MOVED_THRESHOLD = 0.25
RETURNING_LOST = 0.1
FILLED_FIELD = 0.05


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        area: What it belongs to.
        code: Stable name for programs.
        subject: Which column, class or metric.
        status: "good", "watch" or "bad".
        sentence: What was found, and what to do where something is to be done.
        value: The number.
        before: The number it is compared with.
    """

    area: Area
    code: str
    subject: str
    status: Status
    sentence: LazyText
    value: float | None = None
    before: float | None = None


def completeness_checks(
    columns: list[dict[str, Any]], earlier: list[dict[str, Any]]
) -> Iterator[Check]:
    """Columns that few rows fill, that hold what cannot be read, or that were fuller before."""
    known = {_column_key(item): _share(item["filled"], item["rows"]) for item in earlier}
    for item in columns:
        filled, valid = _share(item["filled"], item["rows"]), _share(item["valid"], item["filled"])
        before = known.get(_column_key(item))
        subject = f"{item['table']}.{item['column']}"
        facts = {"column": subject, "file": item["file"], "now": _percent(filled)}
        if before is not None and filled is not None and before - filled > FALLEN:
            yield Check(
                area="data", code="filled_less", subject=subject, status="bad", value=filled,
                before=before,
                sentence=lazy(
                    "{column} is filled in {now} of the rows of {file}, {before} in the snapshot "
                    "before. Ask whoever exports it what changed.",
                    **facts, before=_percent(before),
                ),
            )  # fmt: skip
        elif filled is not None and filled < LEAST_FILLED:
            yield Check(
                area="data", code="rarely_filled", subject=subject, status="watch", value=filled,
                sentence=lazy("{column} is filled in only {now} of the rows of {file}.", **facts),
            )  # fmt: skip
        if valid is not None and valid < LEAST_VALID:
            yield Check(
                area="data", code="often_invalid", subject=subject, status="bad", value=valid,
                sentence=lazy(
                    "{valid} of the values of {column} in {file} can be read. `zhike quality` "
                    "shows the others.",
                    valid=_percent(valid), column=subject, file=item["file"],
                ),
            )  # fmt: skip


def rejection_check(read: int, rejected: int) -> Check:
    """How many records could not be used."""
    share = rejected / read if read else 0.0
    return Check(
        area="data", code="rejected", subject="records", value=share,
        status="bad" if share > MOST_REJECTED else "good",
        sentence=lazy(
            "{count} of {read} records were set aside ({share}).",
            count=format_count(rejected), read=format_count(read), share=_percent(share),
        ),
    )  # fmt: skip


def drift_check(area: Area, subject: str, label: object, index: float) -> Check:
    """How far a distribution moved since the snapshot that it is compared with."""
    status: Status = "bad" if index >= MOVED else "watch" if index >= WATCH else "good"
    facts = {"what": label, "index": format_number(index, 2)}
    sentences = {
        "good": lazy("{what}: no shift (PSI {index}).", **facts),
        "watch": lazy("{what}: a shift to watch (PSI {index}).", **facts),
        "bad": lazy(
            "{what}: a clear shift (PSI {index}). Numbers before and after it are of different "
            "groups; find out why before comparing them.",
            **facts,
        ),
    }
    return Check(
        area=area, code="drift", subject=subject, status=status, sentence=sentences[status],
        value=index,
    )  # fmt: skip


def class_checks(
    subject: str, title: object, sizes: Mapping[str, int], names: Mapping[str, object]
) -> Iterator[Check]:
    """Classes too small to act on, and one that holds nearly everybody.

    Args:
        subject: The analysis.
        title: What people call its classes.
        sizes: Class to how many customers it holds.
        names: Class to the word for it.
    """
    total = sum(sizes.values())
    for name, count in sizes.items():
        share = count / total if total else 0.0
        facts = {"what": title, "name": names.get(name, name), "count": format_count(count)}
        facts["share"] = _percent(share)
        if 0 < share < SMALL_CLASS:
            yield Check(
                area="classes", code="small", subject=f"{subject}.{name}", status="watch",
                value=share,
                sentence=lazy(
                    "{what}: {name} holds {count} customers ({share}), too few to plan for.",
                    **facts,
                ),
            )  # fmt: skip
        elif share > DOMINANT_CLASS:
            yield Check(
                area="classes", code="dominant", subject=f"{subject}.{name}", status="watch",
                value=share,
                sentence=lazy(
                    "{what}: {name} holds {share} of the customers, so that the classes hardly "
                    "tell them apart.",
                    **facts,
                ),
            )  # fmt: skip


def threshold_checks(
    used: Mapping[str, float | None], estimated: StageThresholds
) -> Iterator[Check]:
    """Thresholds that are in use against what the data say now."""
    for name, now in (
        ("lost_after_days", estimated.lost_after_days),
        ("loyal_after", estimated.loyal_after),
    ):
        inuse = used.get(name)
        if inuse is None or now is None:
            continue
        moved = abs(now - inuse) / inuse > MOVED_THRESHOLD
        facts = {"name": name, "used": format_number(inuse), "now": format_number(now)}
        sentence = (
            lazy(
                "{name} is set to {used}, the data now say {now}. Change it under "
                "[analyses.lifecycle] in zhike.toml, or take it out there.",
                **facts,
            )
            if moved
            else lazy("{name} is {used}; the data say {now}.", **facts)
        )
        yield Check(
            area="thresholds", code="threshold", subject=name, sentence=sentence,
            status="bad" if moved else "good", value=float(inuse), before=float(now),
        )  # fmt: skip


def separation_checks(moves: Mapping[tuple[str, str], int]) -> Iterator[Check]:
    """Whether the stages still separate: the lost stay away, the loyal stay longer than others.

    Args:
        moves: Stage before and after to the number of customers, over the last month.
    """
    back = _moved_share(moves, "lost", lambda after: after != "lost")
    if back is not None:
        yield Check(
            area="thresholds", code="lost_return", subject="lost", value=back,
            status="bad" if back > RETURNING_LOST else "good",
            sentence=lazy(
                "{share} of the lost customers bought again within the last month; more than "
                "{most} would say that they are called lost too soon.",
                share=_percent(back), most=_percent(RETURNING_LOST),
            ),
        )  # fmt: skip
    loyal, repeat = (
        _moved_share(moves, stage, lambda after: after == "lost") for stage in ("loyal", "repeat")
    )
    if loyal is not None and repeat is not None:
        yield Check(
            area="thresholds", code="loyal_separates", subject="loyal", value=loyal, before=repeat,
            status="good" if loyal <= repeat else "bad",
            sentence=lazy(
                "{loyal} of the loyal customers were lost within the last month, {repeat} of the "
                "repeat customers. Those called loyal should stay longer.",
                loyal=_percent(loyal), repeat=_percent(repeat),
            ),
        )  # fmt: skip


def target_checks(
    targets: Mapping[str, Target],
    metrics: Mapping[str, Metric],
    values: Mapping[str, float | None],
    currency: str,
) -> Iterator[Check]:
    """Metrics against where they should be."""
    if not targets:
        yield Check(
            area="metrics", code="no_targets", subject="targets", status="watch",
            sentence=lazy("No metric has a target. Set some under [targets] in zhike.toml."),
        )  # fmt: skip
    for name, target in targets.items():
        metric, value = metrics[name], values.get(name)
        reached = target.reached_by(value)
        if reached is None:
            continue
        facts = {
            "metric": metric.label,
            "value": Shown(value, metric.format, currency),
            "target": Shown(target.value, metric.format, currency),
        }
        yield Check(
            area="metrics", code="target", subject=name, value=value, before=target.value,
            status="good" if reached else "bad",
            sentence=lazy("{metric} is {value}; the target {target} is reached.", **facts)
            if reached
            else lazy("{metric} is {value}, off its target of {target}.", **facts),
        )  # fmt: skip


def field_checks(
    filled: Mapping[str, int], labels: Mapping[str, str], customers: int
) -> Iterator[Check]:
    """Fields of the company's own that nobody fills."""
    for name, count in filled.items():
        share = count / customers if customers else 0.0
        facts = {"field": labels.get(name) or name, "count": format_count(count)}
        facts["share"] = _percent(share)
        status: Status = "bad" if count == 0 else "watch" if share < FILLED_FIELD else "good"
        sentences = {
            "bad": lazy("Nobody fills in {field}. Fill it in, or take it out.", **facts),
            "watch": lazy("{field} is filled in for {count} customers only ({share}).", **facts),
            "good": lazy("{field} is filled in for {count} customers ({share}).", **facts),
        }
        yield Check(
            area="fields", code="filled", subject=name, status=status,
            sentence=sentences[status], value=share,
        )  # fmt: skip


def _moved_share(moves: Mapping[tuple[str, str], int], stage: str, meant: Any) -> float | None:
    held = {after: count for (before, after), count in moves.items() if before == stage}
    total = sum(held.values())
    return sum(count for after, count in held.items() if meant(after)) / total if total else None


def _column_key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["table"], item["column"]


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _percent(share: float | None) -> str:
    return "–" if share is None else format_share(share)
