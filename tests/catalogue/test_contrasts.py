"""What sets groups apart: silent where nothing does, and finding what was planted."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.catalogue import Trait
from zhike.catalogue.contrasts import Contrast, contrast
from zhike.catalogue.summaries import Counted, TraitSummary
from zhike.i18n import lazy
from zhike.stats import Sample

CHOICES = tuple(
    Trait(name=f"choice_{n}", label=lazy("Other"), kind="choice", format="text", group="custom")
    for n in range(6)
)
NUMBERS = tuple(
    Trait(name=f"number_{n}", label=lazy("Other"), kind="number", format="number", group="custom")
    for n in range(6)
)
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def _group(random: np.random.Generator, size: int, lift: float = 0.0) -> TraitSummary:
    """Random customers; `lift` moves people to the first value of the first choice."""
    values = {}
    for trait in CHOICES:
        shares = SHARES.copy()
        if trait is CHOICES[0]:
            shares += np.array([lift, -lift, 0, 0])
        counts = random.multinomial(size, shares)
        values[trait.name] = {
            f"value {place}": Counted(customers=int(count), revenue=0.0)
            for place, count in enumerate(counts)
        }
    moments = {}
    for trait in NUMBERS:
        numbers = random.exponential(10, size)
        moments[trait.name] = Sample(count=size, mean=numbers.mean(), variance=numbers.var(ddof=1))
    known = {trait.name: size for trait in (*CHOICES, *NUMBERS)}
    return TraitSummary(customers=size, revenue=0.0, known=known, moments=moments, values=values)


def _compared(seed: int, lift: float = 0.0) -> Contrast:
    random = np.random.default_rng(seed)
    groups = _group(random, 400, lift), _group(random, 2500)
    return contrast(*groups, [*CHOICES, *NUMBERS])


def test_groups_of_one_kind_are_seldom_told_apart() -> None:
    surprised = 0
    for seed in range(200):
        found = _compared(seed)
        chances = found.shares["chance"].to_pylist() + found.means["chance"].to_pylist()
        surprised += min(chances) < 0.05
    # 5 % of 200 are 10; more than 20 would come once in a thousand times.
    assert surprised <= 20


def test_a_planted_difference_stands_out_alone() -> None:
    found = _compared(7, lift=0.15)
    standing = [row for row in found.shares.to_pylist() if row["stands_out"]]
    assert {(row["trait"], row["value"]) for row in standing} == {
        ("choice_0", "value 0"),
        ("choice_0", "value 1"),
    }
    assert found.traits["trait"].to_pylist()[0] == "choice_0"


def test_a_trifle_does_not_stand_out_however_sure_it_is() -> None:
    sizes = 1_000_000, 1_000_000
    summaries = [
        TraitSummary(
            customers=size,
            revenue=0.0,
            known={"choice_0": size},
            moments={},
            values={"choice_0": {"value": Counted(customers=count, revenue=0.0)}},
        )
        for size, count in zip(sizes, (505_000, 500_000), strict=True)
    ]
    row = contrast(*summaries, CHOICES[:1]).shares.to_pylist()[0]
    assert row["chance"] < 1e-9
    assert not row["stands_out"]
    assert row["index"] == pytest.approx(100 * 0.505 / 0.5025)


def test_an_empty_group_is_no_fault() -> None:
    random = np.random.default_rng(1)
    nobody, others = _group(random, 0), _group(random, 50)
    found = contrast(nobody, others, [*CHOICES, *NUMBERS])
    assert not any(row["stands_out"] for row in found.shares.to_pylist())
    assert found.means["mean"].null_count == found.means.num_rows
