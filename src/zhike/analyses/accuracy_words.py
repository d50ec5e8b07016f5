"""Accuracy cards in words and rows: what was said, what came, and how far to believe it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from zhike import charts
from zhike.analyses.accuracy_card import LIGHTS
from zhike.analyses.columns import coded
from zhike.blocks import Chart, Column, Format, Table, Text
from zhike.catalogue import Card, Shown
from zhike.i18n import LazyText, lazy

FORETOLD: dict[str, LazyText] = {
    "purchases": lazy("Purchases of each customer"),
    "leaving": lazy("Customers who leave"),
    "next_day": lazy("Customers who come, and their day"),
    "next_basket": lazy("Products of the next basket"),
    "demand_revenue": lazy("Net revenue to come"),
    "demand_orders": lazy("Purchases to come"),
    "demand_units": lazy("Units to come"),
    "groups": lazy("Natural groups"),
}
MODELS: dict[str, LazyText] = {
    "pareto_nbd": lazy("Pareto/NBD"),
    "mbg_nbd": lazy("MBG/NBD"),
    "bg_nbd": lazy("BG/NBD"),
    "mended": lazy("The chosen one, its chances mended by earlier days"),
    "boosted": lazy("Boosted trees"),
    "linear": lazy("Logistic regression"),
    "timing": lazy("Waiting time by own rhythm"),
    "blend": lazy("Blend of four views"),
    "kmeans": lazy("k-means"),
    "level": lazy("Smoothed level"),
    "calendar": lazy("Level and calendar"),
    "trend": lazy("Level, calendar and a slowing trend"),
    "combined": lazy("Mean of the models"),
    "naive": lazy("As in the last period"),
    "seasonal_naive": lazy("As a year (or week) before"),
}
MEASURES: dict[str, LazyText] = {
    "rmse": lazy("purchases a customer (RMSE)"),
    "brier": lazy("squared chance (Brier)"),
    "days": lazy("days, the median"),
    "wape": lazy("share of the total, week by week (WAPE)"),
    "missed": lazy("share of a basket not found"),
    "unstable": lazy("share not found again"),
    "": lazy("none"),
}
COLUMNS = (
    coded("of", lazy("What is foretold"), FORETOLD),
    coded("light", lazy("Light"), LIGHTS),
    coded("model", lazy("Model"), MODELS),
    Column(name="tried_on", label=lazy("Tried as of"), format="day"),
    Column(name="days", label=lazy("Days ahead"), format="count"),
    Column(name="customers", label=lazy("Customers tried on"), format="count"),
    Column(name="foretold", label=lazy("It said"), format="count"),
    Column(name="came", label=lazy("It was"), format="count"),
    Column(name="missed", label=lazy("Error of the total"), format="share"),
    Column(name="error", label=lazy("Error"), format="number"),
    Column(name="naive_error", label=lazy("The same, by a rule of thumb"), format="number"),
    coded("measure", lazy("In what"), MEASURES),
    Column(name="gain", label=lazy("Better than the rule by"), format="share"),
    Column(name="auc", label=lazy("Tells apart (AUC)"), format="number"),
    Column(name="brier", label=lazy("Brier score"), format="number"),
    Column(name="calibration_error", label=lazy("Calibration error"), format="share"),
    Column(name="coverage", label=lazy("Within the 90 % interval"), format="share"),
    Column(name="drift", label=lazy("Error since the last run"), format="share"),
    coded("light_before", lazy("Light in the last run"), LIGHTS),
)
NUMBERS = ("days", "customers", "foretold", "came", "missed", "error", "naive_error", "gain",
           "auc", "brier", "coverage")  # fmt: skip


def card_table(cards: Sequence[Card], before: Mapping[str, Card]) -> pa.Table:
    """One row a card, beside the card of the run before."""
    earlier = [before.get(card.of) for card in cards]
    calibrations = [card.calibration for card in cards]
    return pa.table(
        {
            **{
                name: pa.array([getattr(card, name) for card in cards], pa.string())
                for name in ("of", "light", "model", "measure")
            },
            "tried_on": pa.array([card.tried_on for card in cards], pa.date32()),
            **{
                name: pa.array([getattr(card, name) for card in cards], pa.float64())
                for name in NUMBERS
            },
            "calibration_error": pa.array(
                [curve.error if curve else None for curve in calibrations], pa.float64()
            ),
            "drift": pa.array(
                [card.drift(one) for card, one in zip(cards, earlier, strict=True)], pa.float64()
            ),
            "light_before": pa.array([one.light if one else None for one in earlier], pa.string()),
        }
    )


def curve_table(cards: Iterable[Card]) -> pa.Table:
    """One row a card and group of about as many customers: `foretold`, `came`, `customers`."""
    rows = [
        (card.of, place + 1, *group)
        for card in cards
        if card.calibration is not None
        for place, group in enumerate(
            zip(
                card.calibration.foretold.tolist(),
                card.calibration.came.tolist(),
                card.calibration.weight.tolist(),
                strict=True,
            )
        )
    ]
    kinds = {
        "of": pa.string(),
        "group": pa.int64(),
        "foretold": pa.float64(),
        "came": pa.float64(),
        "customers": pa.float64(),
    }
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )


def told_of(card: Card, currency: str) -> Text:
    """In plain words: what was said last time, and what came."""
    return Text(
        body=_sentence(card, currency), tone="plain" if card.light == "green" else "warning"
    )


def _sentence(card: Card, currency: str) -> LazyText:
    what = FORETOLD.get(card.of, lazy("Another forecast"))
    if card.light == "none":
        return lazy("{what}: there is too little past to try it on.", what=what)
    facts = {"what": what, "light": LIGHTS[card.light]}
    if card.measure == "missed":
        return lazy(
            "{what}: {light}. Ten products chosen for each customer would have held {own} of her "
            "next basket, the same ten for all {same}.",
            own=Shown(1 - (card.error or 0.0), "share"),
            same=Shown(1 - (card.naive_error or 0.0), "share"),
            **facts,
        )
    if card.measure == "unstable":
        return lazy(
            "{what}: {light}. In resampled customers they were found again to {share}, chance "
            "taken off.",
            share=Shown(1 - (card.error or 0.0), "share"),
            **facts,
        )
    return _of_totals(card, currency, facts)


def _of_totals(card: Card, currency: str, facts: Mapping[str, LazyText]) -> LazyText:
    written: Format = "amount" if card.of == "demand_revenue" else "count"
    foretold, came = (Shown(total, written, currency) for total in (card.foretold, card.came))
    if card.tried_on is None:
        return lazy(
            "{what}: {light}. Of {customers} past customers that it had not seen, it would have "
            "said {foretold}; it was {came}.",
            customers=Shown(card.customers, "count"),
            foretold=foretold,
            came=came,
            **facts,
        )
    return lazy(
        "{what}: {light}. On {day} it would have said {foretold} for the {days} days to come; it "
        "was {came}.",
        day=Shown(card.tried_on, "day"),
        days=card.days,
        foretold=foretold,
        came=came,
        **facts,
    )


def curve_chart(of: str, rows: pa.Table) -> Chart:
    """Chances beside what came, from the least likely tenth of customers to the likeliest."""
    title = lazy("Chances and what came: {what}", what=FORETOLD.get(of, lazy("Another forecast")))
    lines = {"foretold": lazy("Mean chance"), "came": lazy("Share to whom it happened")}
    return Chart(
        name=f"calibration_{of}",
        title=title,
        option=charts.line(rows, "group", lines, format="share", dashed=("foretold",)),
        alternative=lazy(
            "Lines: the mean chance of each tenth of customers, and to how many it happened."
        ),
        table=Table(
            name=f"calibration_{of}",
            title=title,
            rows=rows,
            columns=(
                Column(name="group", label=lazy("Tenth of customers"), format="count"),
                Column(name="foretold", label=lines["foretold"], format="share"),
                Column(name="came", label=lines["came"], format="share"),
                Column(name="customers", label=lazy("Customers"), format="count"),
            ),
        ),
    )
