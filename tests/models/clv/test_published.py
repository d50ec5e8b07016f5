"""The parameters and log-likelihoods of the papers, to the last printed digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.clv.shops import cdnow_rows, cdnow_spends
from zhike.models.clv.fitting import fit
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA, spend_depends_on_count
from zhike.models.clv.geometric import BG_NBD, MBG_NBD
from zhike.models.clv.pareto import PARETO_NBD

DAYS_A_WEEK = 7


@pytest.mark.parametrize(
    ("model", "published", "log_likelihood"),
    [
        (BG_NBD, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
        (PARETO_NBD, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
        # As BTYDplus prints them for the same customers (its vignette, mbgcnbd.EstimateParameters).
        (MBG_NBD, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.1),
    ],
    ids=["bg_nbd", "pareto_nbd", "mbg_nbd"],
)
def test_the_published_fit_of_cdnow_is_reproduced(
    real_data: Path, model: Any, published: dict[str, float], log_likelihood: float
) -> None:
    rows = cdnow_rows(real_data)
    found = fit(model, rows)
    weeks = {
        name: value / (DAYS_A_WEEK if name in ("alpha", "beta") else 1)
        for name, value in found.values.items()
    }
    assert rows.customers == 2357
    assert {name: round(value, 3) for name, value in weeks.items()} == published
    in_weeks = found.log_likelihood + float(rows.x @ rows.n) * np.log(DAYS_A_WEEK)
    assert round(in_weeks, 1) == log_likelihood
    assert found.status == "converged"


def test_the_published_spend_of_cdnow_is_reproduced(real_data: Path) -> None:
    spends = cdnow_spends(real_data)
    found = fit(GAMMA_GAMMA, spends)
    assert spends.customers == 946
    assert {name: round(value, 2) for name, value in found.values.items()} == {
        "p": 6.25,
        "q": 3.74,
        "gamma": 15.44,
    }
    assert round(found.log_likelihood, 1) == -4055.9
    correlation, _ = spend_depends_on_count(spends)
    assert 0 < correlation < 0.25
