"""What earlier days teach, and what it does to what is expected of customers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from models.clv.shops import NOON
from zhike.catalogue import shop_from
from zhike.models.clv import MBG_NBD, PARETO_NBD, Rows, fit, histories, outlook
from zhike.models.clv.histories import rows_of
from zhike.models.clv.recalibrating import Past, earlier_days, helped_over_days, taught
from zhike.schema import Shop
from zhike.stats.recalibration import AS_IT_IS, Recalibration

ROWS = Rows.of([0, 1, 2, 6, 20, 60], [0, 20, 90, 200, 300, 350], [200, 40, 300, 210, 360, 365])
VALUES = np.array([0.6, 40.0, 0.8, 2.5])
FIRST = date(2024, 1, 1)


def shop(customers: int, days: int, *, holiday: bool) -> Shop:
    """Customers who buy about once a month; in a holiday nobody did in the last third."""
    chance = np.random.default_rng(4)
    sold = []
    for customer in range(customers):
        bought = np.flatnonzero(chance.random(days) < chance.gamma(0.6, 0.05))
        if holiday:
            bought = bought[(bought <= days * 2 / 3) | (bought >= days * 0.95)]
        sold += [(customer, FIRST + timedelta(days=int(day))) for day in bought]
    return shop_from(
        orders=pa.table(
            {
                "order_id": [str(place) for place in range(len(sold))],
                "customer_id": [str(customer) for customer, _ in sold],
                "ordered_at": [datetime.combine(day, NOON) for _, day in sold],
                "paid_amount": [10.0] * len(sold),
            }
        )
    )


def pasts_of(customers: int, days: int, *, holiday: bool = False) -> list[Past]:
    own = shop(customers, days, holiday=holiday)
    day = FIRST + timedelta(days=days)
    known = fit(MBG_NBD, rows_of(histories(own, day)))
    return earlier_days(own, day, MBG_NBD, known, days)


def test_the_day_whose_horizon_is_alike_counts_most() -> None:
    pasts = pasts_of(600, 240)
    assert [past.likeness for past in pasts] == sorted((it.likeness for it in pasts), reverse=True)
    assert pasts[0].likeness == pytest.approx(1, abs=0.01)
    for past in pasts:
        assert past.weight.sum() == pytest.approx(1)
        assert (past.bought <= past.weight + 1e-12).all()


def test_a_few_customers_or_weeks_teach_nothing() -> None:
    assert pasts_of(60, 240) == []
    assert pasts_of(600, 30) == []
    assert taught([]) == AS_IT_IS
    assert not helped_over_days([])


def test_silence_that_no_model_foresees_lowers_the_chances() -> None:
    mended = taught(pasts_of(600, 240, holiday=True))
    assert mended.chances(np.array([0.5]))[0] < 0.45


@pytest.mark.parametrize("model", [MBG_NBD, PARETO_NBD], ids=lambda model: model.name)
@pytest.mark.parametrize("mended", [Recalibration(0.8, 0.7), Recalibration(-0.8, 1.4)], ids=str)
def test_numbers_rise_and_fall_with_the_chances(model: object, mended: Recalibration) -> None:
    plain = outlook(model, VALUES, ROWS, 90.0)  # type: ignore[arg-type]
    after = outlook(model, VALUES, ROWS, 90.0, mended=mended)  # type: ignore[arg-type]
    assert after.p_purchase == pytest.approx(mended.chances(plain.p_purchase), rel=1e-9)
    of_buyers = plain.expected / plain.p_purchase
    assert after.expected / after.p_purchase == pytest.approx(of_buyers, rel=1e-9)
    assert (after.p_purchase <= after.p_alive).all()
    assert (after.p_alive <= 1).all()
    assert (after.low <= after.high).all()
    assert (np.sign(mended.shift) * (after.high - plain.high)).max() >= 0
