"""Colours that can be read, and told apart."""

from __future__ import annotations

from itertools import pairwise

import pytest

from zhike.charts.palette import DARK, HUES, LIGHT, PALETTES, RAMP_STEPS, Theme, ramp_step

BOTH = pytest.mark.parametrize("theme", PALETTES)


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_both_themes_have_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()


@BOTH
def test_words_stand_out_from_the_ground(theme: Theme) -> None:
    palette = PALETTES[theme]
    for token in ("ink", "quiet"):
        assert contrast(palette[token], palette["ground"]) >= 4.5


@BOTH
def test_hues_stand_out_from_the_ground(theme: Theme) -> None:
    palette = PALETTES[theme]
    assert not [name for name in HUES if contrast(palette[name], palette["ground"]) < 3]


@BOTH
def test_figures_can_be_read_on_every_step_of_the_ramp(theme: Theme) -> None:
    palette = PALETTES[theme]
    steps = range(1, RAMP_STEPS + 1)
    faint = [
        step
        for step in steps
        if contrast(palette[f"ramp-{step}"], palette[f"on-ramp-{step}"]) < 4.5
    ]
    assert not faint


@BOTH
def test_the_ramp_goes_one_way(theme: Theme) -> None:
    palette = PALETTES[theme]
    lights = [luminance(palette[f"ramp-{step}"]) for step in range(1, RAMP_STEPS + 1)]
    rising = [one < other for one, other in pairwise(lights)]
    assert all(rising) or not any(rising)


def test_a_value_outside_takes_the_nearest_step() -> None:
    assert ramp_step(-5, 0, 10) == 1
    assert ramp_step(50, 0, 10) == RAMP_STEPS
