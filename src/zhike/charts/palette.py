"""The one visual language: colours by their part, in a light and a dark version.

Options never hold a colour. They hold a token such as `@blue`, which the page replaces when it
draws, so that one option serves light, dark and print. The eight hues are spaced for readers
with colour-vision deficiencies (after Okabe and Ito) and stand 3:1 or more from the ground in
both versions; the ramp is one hue from faint to strong, each step with an ink that reads on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Theme = Literal["light", "dark"]

HUES = ("blue", "orange", "teal", "purple", "red", "ochre", "sky", "grey")
RAMP_STEPS = 7

LIGHT: Mapping[str, str] = {
    "ground": "#fdfcfa",
    "wash": "#f4f1ea",
    "ink": "#1b242e",
    "quiet": "#566271",
    "rule": "#dfe4ea",
    "blue": "#1f5fa8",
    "orange": "#c2570c",
    "teal": "#0b7a6b",
    "purple": "#8a4a9e",
    "red": "#b3363b",
    "ochre": "#8f6a00",
    "sky": "#3587b8",
    "grey": "#77818d",
    "ramp-1": "#edf3fa",
    "ramp-2": "#d3e2f2",
    "ramp-3": "#aecbe6",
    "ramp-4": "#82add6",
    "ramp-5": "#3f78b3",
    "ramp-6": "#255f9c",
    "ramp-7": "#123f70",
    "on-ramp-1": "#1c2530",
    "on-ramp-2": "#1c2530",
    "on-ramp-3": "#1c2530",
    "on-ramp-4": "#10181f",
    "on-ramp-5": "#ffffff",
    "on-ramp-6": "#ffffff",
    "on-ramp-7": "#ffffff",
}

DARK: Mapping[str, str] = {
    "ground": "#14191f",
    "wash": "#1c232c",
    "ink": "#e8edf2",
    "quiet": "#a3b0be",
    "rule": "#323c48",
    "blue": "#6ea8e6",
    "orange": "#f0954e",
    "teal": "#4fc0ad",
    "purple": "#c791d8",
    "red": "#ee8186",
    "ochre": "#d9b04a",
    "sky": "#8ccbee",
    "grey": "#97a3b0",
    "ramp-1": "#1f2a37",
    "ramp-2": "#21374f",
    "ramp-3": "#244a70",
    "ramp-4": "#2b5f93",
    "ramp-5": "#5b94cb",
    "ramp-6": "#89b5e0",
    "ramp-7": "#bcd8f2",
    "on-ramp-1": "#e8edf2",
    "on-ramp-2": "#e8edf2",
    "on-ramp-3": "#f4f7fa",
    "on-ramp-4": "#ffffff",
    "on-ramp-5": "#0b1118",
    "on-ramp-6": "#0b1118",
    "on-ramp-7": "#0b1118",
}

PALETTES: Mapping[Theme, Mapping[str, str]] = {"light": LIGHT, "dark": DARK}

FONTS = (
    '"Inter", "Segoe UI", "Helvetica Neue", Arial, "PingFang SC", "Hiragino Sans GB", '
    '"Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif'
)
"""Latin faces first, so that figures line up; then what each system has for Chinese."""


def hue(position: int) -> str:
    """The token of the n-th series, from 0; after eight they begin again."""
    return f"@{HUES[position % len(HUES)]}"


def ramp_step(value: float, least: float, most: float) -> int:
    """Which of the ramp's seven steps a value takes between the least and the most.

    Examples:
        >>> ramp_step(0, 0, 10), ramp_step(5, 0, 10), ramp_step(10, 0, 10)
        (1, 4, 7)
        >>> ramp_step(3, 3, 3)
        4
    """
    if most <= least:
        return (RAMP_STEPS + 1) // 2
    share = max((value - least) / (most - least), 0.0)
    return 1 + min(int(share * RAMP_STEPS), RAMP_STEPS - 1)
