"""Charts and tables of leaving that several analyses show."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from zhike import charts
from zhike.analyses.accuracy_card import LIGHTS
from zhike.analyses.churn_words import BANDS, CARD, MODELS, RANKS
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, coded
from zhike.blocks import Chart, Column, Table
from zhike.i18n import LazyText, lazy

AMOUNT_AT_RISK = Column(name="amount_at_risk", label=lazy("Money at risk"), format="amount")
EXPECTED = Column(name="expected_leaving", label=lazy("Expected to leave"), format="count")


def bands_chart(rows: pa.Table) -> Chart:
    """Customers by band of risk, and the money in each."""
    title = lazy("Customers by risk of leaving")
    columns = (coded("band", lazy("Risk of leaving"), BANDS), CUSTOMERS, CUSTOMER_SHARE, EXPECTED)
    return Chart(
        name="customers_by_risk",
        title=title,
        option=charts.bar(rows, "band", "customers", labels=BANDS),
        alternative=lazy("Bars: how many customers are at high, raised or low risk of leaving."),
        table=Table(name="bands", title=title, rows=rows, columns=(*columns, AMOUNT_AT_RISK)),
    )


def reasons_chart(rows: pa.Table, words: Mapping[str, LazyText]) -> Chart:
    """Money at risk by first reason."""
    title = lazy("Money at risk by first reason")
    columns = (coded("reason", lazy("First reason"), words), CUSTOMERS, CUSTOMER_SHARE)
    return Chart(
        name="risk_by_reason",
        title=title,
        option=charts.bar(rows, "reason", "amount_at_risk", format="amount", labels=words),
        alternative=lazy("Bars: the money at risk of customers with each first reason."),
        table=Table(name="reasons", title=title, rows=rows, columns=(*columns, AMOUNT_AT_RISK)),
    )


def met_table(rows: pa.Table, words: Mapping[str, LazyText]) -> Table:
    """What those who left had met, beside what else about them says."""
    return Table(
        name="met",
        title=lazy("What those who left had in common"),
        rows=rows,
        columns=(
            coded("reason", lazy("What went with it"), words),
            coded("rank", lazy("What it is"), RANKS),
            Column(name="customers", label=lazy("Cases in the past"), format="count"),
            Column(name="left_rate", label=lazy("Of them left"), format="share"),
            Column(
                name="expected_rate", label=lazy("Would have, by all else known"), format="share"
            ),
            Column(name="difference", label=lazy("Difference"), format="share"),
        ),
        note=lazy(
            "These go with leaving; that is not yet a cause. What happened to a customer before "
            "she left may be one, a sign follows from leaving, and a trait may stand for "
            "something that nobody recorded. Whether leaving stops when the reason is taken away "
            "is told by a trial with a control group."
        ),
    )


def accuracy_table(rows: pa.Table) -> Table:
    """How the models did on customers that they had not seen."""
    return Table(
        name="accuracy",
        title=lazy("Accuracy card: who left, as foretold and as it came"),
        rows=rows,
        columns=(
            coded("model", lazy("Model"), MODELS),
            *CARD,
            coded("light", lazy("Light"), LIGHTS),
        ),
        note=lazy(
            "Each model was judged on customers or days that it had not learned from. The first "
            "one is used unless another was clearly better."
        ),
    )
