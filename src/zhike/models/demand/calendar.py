"""What the calendar does to sales: weekdays, the year, festivals by date or by the moon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from zhike.catalogue.festivals import CHINA, FESTIVALS, public_holidays

Floats = NDArray[np.float64]

HARMONICS = 3
YEAR_DAYS = 365.2425
SEASON_DAYS = 548
"""A year and a half: with less, a season cannot be told from a trend."""
WEEKDAY_SPREAD, SEASON_SPREAD, FESTIVAL_SPREAD, TREND_SPREAD = 1.0, 0.3, 0.7, 2.0
"""How far effects are likely to be from none, as logarithms."""
OWN_SPREAD = 0.5
"""How much of that a part may differ from the whole."""
ROUNDS = 12
FAR = 8.0
CHRISTMAS = "Christmas Day"
ADVENT_DAYS = 35


@dataclass(frozen=True)
class Design:
    """The calendar of each period as numbers.

    Attributes:
        effects: Weekdays, harmonics of the year, festivals [periods, effects].
        spread: How far each effect is likely to be from none [effects].
        is_season: Whether an effect is one of the year [effects].
    """

    effects: Floats
    spread: Floats
    is_season: NDArray[np.bool_]


def design_of(first: date, periods: int, width: int, country: str) -> Design:
    """The calendar of periods that follow one another.

    Args:
        first: First day of the first period.
        periods: How many.
        width: Days a period: 1 or 7. Weekdays matter to days only.
        country: Whose festivals, by ISO code.
    """
    days = [first + timedelta(days=number) for number in range(periods * width)]
    columns: list[Floats] = []
    spread: list[float] = []
    weekday = np.array([day.weekday() for day in days])
    if width == 1:
        columns += [(weekday == one).astype(np.float64) for one in range(7)]
        spread += [WEEKDAY_SPREAD] * 7
    angle = 2 * np.pi * np.array([day.toordinal() for day in days]) / YEAR_DAYS
    turns = [turn(k * angle) for k in range(1, HARMONICS + 1) for turn in (np.sin, np.cos)]
    columns += turns
    spread += [SEASON_SPREAD] * len(turns)
    stretches = _festivals(days, country)
    columns += stretches
    spread += [FESTIVAL_SPREAD] * len(stretches)
    effects = np.stack(columns, axis=1).reshape(periods, width, -1).mean(axis=1)
    begin = len(columns) - len(stretches) - len(turns)
    place = np.arange(len(columns))
    is_season = (place >= begin) & (place < begin + len(turns))
    return Design(effects, np.array(spread), is_season)


def _festivals(days: list[date], country: str) -> list[Floats]:
    """One column a festival, 1 on its days; Chinese ones where they matter, public holidays."""
    first, last = days[0], days[-1]
    named: dict[str, set[date]] = {}
    if country == CHINA:
        for name, festival in FESTIVALS.items():
            for year in range(first.year, last.year + 1):
                stretch = festival.of(year)
                if stretch is not None:
                    named.setdefault(name, set()).update(_between(*stretch))
    taken = {day for several in named.values() for day in several}
    # A year more, so that the weeks before a Christmas beyond the horizon are known.
    for item in public_holidays(country, first, last + timedelta(days=ADVENT_DAYS)):
        if item.day not in taken:
            named.setdefault("public_holiday", set()).add(item.day)
        if item.name == CHRISTMAS and country != CHINA:
            advent = _between(item.day - timedelta(days=ADVENT_DAYS), item.day)
            named.setdefault("advent", set()).update(advent)
    return [np.array([float(day in own) for day in days]) for own in named.values()]


def _between(first: date, after: date) -> set[date]:
    return {first + timedelta(days=number) for number in range((after - first).days)}


def indices(sales: Floats, design: Design, width: int) -> Floats:
    """What the calendar says of every period of each series, known and to come.

    A quasi-Poisson regression with logarithmic link, drawn towards no effect: first of the whole,
    then of its parts, each drawn towards the whole. A slow trend is fitted beside it and left out.

    Args:
        sales: Of known periods, not negative; the whole is the first row [series, known].
        design: The calendar of known periods and those to come.
        width: Days a period.

    Returns:
        An index, about 1 on average [series, periods].

    References:
        McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., chapters 6 and
        9 (log-linear models, quasi-likelihood).
    """
    known = sales.shape[1]
    seen = np.ptp(design.effects[:known], axis=0) > 0
    enough = known * width >= SEASON_DAYS
    used = seen & (enough | ~design.is_season)
    effects, spread = design.effects[:, used], design.spread[used]
    whole = _effects(sales[:1], effects[:known], spread, np.zeros(known))
    offset = effects @ whole[0]
    own = _effects(sales[1:], effects[:known], spread * OWN_SPREAD, offset[:known])
    logs = np.vstack([offset[None, :], offset + own @ effects.T])
    logs -= logs[:, :known].mean(axis=1, keepdims=True)
    found: Floats = np.exp(np.clip(logs, -FAR, FAR))
    return found


def _effects(sales: Floats, effects: Floats, spread: Floats, offset: Floats) -> Floats:
    """The effects of each series, by iteratively reweighted least squares [series, effects]."""
    series, periods = sales.shape
    if not series:
        return np.zeros((0, effects.shape[1]))
    time = np.linspace(-1, 1, periods)
    design = np.column_stack([effects, time, time**2, np.ones(periods)])
    precision = np.append(1 / spread**2, [1 / TREND_SPREAD**2, 1 / TREND_SPREAD**2, 1e-6])
    mean = np.maximum(sales.mean(axis=1, keepdims=True), 1e-12)
    scaled = sales / mean  # so that the dispersion has no unit
    found = np.zeros((series, design.shape[1]))
    found[:, -1] = -np.log(np.exp(offset).mean())
    for _ in range(ROUNDS):
        linear = np.clip(found @ design.T + offset, -FAR, FAR)
        fitted = np.exp(linear)
        noise = np.maximum(((scaled - fitted) ** 2 / fitted).mean(axis=1), 1e-4)
        weight = fitted / noise[:, None]
        target = linear - offset + np.clip((scaled - fitted) / fitted, -2, 2)
        left = np.einsum("st,ti,tj->sij", weight, design, design, optimize=True)
        right = np.einsum("st,ti->si", weight * target, design, optimize=True)
        left += np.diag(precision)
        found = np.linalg.solve(left, right[:, :, None])[:, :, 0]
    return found[:, : effects.shape[1]]
