"""The accuracy card: what a model said of the shop's own past, and what came."""

from __future__ import annotations

import pyarrow as pa

from zhike.blocks import Column, Text
from zhike.catalogue import Card, Light, Shown
from zhike.i18n import LazyText, lazy
from zhike.models.clv import Forecast, Holdout

LIGHTS: dict[str, LazyText] = {
    "green": lazy("Reliable"),
    "yellow": lazy("Take with care"),
    "red": lazy("Do not rely on it"),
    "none": lazy("Not tried yet"),
}
SMALL_ERROR, LARGE_ERROR = 0.1, 0.3
SMALL_MISCALIBRATION, LARGE_MISCALIBRATION = 0.03, 0.1
GOOD_AUC, POOR_AUC = 0.65, 0.55
CARD = (
    Column(name="foretold", label=lazy("Purchases foretold"), format="count"),
    Column(name="came", label=lazy("Purchases that came"), format="count"),
    Column(name="error", label=lazy("Error of the total"), format="share"),
    Column(name="rmse", label=lazy("Error a customer (RMSE)"), format="number"),
    Column(name="naive_rmse", label=lazy("The same, by a rule of thumb"), format="number"),
    Column(name="auc", label=lazy("Tells buyers apart (AUC)"), format="number"),
    Column(name="brier", label=lazy("Brier score"), format="number"),
    Column(name="calibration_error", label=lazy("Calibration error"), format="share"),
    Column(name="coverage", label=lazy("Within the 90 % interval"), format="share"),
)


def light_of(held: Holdout | None) -> Light:
    """Whether a model can be believed, from how it did on the shop's own past."""
    if held is None or held.auc is None or not held.came:
        return "none"
    wrong, apart = abs(held.error), held.calibration.error
    if wrong > LARGE_ERROR or apart > LARGE_MISCALIBRATION or held.auc < POOR_AUC:
        return "red"
    good = wrong <= SMALL_ERROR and apart <= SMALL_MISCALIBRATION and held.auc >= GOOD_AUC
    return "green" if good and held.rmse < held.naive_rmse else "yellow"


def card_rows(found: Forecast | None) -> pa.Table:
    """One row a model that was tried: what it said, what came, and its light."""
    names = ["foretold", "came", "error", "rmse", "naive_rmse", "auc", "brier"]
    tried = list(found.holdouts.values()) if found else []
    numbers = {
        name: pa.array([getattr(held, name) for held in tried], pa.float64()) for name in names
    }
    return pa.table(
        {
            "model": pa.array([held.name for held in tried], pa.string()),
            **numbers,
            "calibration_error": pa.array([held.calibration.error for held in tried], pa.float64()),
            "coverage": pa.array([held.coverage for held in tried], pa.float64()),
            "light": pa.array([light_of(held) for held in tried], pa.string()),
        }
    )


def card_of(found: Forecast) -> Card:
    """The card of what is used."""
    held = found.holdout
    if held is None:
        return Card(of="purchases", model=found.worth.model.name, light="none")
    return Card(
        of="purchases",
        model=held.name,
        light=light_of(held),
        tried_on=held.day,
        days=held.days,
        customers=held.customers,
        foretold=held.foretold,
        came=held.came,
        error=held.rmse,
        naive_error=held.naive_rmse,
        measure="rmse",
        auc=held.auc,
        brier=held.brier,
        coverage=held.coverage,
        calibration=held.calibration,
    )


def told_of(found: Forecast) -> Text:
    """In plain words: what the model said last time, and what came."""
    held = found.holdout
    if held is None:
        return Text(
            body=lazy(
                "There is too little past to try the forecast on; nobody knows yet how good it is."
            ),
            tone="warning",
        )
    light = light_of(held)
    return Text(
        body=lazy(
            "{light}: asked {days} days ago, it would have said {foretold} purchases; {came} came.",
            light=LIGHTS[light],
            days=held.days,
            foretold=Shown(held.foretold, "count"),
            came=Shown(held.came, "count"),
        ),
        tone="plain" if light == "green" else "warning",
    )
