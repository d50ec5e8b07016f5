"""`zhike review`: the periodic audit of data, classes and metrics, with a dated record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from zhike.i18n import LANGUAGES, LazyText, language, use_language
from zhike.workspace.durable import read_json, write_json

if TYPE_CHECKING:
    from zhike.schema import Shop
    from zhike.workspace.layout import Layout
    from zhike.workspace.review_checks import Check
    from zhike.workspace.settings import Settings
    from zhike.workspace.snapshots import Manifest, SnapshotStore

STATUSES = ("bad", "watch", "good")
NOTE = "note"
"""The field that everybody has; nobody need fill it in."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review as it is kept.

    Attributes:
        reviewed_on: The day on which it was made.
        snapshot: The snapshot looked at.
        as_of: The day from which that looks back.
        compared_with: The earlier snapshot that drift is measured against; empty without one.
        checks: One entry a check: `area`, `code`, `subject`, `status`, `value`, `before`, and the
            sentence by language.
        last_on: The day of the review before; empty without one.
        new: Problems that were none at the last review, as `code subject`.
        solved: Problems of the last review that are none any more.
    """

    reviewed_on: str
    snapshot: str
    as_of: str
    compared_with: str
    checks: tuple[Mapping[str, Any], ...]
    last_on: str = ""
    new: tuple[str, ...] = ()
    solved: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `review --json` prints, with sentences in the language of the moment."""
        return self._fields() | {
            "checks": [{**item, "sentence": item["sentence"][language()]} for item in self.checks],
            "counts": self.counts,
        }

    def record(self) -> dict[str, Any]:
        """What is kept in the workspace, in every language."""
        return self._fields() | {"checks": [dict(item) for item in self.checks]}

    @property
    def counts(self) -> dict[str, int]:
        """Status to how many checks have it."""
        return {
            status: sum(item["status"] == status for item in self.checks) for status in STATUSES
        }

    def _fields(self) -> dict[str, Any]:
        return {
            "reviewed_on": self.reviewed_on,
            "snapshot": self.snapshot,
            "as_of": self.as_of,
            "compared_with": self.compared_with,
            "last_on": self.last_on,
            "new": list(self.new),
            "solved": list(self.solved),
        }


class Reviews:
    """The periodic audit; `Workspace` is one of these."""

    if TYPE_CHECKING:
        settings: Settings
        _layout: Layout
        _snapshots: SnapshotStore

        def _marked(self, wanted: str | None) -> tuple[Manifest, Path]: ...
        def open_snapshot(self, snapshot: str | None = None) -> Shop: ...  # noqa: D102

    def review(self, *, on: date | None = None) -> Review:
        """Look at the published snapshot, beside the one before, and keep a dated record.

        Args:
            on: The day of the review; without it today in the business zone. A second review of
                one day takes the place of the first.

        Raises:
            WorkspaceError: Nothing has been computed yet.
        """
        manifest, mark = self._marked(None)
        try:
            earlier = _earlier(manifest, self._snapshots.all())
            checks = list(self._checks(manifest, earlier))
        finally:
            mark.unlink(missing_ok=True)
        today = on or datetime.now(UTC).astimezone(ZoneInfo(self.settings.timezone)).date()
        last = self._last_review(today)
        review = _reviewed(today, manifest, earlier, checks, last)
        write_json(self._layout.reviews / f"{today.isoformat()}.json", review.record())
        return review

    def reviews(self) -> list[Review]:
        """The reviews that were made, newest first."""
        files = sorted(self._layout.reviews.glob("[0-9]*.json"), reverse=True)
        return [_read(file) for file in files]

    def _last_review(self, today: date) -> Review | None:
        before = (item for item in self.reviews() if item.reviewed_on < today.isoformat())
        return next(before, None)

    def _checks(self, manifest: Manifest, earlier: Manifest | None) -> Iterator[Check]:
        from zhike.catalogue import METRIC
        from zhike.catalogue.own_metrics import own_metrics
        from zhike.workspace import review_drift as drift
        from zhike.workspace.review_checks import drift_check, separation_checks, target_checks
        from zhike.workspace.targets import targets_of

        results = self._snapshots.folder(manifest.id) / "results"
        shop = self.open_snapshot(manifest.id)
        yield from self._data_checks(manifest, earlier)
        sizes = drift.class_sizes(results)
        if earlier is not None:
            past = self._snapshots.folder(earlier.id) / "results"
            for subject, label, index in drift.input_drift(shop, self.open_snapshot(earlier.id)):
                yield drift_check("drift", subject, label, index)
            for name, before in drift.class_sizes(past).items():
                moved = drift.stability(before, sizes.get(name, {}))
                if moved is not None:
                    yield drift_check("drift", name, drift.CLASSES[name][2], moved)
        yield from _class_checks(results, sizes)
        yield from _threshold_checks(manifest, shop)
        yield from separation_checks(drift.stage_moves(results))
        own = {metric.name: metric for metric in own_metrics(self.settings.metrics)}
        targets = targets_of(self.settings.targets, own)
        values = _numbers_of(results, "overview")
        yield from target_checks(targets, METRIC | own, values, shop.currency)
        yield from _field_checks(shop)

    def _data_checks(self, manifest: Manifest, earlier: Manifest | None) -> Iterator[Check]:
        from zhike.workspace.review_checks import completeness_checks, rejection_check

        parts = [part for batch in manifest.inputs for part in batch["parts"]]
        rejected = sum(part["fates"].get("rejected", 0) for part in parts)
        yield rejection_check(sum(batch["rows_read"] for batch in manifest.inputs), rejected)
        now, before = (
            self._measured(item) if item is not None else [] for item in (manifest, earlier)
        )
        yield from completeness_checks(now, before)

    def _measured(self, manifest: Manifest) -> list[dict[str, Any]]:
        file = self._snapshots.folder(manifest.id) / "results" / "quality.json"
        columns: list[dict[str, Any]] = read_json(file)["columns"] if file.exists() else []
        return columns


def _earlier(manifest: Manifest, kept: Iterable[Manifest]) -> Manifest | None:
    """The snapshot to compare with: the newest of an earlier day, else the one before."""
    others = [item for item in kept if item.id < manifest.id]
    days = [item for item in others if item.as_of < manifest.as_of]
    return next(iter(days or others), None)


def _class_checks(results: Path, sizes: Mapping[str, Mapping[str, int]]) -> Iterator[Check]:
    from zhike.workspace.review_checks import class_checks
    from zhike.workspace.review_drift import CLASSES, class_words

    words: dict[tuple[str, str], dict[str, str]] = {}
    for chosen in LANGUAGES:
        with use_language(chosen):
            for analysis, known in class_words(results).items():
                for code, word in known.items():
                    words.setdefault((analysis, code), {})[chosen] = word
    for analysis, counts in sizes.items():
        named = {
            code: LazyText.of(**words[analysis, code]) if (analysis, code) in words else code
            for code in counts
        }
        yield from class_checks(analysis, CLASSES[analysis][2], counts, named)


def _threshold_checks(manifest: Manifest, shop: Shop) -> Iterator[Check]:
    """Thresholds that a person has set; estimated ones are what the data say by themselves."""
    from zhike.catalogue import stage_thresholds
    from zhike.workspace.review_checks import threshold_checks

    used = manifest.settings["analyses"].get("lifecycle", {})
    yield from threshold_checks(used, stage_thresholds(shop))


def _field_checks(shop: Shop) -> Iterator[Check]:
    from zhike.workspace.review_checks import field_checks

    fields = [item for item in shop.custom_fields if not item.hidden and item.name != NOTE]
    if not fields:
        return
    filled = {item.name: 0 for item in fields}
    if "custom_fields" in shop:
        rows = shop["custom_fields"]
        counts = {name: rows[name].count() for name in filled if name in rows.columns}
        filled |= rows.agg(**counts).to_pyarrow().to_pylist()[0] if counts else {}
    customers = int(shop["customers"].count().to_pyarrow().as_py()) if "customers" in shop else 0
    yield from field_checks(filled, {item.name: item.label for item in fields}, customers)


def _numbers_of(results: Path, analysis: str) -> Mapping[str, float | None]:
    from zhike.workspace.results import read_result

    result = read_result(results, analysis)
    return result.numbers if result is not None else {}


def _reviewed(
    today: date,
    manifest: Manifest,
    earlier: Manifest | None,
    checks: Iterable[Check],
    last: Review | None,
) -> Review:
    kept = tuple(_kept(check) for check in checks)
    now, before = _problems(kept), _problems(last.checks) if last else {}
    return Review(
        reviewed_on=today.isoformat(),
        snapshot=manifest.id,
        as_of=manifest.as_of,
        compared_with=earlier.id if earlier else "",
        checks=tuple(sorted(kept, key=lambda item: STATUSES.index(item["status"]))),
        last_on=last.reviewed_on if last else "",
        new=tuple(name for name in now if last and name not in before),
        solved=tuple(name for name in before if name not in now),
    )


def _problems(checks: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        f"{item['code']} {item['subject']}": item["status"]
        for item in checks
        if item["status"] != "good"
    }


def _kept(check: Check) -> dict[str, Any]:
    said: dict[str, str] = {}
    for chosen in LANGUAGES:
        with use_language(chosen):
            said[chosen] = str(check.sentence)
    return {
        "area": check.area,
        "code": check.code,
        "subject": check.subject,
        "status": check.status,
        "value": check.value,
        "before": check.before,
        "sentence": said,
    }


def _read(file: Path) -> Review:
    values = read_json(file)
    for name in ("checks", "new", "solved"):
        values[name] = tuple(values[name])
    return Review(**values)
