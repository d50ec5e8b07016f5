"""`zhike review`: the periodic audit of data, classes and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from zhike.cli.answers import Answer, Sheet
from zhike.cli.days import DAY
from zhike.cli.frame import State, command, option
from zhike.i18n import LazyText, _, format_count, format_day, lazy

if TYPE_CHECKING:
    from zhike.workspace.review import Review

MARKS = {"bad": "✗", "watch": "!", "good": "✓"}


@command(
    "review",
    lazy("Audit data, classes, thresholds and targets against before, and keep a dated record."),
    option("--on", lazy("Day of the review; without it today."), type=DAY),
    option("--list", lazy("List the reviews that were made."), is_flag=True),
    option("--all", lazy("Show what is well too."), is_flag=True),
)
def review(state: State, on: date | None, list: bool, all: bool) -> Answer:
    """Review, and say what is not well."""
    workspace = state.workspace()
    if list:
        return _listed(workspace.reviews())
    made = workspace.review(on=on)
    return Answer(data=made.as_json(), shown=[*_shown(made, everything=all)])


def _listed(reviews: list[Review]) -> Answer:
    data: list[dict[str, Any]] = [
        {"reviewed_on": item.reviewed_on, "snapshot": item.snapshot, "counts": item.counts}
        for item in reviews
    ]
    if not data:
        return Answer(data={"reviews": []}, shown=[lazy("There has been no review yet.")])
    rows = [
        (item["reviewed_on"], item["snapshot"], *map(format_count, item["counts"].values()))
        for item in data
    ]
    header = (_("Reviewed on"), _("Snapshot"), _("To mend"), _("To watch"), _("Well"))
    sheet = Sheet(header=header, rows=rows, right=frozenset({2, 3, 4}))
    return Answer(data={"reviews": data}, shown=[sheet])


def _shown(made: Review, *, everything: bool) -> Iterator[str | LazyText | Sheet]:
    from zhike.workspace.review_checks import AREAS

    yield lazy(
        "Review of {day}, of snapshot {snapshot} (as of {as_of}).",
        day=format_day(date.fromisoformat(made.reviewed_on)),
        snapshot=made.snapshot,
        as_of=format_day(date.fromisoformat(made.as_of)),
    )
    if made.compared_with:
        yield lazy("Compared with snapshot {snapshot}.", snapshot=made.compared_with)
    else:
        yield lazy("There is no earlier snapshot yet to compare with.")
    checks = made.as_json()["checks"]
    wanted = [item for item in checks if everything or item["status"] != "good"]
    rows = [(MARKS[it["status"]], str(AREAS[it["area"]]), it["sentence"]) for it in wanted]
    if rows:
        yield Sheet(header=("", _("Area"), _("What was found")), rows=rows)
    counts = made.counts
    yield lazy(
        "{bad} to mend, {watch} to watch, {good} well.",
        **{name: format_count(count) for name, count in counts.items()},
    )
    if made.last_on:
        yield lazy(
            "Since the review of {day}: {new} new, {solved} solved.",
            day=format_day(date.fromisoformat(made.last_on)),
            new=format_count(len(made.new)),
            solved=format_count(len(made.solved)),
        )
