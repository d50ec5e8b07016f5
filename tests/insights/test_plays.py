"""The catalogue of plays: complete, in both languages, and an answer to every cause."""

from __future__ import annotations

import pytest

from zhike.blocks import Finding
from zhike.catalogue import METRIC, STAGES
from zhike.i18n import lazy, use_language
from zhike.insights import all_plays, plays_for
from zhike.insights.evidence import DRIVERS
from zhike.insights.facts import DIMENSIONS
from zhike.insights.plays import TEXTS
from zhike.insights.sums import ALL


def test_there_are_about_thirty_plays_and_each_is_whole_in_both_languages() -> None:
    assert 28 <= len(all_plays()) <= 40
    for play in all_plays():
        assert play.metric in METRIC
        assert set(play.stages) <= set(STAGES)
        for name in TEXTS:
            told = getattr(play, name)
            with use_language("zh"):
                chinese = str(told)
            with use_language("en"):
                assert str(told).isascii(), play.code
            assert not chinese.isascii(), play.code


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("dimension", [ALL, *DIMENSIONS])
@pytest.mark.parametrize("way", ["rose", "fell"])
def test_every_cause_has_a_play(driver: str, dimension: str, way: str) -> None:
    finding = Finding(
        code=f"why_{driver}_{way}", sentence=lazy("…"), customers={"dimension": dimension}
    )
    assert plays_for(finding), finding.code


def test_what_names_the_dimension_comes_before_what_does_not() -> None:
    finding = Finding(
        code="why_refunds_rose", sentence=lazy("…"), customers={"dimension": "product"}
    )
    assert plays_for(finding)[0].code == "stop_defect"
