"""Two segments side by side, against a count over the raw rows."""

from __future__ import annotations

import pytest

from analyses.segment_shop import DAY, known, shop
from zhike.analyses.comparison import Comparison
from zhike.errors import ParameterError


def test_both_sides_are_counted_from_the_raw_rows() -> None:
    result = Comparison(as_of=DAY, left="gender = 'female'", right="gender = 'male'").run(shop())
    people = known()
    left, right = (people[people.gender == it] for it in ("female", "male"))
    rows = {row["side"]: row for row in result.sizes.to_pylist()}
    for side, group in (("left", left), ("right", right)):
        assert rows[side]["customers"] == len(group)
        assert rows[side]["purchases"] == group.frequency.sum()
        assert rows[side]["revenue"] == pytest.approx(group.monetary.sum())
        assert result.customers(side=side).count().to_pyarrow().as_py() == len(group)
    means = {row["trait"]: row for row in result.means.to_pylist()}
    assert means["frequency"]["mean"] == pytest.approx(left.frequency.mean())
    assert means["frequency"]["others_mean"] == pytest.approx(right.frequency.mean())
    assert result.numbers["in_both"] == 0


def test_who_is_in_both_is_told() -> None:
    result = Comparison(as_of=DAY, left="frequency >= 2", right="frequency >= 1").run(shop())
    again = (known().frequency >= 2).sum()
    assert result.numbers["in_both"] == again
    assert any("are in both segments" in str(getattr(it, "body", "")) for it in result.blocks())


def test_a_side_that_is_not_there_is_refused() -> None:
    with pytest.raises(ParameterError):
        Comparison(as_of=DAY).run(shop()).customers(side="middle")
