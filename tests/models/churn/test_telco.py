"""Telco: 7,043 customers with a contract, who of them left, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pytest

from zhike.models.churn import Additive, Tried, cross_validated
from zhike.models.churn.coding import coded
from zhike.models.churn.reasons import first_reasons, summed, traits_as_reasons

FILE = "telco_churn/Telco-Customer-Churn.csv"


@pytest.fixture(scope="module")
def rows(real_data: Path) -> pa.Table:
    kinds = {"TotalCharges": pa.float64(), "SeniorCitizen": pa.string()}
    options = arrow_csv.ConvertOptions(null_values=["", " "], column_types=kinds)
    return arrow_csv.read_csv(real_data / FILE, convert_options=options)


@pytest.fixture(scope="module")
def boosted(rows: pa.Table) -> tuple[Tried, Additive]:
    names = [name for name in rows.column_names if name not in ("customerID", "Churn")]
    left = pc.equal(rows["Churn"], "Yes").cast(pa.float64()).to_numpy()
    return cross_validated("boosted", rows, names, left)


def test_leavers_are_told_apart_and_probabilities_are_true(
    boosted: tuple[Tried, Additive],
) -> None:
    tried, _ = boosted
    assert tried.customers == 7043
    assert tried.auc is not None and tried.auc >= 0.845
    assert tried.calibration.error <= 0.03
    assert tried.brier < 0.75 * tried.naive_brier


def test_contract_tenure_and_charges_are_among_the_reasons(
    boosted: tuple[Tried, Additive], rows: pa.Table
) -> None:
    _, model = boosted
    reasons = traits_as_reasons([item.name for item in model.parted])
    parts = summed(model, coded(model.parted, rows), reasons)
    first = first_reasons(parts, reasons)
    named = {reasons[place].code for place in np.unique(first[first >= 0])}
    assert {"Contract", "tenure", "MonthlyCharges"} <= named
    strongest = sorted(zip(np.abs(parts).mean(axis=0), reasons, strict=True), key=lambda it: -it[0])
    assert {it.code for _, it in strongest[:2]} == {"Contract", "tenure"}


def test_the_order_of_rows_changes_nothing_of_what_is_learned_from_all(
    boosted: tuple[Tried, Additive], rows: pa.Table
) -> None:
    _, model = boosted
    codes = coded(model.parted, rows)
    assert np.allclose(model.base + model.parts(codes).sum(axis=1), model.odds(codes))
    assert abs(model.parts(codes).mean(axis=0)).max() < 1e-9
