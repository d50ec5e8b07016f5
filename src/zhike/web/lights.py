"""The lights of the overview: can the data be trusted, the forecasts, and are they fresh?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from zhike.blocks import Table
from zhike.i18n import LazyText, format_day, format_share, lazy, n_
from zhike.reports import Report
from zhike.web.published import Published

Tone = Literal["good", "fair", "bad", "none"]
FEW_SET_ASIDE, MANY_SET_ASIDE = 0.01, 0.05
FRESH_DAYS, OLD_DAYS = 7, 35
TONES: Mapping[str, Tone] = {"green": "good", "yellow": "fair", "red": "bad"}
"""The lights of an accuracy card."""
WORST_FIRST: tuple[Tone, ...] = ("bad", "fair", "none", "good")


@dataclass(frozen=True, kw_only=True)
class Light:
    """One light.

    Attributes:
        name: Stable name for programs.
        tone: Its colour.
        label: What it is about.
        sentence: What it says.
        address: The page that says more.
    """

    name: str
    tone: Tone
    label: LazyText
    sentence: LazyText | str
    address: str


def lights_of(published: Published) -> Iterator[Light]:
    """Data quality, accuracy of what was foretold, and freshness."""
    yield _quality(published.report)
    yield _accuracy(published.report)
    yield _freshness(published)


def _quality(report: Report) -> Light:
    quality = report.quality
    aside = quality.fates.get("rejected", 0) if quality else 0
    share = aside / quality.read if quality and quality.read else 0.0
    few = "good" if share <= FEW_SET_ASIDE else "fair"
    return Light(
        name="quality",
        tone="bad" if share > MANY_SET_ASIDE else few,  # type: ignore[arg-type]
        label=lazy("Data quality"),
        sentence=lazy("{share} of the records could be used", share=format_share(1 - share)),
        address="/data",
    )


def _accuracy(report: Report) -> Light:
    found = list(_cards(report))
    tone, source = min(found, key=lambda item: WORST_FIRST.index(item[0]), default=("none", ""))
    return Light(
        name="accuracy",
        tone=tone,
        label=lazy("Forecasts"),
        sentence=ACCURACIES[tone],
        address=f"/analyses/{source}" if source else "/analyses",
    )


def _cards(report: Report) -> Iterator[tuple[Tone, str]]:
    """The tone of every accuracy card, and the analysis that it belongs to."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table) and "light" in block.rows.column_names:
                for light in block.rows["light"].to_pylist():
                    yield TONES.get(light, "none"), section.name


ACCURACIES: Mapping[Tone, LazyText] = {
    "good": lazy("Reliable when tried on the past"),
    "fair": lazy("To be taken with care"),
    "bad": lazy("Some are not to be relied on"),
    "none": lazy("Not tried on the past yet"),
}


def _freshness(published: Published) -> Light:
    days = published.age_days
    aged: Tone = "fair" if days <= OLD_DAYS else "bad"
    until = format_day(published.report.about.as_of - timedelta(days=1))
    ago = n_("{count} day ago", "{count} days ago", days).format(count=days)
    return Light(
        name="freshness",
        tone="good" if days <= FRESH_DAYS else aged,
        label=lazy("Freshness"),
        sentence=lazy("Data up to {day}, {ago}", day=until, ago=ago),
        address="/data",
    )
