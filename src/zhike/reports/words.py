"""Words that reports add to what the analyses say."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from datetime import timedelta

from zhike.blocks import Finding, Number, change_of
from zhike.blocks.writing import Tone
from zhike.i18n import LazyText, format_day, lazy
from zhike.reports.report import About

COMPARISONS: Mapping[str, LazyText] = {
    "previous period": lazy("the period before"),
    "same period last year": lazy("a year before"),
    "target": lazy("the target"),
}

FATES: Mapping[str, LazyText] = {
    "loaded": lazy("loaded"),
    "updated": lazy("updated"),
    "unchanged": lazy("unchanged"),
    "merged": lazy("merged"),
    "rejected": lazy("set aside"),
    "skipped": lazy("skipped"),
}


def changes_of(number: Number) -> Iterator[tuple[str, Tone, str]]:
    """How far a number is from each earlier one: the change, its tone, and since when."""
    for comparison in number.comparisons:
        change = change_of(number, comparison)
        if change:
            yield (*change, str(COMPARISONS.get(comparison, comparison)))


def change_words(number: Number) -> Iterator[LazyText]:
    """How far a number is from each earlier one, as people say it."""
    for text, _tone, when in changes_of(number):
        yield lazy("{change} on {earlier}", change=text, earlier=when)


def customers_command(analysis: str, finding: Finding) -> str:
    """What to type for the customers that a finding is about; empty where it names none.

    Examples:
        >>> finding = Finding(code="x", sentence=lazy("x"), customers={"segment": "at_risk"})
        >>> customers_command("rfm", finding)
        'zhike customers rfm --where segment=at_risk'
    """
    if not finding.customers:
        return ""
    cells = [f"--where {shlex.quote(f'{key}={value}')}" for key, value in finding.customers.items()]
    return " ".join([f"zhike customers {analysis}", *cells])


def period_words(about: About) -> LazyText:
    """The period with its last day in it, as people say it."""
    if about.period is None:
        return lazy("All days before {day}", day=format_day(about.as_of))
    first, after = about.period
    return lazy(
        "{first} to {last}", first=format_day(first), last=format_day(after - timedelta(days=1))
    )
