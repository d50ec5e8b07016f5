"""Tables of those at risk: by band, by first reason, and their reasons in words."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.accuracy_card import LIGHTS
from zhike.analyses.churn_words import BANDS, joined_words, light_of, reason_words
from zhike.analyses.columns import shares
from zhike.blocks import Text
from zhike.catalogue import Card, Shown
from zhike.i18n import LazyText, lazy
from zhike.models.churn import Leaving
from zhike.models.churn.reasons import MOST

AT_RISK = ("high", "raised")


def no_members() -> pa.Table:
    """What the model says of nobody."""
    columns = {"customer_id": pa.string(), "leaving_probability": pa.float64()}
    columns |= {"amount": pa.float64()}
    for nth in range(1, MOST + 1):
        columns |= {f"reason_{nth}": pa.string()}
        columns |= {f"reason_{nth}_{name}": pa.float64() for name in ("value", "odds")}
    return pa.table({name: pa.array([], kind) for name, kind in columns.items()})


def by_band(members: ir.Table) -> pa.Table:
    """Customers and money by band, the highest risk first."""
    sums = {
        "expected_leaving": members.leaving_probability,
        "amount_at_risk": members.amount_at_risk,
    }
    rows = _summed(members, "band", sums)
    return _table("band", [rows[name] for name in BANDS if name in rows], tuple(sums))


def by_reason(members: ir.Table) -> pa.Table:
    """Customers at high or raised risk and their money by first reason, most money first."""
    told = members.filter(members.band.isin(AT_RISK), members.reason_1.notnull())
    told = told.mutate(reason=told.reason_1)
    rows = _summed(told, "reason", {"amount_at_risk": told.amount_at_risk})
    order = sorted(rows.values(), key=lambda row: (-row["amount_at_risk"], row["reason"]))
    return _table("reason", order, ("amount_at_risk",))


def _summed(rows: ir.Table, by: str, sums: dict[str, Any]) -> dict[str, dict[str, Any]]:
    wanted = {name: value.sum().cast("float64") for name, value in sums.items()}
    found = rows.group_by(by).agg(customers=rows.count(), **wanted).to_pyarrow().to_pylist()
    return {row[by]: row for row in found}


def _table(by: str, rows: list[dict[str, Any]], sums: tuple[str, ...]) -> pa.Table:
    customers = pa.chunked_array([pa.array([row["customers"] for row in rows], pa.int64())])
    columns = {name: pa.array([row[name] for row in rows], pa.float64()) for name in sums}
    return pa.table(
        {
            by: pa.array([row[by] for row in rows], pa.string()),
            "customers": customers,
            "customer_share": shares(customers),
            **columns,
        }
    )


def with_words(rows: pa.Table) -> pa.Table:
    """The rows with `said`, a code of each customer's reasons that `words_of_rows` spells out."""
    return rows.append_column("said", rows["customer_id"])


def words_of_rows(rows: pa.Table, currency: str) -> dict[str, LazyText]:
    """Code of `said` to the reasons in words."""
    return {row["said"]: joined_words(_reasons(row, currency)) for row in rows.to_pylist()}


def _reasons(row: dict[str, Any], currency: str) -> list[LazyText]:
    places = range(1, MOST + 1)
    named = [(row[f"reason_{nth}"], row[f"reason_{nth}_value"]) for nth in places]
    return [reason_words(code, value, currency) for code, value in named if code is not None]


def card_of(found: Leaving) -> Card:
    """The card of what is used."""
    tried = found.tried.get(found.chosen)
    if tried is None:
        return Card(of="leaving", model=found.chosen, light="none")
    return Card(
        of="leaving",
        model=tried.model,
        light=light_of(tried),
        tried_on=found.tried_on,
        days=found.horizon_days,
        customers=tried.customers,
        foretold=tried.foretold,
        came=tried.came,
        error=tried.brier,
        naive_error=tried.naive_brier,
        measure="brier",
        auc=tried.auc,
        brier=tried.brier,
        calibration=tried.calibration,
    )


def told_of(found: Leaving) -> Text:
    """In plain words: what the model said last time, and who left."""
    tried = found.tried.get(found.chosen)
    light = light_of(tried)
    if tried is None or light == "none":
        return Text(body=lazy("The model could not be tried on your own past."), tone="warning")
    facts = {
        "light": LIGHTS[light],
        "foretold": Shown(tried.foretold, "count"),
        "customers": Shown(tried.customers, "count"),
        "came": Shown(tried.came, "count"),
    }
    if found.tried_on is None:
        body = lazy(
            "{light}: of {customers} past cases that it had not seen, the model would have said "
            "that {foretold} leave; {came} did.",
            **facts,
        )
    else:
        body = lazy(
            "{light}: asked {days} days ago, the model would have said that {foretold} of "
            "{customers} customers leave; {came} did.",
            days=found.horizon_days,
            **facts,
        )
    return Text(body=body, tone="plain" if light == "green" else "warning")
