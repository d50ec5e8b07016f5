"""How the numbers came about and what they cannot say: the same sentences in every form."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.i18n import LazyText, format_count, format_day, format_share, lazy
from zhike.reports.report import Report
from zhike.reports.words import period_words

OPEN_FATES = ("rejected", "skipped")


def method_of(report: Report) -> tuple[LazyText, ...]:
    """How it was counted, in sentences."""
    about = report.about
    return (
        lazy(
            "Everything looks back from {day}: what happened on or after that day is left out. "
            "The period of the headline numbers is {period}.",
            day=format_day(about.as_of),
            period=period_words(about),
        ),
        lazy(
            "A purchase is an order that was paid, is not closed, has goods worth more than zero "
            "and was not given back in full. Test orders and suspected fake orders are out."
        ),
        lazy(
            "Net revenue is goods less vouchers and discounts, minus refunds on the day of the "
            "refund. Shipping and fees are not in it. Amounts are in {currency}.",
            currency=about.currency or "–",
        ),
        lazy(
            "Findings are changes and differences larger than chance would make them in these "
            "data; a change that is not named is not proven to be none."
        ),
    )


def limits_of(report: Report) -> tuple[LazyText, ...]:
    """What these data cannot say, in sentences."""
    return tuple(_limits(report))


def _limits(report: Report) -> Iterator[LazyText]:
    share = next((it.value for it in report.numbers if it.name == "identified_share"), None)
    if share is not None and share < 1:
        yield lazy(
            "{share} of net revenue comes from known customers; every number about customers is "
            "about them alone.",
            share=format_share(share),
        )
    if report.quality is not None:
        aside = sum(report.quality.fates.get(fate, 0) for fate in OPEN_FATES)
        if aside:
            yield lazy(
                "{count} of {read} records could not be used or hold no data; they are listed by "
                "reason.",
                count=format_count(aside),
                read=format_count(report.quality.read),
            )
    missing = sum(section.missing is not None for section in report.sections)
    if missing:
        yield lazy(
            "{count} of {questions} questions cannot be answered with these data yet; the full "
            "report says what to add.",
            count=format_count(missing),
            questions=format_count(len(report.sections)),
        )
    yield lazy(
        "A status or attribute that carries no date counts as it is now, also for earlier days."
    )
    yield lazy(
        "What goes together need not cause one another. Try a change on a part of the customers "
        "first, and compare with those left alone."
    )
