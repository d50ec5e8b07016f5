"""The sheets that explain: how to read the workbook, what each metric means, how good data are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from zhike.analyses.rfm_names import ADVICE, SEGMENTS
from zhike.blocks import Finding, Number, Table
from zhike.catalogue import METRIC, METRICS, Metric
from zhike.i18n import _, format_count, lazy
from zhike.reports.report import Quality, Report
from zhike.reports.words import FATES
from zhike.reports.workbook.contents import CustomerColumn, Workbook
from zhike.reports.workbook.customer_columns import NOTE
from zhike.reports.workbook.pages import Cell, Page
from zhike.reports.workbook.styles import COLOURS, EDITABLE, EDITABLE_HEAD, TONES
from zhike.schema import standard_table

TONE_WORDS = {
    "good": lazy("Good news"),
    "bad": lazy("Needs attention"),
    "neutral": lazy("For your information"),
}
TONE_OF = {"good": "good", "bad": "bad", "neutral": "quiet"}
Tables = Callable[[str, Table, Page], object]


def write_findings(workbook: Workbook, page: Page, table: Tables) -> None:
    """What stands out over all analyses with what to do, then everything that was found."""
    page.title(_("What stands out"))
    if workbook.stand_outs is not None:
        page.paragraph(str(workbook.stand_outs.summary()))
        page.gap()
        if workbook.stand_outs.items:
            table("stand_outs", workbook.stand_outs.table(), page)
            page.gap()
    page.heading(_("Every finding, the most urgent first"))
    page.header(
        [_("Kind"), _("What was found"), _("Money at stake"), _("Where")],
        ["text", "text", "amount", "text"],
    )
    sections = workbook.report.sections
    found = [(finding, section) for section in sections for finding in section.findings]
    for finding, section in sorted(found, key=lambda pair: _urgency(pair[0])):
        _finding(finding, str(section.title), page)
    page.at_least(1, 70)


def _finding(finding: Finding, where: str, page: Page) -> None:
    ground, ink = TONES[TONE_OF[finding.tone]]
    edge = {"bottom": 1, "bottom_color": COLOURS["rule"]}
    style = page.styles.of(bg_color=ground, font_color=ink, align="left", indent=1, **edge)
    page.row(
        [
            Cell(value=str(TONE_WORDS[finding.tone]), style=style),
            page.cells.value(str(finding.sentence), "text"),
            page.cells.value(finding.amount, "amount", digits=0),
            page.cells.value(where, "text"),
        ]
    )


def _urgency(finding: Finding) -> tuple[int, float]:
    return (("bad", "good", "neutral").index(finding.tone), -abs(finding.amount or 0.0))


def write_quality(quality: Quality | None, report: Report, page: Page, table: Tables) -> None:
    """What became of every record, how complete the columns are, and what could not be said."""
    page.title(_("Data quality"), _("What became of every record that was read."))
    if quality is not None:
        _fates(quality, page, table)
        for item in quality.tables:
            table("quality", item, page)
            page.gap()
    missing = [section for section in report.sections if section.missing is not None]
    if missing:
        page.heading(_("Questions that these data cannot answer yet"))
        page.header([_("Question"), _("What is missing")], ["text", "text"])
        for section in missing:
            said = (str(section.question), str(section.missing))
            page.row([page.cells.value(text, "text") for text in said])


def _fates(quality: Quality, page: Page, table: Tables) -> None:
    told = {name: count for name, count in quality.fates.items() if count}
    page.heading(_("{count} records were read").format(count=format_count(quality.read)))
    page.header([_("What became of them"), _("Records")], ["text", "count"])
    for name, count in told.items():
        page.row(
            [page.cells.value(str(FATES.get(name, name)), "text"), page.cells.value(count, "count")]
        )
    page.gap()
    if quality.set_aside:
        page.heading(_("Records that were set aside"))
        page.header([_("Reason"), _("Records"), _("File")], ["text", "count", "text"])
        for item in quality.set_aside:
            page.row(
                [
                    page.cells.value(str(item.reason), "text"),
                    page.cells.value(item.count, "count"),
                    page.cells.value(item.file, "text"),
                ]
            )
        page.gap()


def write_dictionary(workbook: Workbook, page: Page) -> None:
    """What each metric and each column of the customer table means."""
    page.title(_("Metric dictionary"), _("Every number has one meaning, everywhere."))
    page.heading(_("Metrics"))
    page.header([_("Metric"), _("What it means"), _("More is")], ["text", "text", "text"])
    better = {"up": _("better"), "down": _("worse"), "": "–"}
    metrics: list[Metric | Number] = [*METRICS, *_own_metrics(workbook)]
    for metric in metrics:
        page.row(
            [
                page.cells.value(str(metric.label), "text"),
                page.cells.value(str(metric.definition), "text"),
                page.cells.value(better[metric.direction], "text"),
            ]
        )
    page.gap()
    page.heading(_("Columns of the customer table"))
    page.header([_("Column"), _("What it means"), _("Yours to edit")], ["text", "text", "text"])
    for column in workbook.customers.columns:
        page.row(
            [
                page.cells.value(str(column.label), "text"),
                page.cells.value(meaning_of(column), "text"),
                page.cells.value(_("Yes") if column.editable else "–", "text"),
            ]
        )
    page.at_least(1, 90)


COLUMN_WORDS = {
    "stage": lazy(
        "Where the customer stands: potential (known, has not bought), first purchase, repeat, "
        "loyal, lost (silent for longer than those who come back usually are)."
    ),
    "rfm_segment": lazy("One of eleven segments, by when, how often and for how much they buy."),
    "rfm_type": lazy("One of eight types: recency, frequency and amount, each high or low."),
    "value_tier": lazy("High, middle or low, by the net revenue they bring."),
    "frequency_class": lazy("Whether they buy often, now and then, once, or never did."),
    "abc_class": lazy("A: the few who bring most of the revenue; C: the many who bring little."),
    "relationship": lazy(
        "How the silence since the last purchase compares with the customer's own usual gap."
    ),
    "churn_risk": lazy("Whether they will probably buy nothing for a while: see about to leave."),
    "churn_reason": lazy("What speaks most for their leaving; what happened goes before signs."),
    "frequency": lazy("Purchases so far."),
    "monetary": lazy("Net revenue so far: what was bought, less discounts and refunds."),
    "average_order_value": lazy("Net revenue by purchases."),
    "recency_days": lazy("Days from the last purchase to the day looked back from."),
    "tenure_days": lazy("Days from the first purchase to the day looked back from."),
    "mean_gap_days": lazy("Days between purchases on average; empty after only one."),
    "discount_share": lazy("Share of purchases with a discount."),
    "weekend_share": lazy("Share of purchases on a Saturday or Sunday."),
    "refund_rate": lazy("What was given back, by what was bought."),
    "recency_score": lazy("1 to 5; 5 bought most recently."),
    "frequency_score": lazy("1 to 5; 5 buys most often."),
    "monetary_score": lazy("1 to 5; 5 brings most."),
    "category": lazy("The category bought most often."),
    "channel": lazy("The channel used most often."),
    NOTE: lazy("Whatever you want to remember about the customer."),
}


def meaning_of(column: CustomerColumn) -> str:
    """What a column of the customer table means, in a sentence."""
    if column.name in COLUMN_WORDS:
        return str(COLUMN_WORDS[column.name])
    for table in ("customers", "people"):
        if column.name in standard_table(table):
            return str(standard_table(table)[column.name].description)
    return _("A field of your own.") if column.group == "custom" else str(column.label)


def write_reading(workbook: Workbook, page: Page) -> None:
    """How to read and use the workbook, for whoever runs the shop."""
    page.title(_("How to read this workbook"))
    for heading, sentences in _chapters(workbook):
        page.heading(heading)
        for sentence in sentences:
            page.paragraph(sentence, bullet=True)
        page.gap()
    page.heading(_("What the colours mean"))
    edge = {"border": 1, "border_color": COLOURS["rule"]}
    swatches = [
        (EDITABLE_HEAD, "#ffffff", _("Title of a column that is yours to edit")),
        (EDITABLE, COLOURS["ink"], _("A cell that is yours to edit")),
        *((*TONES[tone], str(words)) for tone, words in _tones()),
    ]
    for ground, ink, words in swatches:
        page.row(
            [
                Cell(
                    value=words,
                    style=page.styles.of(bg_color=ground, font_color=ink, indent=1, **edge),
                )
            ]
        )
    page.gap()
    page.heading(_("What to do about each segment"))
    for code in SEGMENTS:
        page.row(
            [
                page.cells.value(str(SEGMENTS[code]), "text"),
                page.cells.value(str(ADVICE[code]), "text"),
            ],
        )
    page.at_least(0, 34)
    page.at_least(1, 80)


def _tones() -> Iterator[tuple[str, object]]:
    yield "good", lazy("Going well: keep it so")
    yield "fair", lazy("Growing: a nudge helps")
    yield "watch", lazy("Cooling: act soon")
    yield "bad", lazy("About to be lost, or lost: decide whether to win them back")
    yield "quiet", lazy("Little at stake")


def _chapters(workbook: Workbook) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield (
        _("Where to begin"),
        (
            _("Read the first sheet: the large figures are the month, with the change below."),
            _("Read what stands out: bad news first, each with the money at stake."),
            _("Open the customer table and filter by stage or segment to see who is meant."),
        ),
    )
    yield (
        _("The customer table"),
        (
            _("One row is one customer, the best customers first. The arrows in row 2 filter."),
            _("Long numbers such as phones and ids are text, so that no digit is lost."),
            _privacy(workbook),
        ),
    )
    yield (
        _("Editing, and taking it back"),
        (
            _("Columns with an ochre title are yours: correct a name, set a level, write a note."),
            _("Add a column for anything of your own: give it a title in row 2, and fill it."),
            _("Save, then run `zhike add FILE`: your changes are kept through every new export."),
            _("Computed columns cannot be edited; deleting a row never deletes a customer."),
        ),
    )


def _privacy(workbook: Workbook) -> str:
    if workbook.masked:
        return _(
            "Names, phones and addresses are masked. Leave a masked cell as it is, or write the "
            "whole value; `zhike export workbook --unmasked` shows them in full."
        )
    return _("Names, phones and addresses are shown in full: keep this file to yourselves.")


def _own_metrics(workbook: Workbook) -> list[Number]:
    """The company's own metrics, as the overview shows them."""
    overview = (part for part in workbook.report.sections if part.name == "overview")
    return [item for part in overview for item in part.numbers if item.name not in METRIC]
