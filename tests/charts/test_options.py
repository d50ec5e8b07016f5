"""Options are what they were: each chart beside its golden file.

After a change on purpose, write them anew with `ZHIKE_GOLDEN=write` and read the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from zhike import charts
from zhike.charts import Option
from zhike.i18n import LazyText, use_language

GOLDEN = Path(__file__).parent / "golden"
STAGES = {
    "repeat": LazyText.of(en="Repeat", zh="复购"),
    "lost": LazyText.of(en="Lost", zh="流失"),
}
MONTHS = pa.table(
    {
        "month": [date(2024, 1, 1), date(2024, 2, 1)],
        "revenue": [Decimal("10.5000"), None],
        "before": [Decimal("8.0000"), Decimal("9.0000")],
    }
)
STAGE_ROWS = pa.table({"stage": ["repeat", "lost"], "customers": [30, 12]})
CELLS = pa.table(
    {"month": [1, 2, 1], "cohort": ["2024-01", "2024-01", "2024-02"], "rate": [0.4, 0.2, 0.3]}
)
SCORES = pa.table({"r": [1, 5], "f": [1, 5], "customers": [10, 70]})
CURVE = pa.table({"customers": [0.0, 0.5, 1.0], "revenue": [0.0, 0.1, 1.0]})
FLOWS = pa.table(
    {"before": ["repeat", "repeat"], "after": ["repeat", "lost"], "customers": [20, 10]}
)

OPTIONS: dict[str, Option] = {
    "line": charts.line(
        MONTHS,
        "month",
        {"revenue": "Net revenue", "before": "A year before"},
        format="amount",
        x_format="month",
        dashed=["before"],
    ),
    "bar": charts.bar(STAGE_ROWS, "stage", "customers", labels=STAGES),
    "columns": charts.columns(MONTHS, "month", {"revenue": "Net revenue"}, x_format="month"),
    "stacked_bar": charts.stacked_bar(MONTHS, "month", {"revenue": "New", "before": "Old"}),
    "heatmap": charts.heatmap(CELLS, "month", "cohort", "rate"),
    "grid": charts.grid(SCORES, "r", "f", "customers", names=("Recency", "Frequency")),
    "lorenz": charts.lorenz(CURVE, "customers", "revenue", names=("Customers", "Revenue")),
    "sankey": charts.sankey(FLOWS, "before", "after", "customers", labels=STAGES),
    "sparkline": charts.sparkline([3, 4, None]),
}  # fmt: skip


def as_json(option: Option) -> str:
    return json.dumps(option, default=str, ensure_ascii=False, indent=1) + "\n"


def strings(option: Any) -> Iterator[str]:
    match option:
        case str():
            yield option
        case dict():
            for value in option.values():
                yield from strings(value)
        case list() | tuple():
            for value in option:
                yield from strings(value)


@pytest.mark.parametrize("name", OPTIONS)
def test_the_option_is_the_golden_one(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("ZHIKE_GOLDEN") == "write":
        path.write_text(as_json(OPTIONS[name]), encoding="utf-8")
    assert as_json(OPTIONS[name]) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OPTIONS)
def test_every_colour_is_a_token_of_both_palettes(name: str) -> None:
    tokens = {text[1:] for text in strings(OPTIONS[name]) if text.startswith("@")}
    assert tokens <= charts.LIGHT.keys()
    assert tokens <= charts.DARK.keys()
    assert not [text for text in strings(OPTIONS[name]) if text.startswith(("#", "rgb"))]


@pytest.mark.parametrize("name", OPTIONS)
def test_every_chart_is_still_and_has_aria(name: str) -> None:
    assert OPTIONS[name]["animation"] is False
    assert OPTIONS[name]["aria"] == {"enabled": True}


def test_labels_become_words_of_the_language_in_which_they_are_written() -> None:
    with use_language("zh"):
        assert "流失" in as_json(OPTIONS["bar"])
    with use_language("en"):
        assert "Lost" in as_json(OPTIONS["bar"])


def test_a_grid_cell_stands_where_its_scores_say() -> None:
    best = OPTIONS["grid"]["series"][0]["data"][1]["value"]
    assert best == [4, 4, 70]


def test_an_empty_table_still_gives_a_chart() -> None:
    empty = CELLS.slice(0, 0)
    assert charts.heatmap(empty, "month", "cohort", "rate")["series"][0]["data"] == []
    assert charts.sparkline([])["series"][0]["markPoint"]["data"] == []
