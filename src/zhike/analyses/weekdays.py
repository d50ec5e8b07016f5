"""The days of the week, as several analyses show them."""

from __future__ import annotations

from zhike.analyses.columns import coded
from zhike.i18n import LazyText, lazy

WEEKDAYS: dict[str, LazyText] = {
    "1": lazy("Monday"),
    "2": lazy("Tuesday"),
    "3": lazy("Wednesday"),
    "4": lazy("Thursday"),
    "5": lazy("Friday"),
    "6": lazy("Saturday"),
    "7": lazy("Sunday"),
}
WEEKDAY = coded("weekday", lazy("Weekday"), WEEKDAYS)
