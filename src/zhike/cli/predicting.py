"""`zhike predict`: what is to be expected of each customer, as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from zhike.cli.answers import Answer
from zhike.cli.days import DAY
from zhike.cli.frame import State, command, option
from zhike.i18n import LazyText, format_count, format_share, lazy


@command(
    "predict",
    lazy("Write what each customer will probably buy: one row a customer, CSV or Parquet."),
    option(
        "--as-of",
        lazy("Day to look ahead from; only what was known before it is used."),
        type=DAY,
        default=None,
    ),
    option(
        "--horizon-days", lazy("How many days ahead."), type=click.IntRange(1, 1095), default=365
    ),
    option(
        "--model",
        lazy("Model of when people buy; auto takes the one that did best before."),
        type=click.Choice(["auto", "pareto_nbd", "mbg_nbd", "bg_nbd"]),
        default="auto",
    ),
    option(
        "--output -o",
        lazy("File to write, .csv or .parquet."),
        type=click.Path(path_type=Path, dir_okay=False),
        required=True,
    ),
)
def predict(
    state: State, as_of: date | None, horizon_days: int, model: str, output: Path
) -> Answer:
    """Write the predictions."""
    from zhike.models.clv import Terms
    from zhike.workspace.predicting import write_predictions

    terms = Terms(days=horizon_days, model="" if model == "auto" else model)
    done = write_predictions(state.workspace(), output, as_of=as_of, terms=terms)
    said = lazy(
        "{customers} customers, {days} days ahead from {as_of}, by {model}: {path}",
        customers=format_count(done.customers),
        days=done.horizon_days,
        as_of=done.as_of.isoformat(),
        model=done.model,
        path=done.path,
    )
    return Answer(data=done.as_json(), shown=[said, _accuracy(done.error)])


def _accuracy(error: float | None) -> LazyText:
    if error is None:
        return lazy("There is too little past to say how good this is.")
    return lazy(
        "Tried on the past, it missed the number of purchases by {error}.",
        error=format_share(abs(error)),
    )
