"""The fates of a batch beside earlier batches of its feed."""

from __future__ import annotations

from pathlib import Path

from preparation.kitchen import Dish, Kitchen
from zhike.preparation import settle

Line = tuple[str | None, str, str]
FIRST: list[Line] = [("A1", "10", "1"), ("A1", "5", "1"), ("A2", "7", "1"), ("A2", "7", "1")]


def export(kitchen: Kitchen, lines: list[Line]) -> Dish:
    ids, prices, quantities = zip(*lines, strict=True)
    return kitchen.prepare(
        {
            "orders.order_id": list(ids),
            "orders.ordered_at": ["2024-03-05"] * len(lines),
            "order_lines.unit_price": list(prices),
            "order_lines.quantity": list(quantities),
        },
        grain="order_line",
    )


def settled(kitchen: Kitchen, lines: list[Line], earlier: list[Path]) -> list[str]:
    """The final fate of each line."""
    dish = export(kitchen, lines)
    done = settle(kitchen.engine, dish.prepared.folder, earlier)
    assert sum(done.fates.values()) == len(lines)
    assert {fate: dish.fates.count(fate) for fate in done.fates} == done.fates
    return dish.fates


def test_what_came_before_is_unchanged_updated_or_loaded(kitchen: Kitchen) -> None:
    first = export(kitchen, FIRST)
    assert settle(kitchen.engine, first.prepared.folder, []).fates["loaded"] == 4
    earlier = [first.prepared.folder]
    assert settled(kitchen, FIRST, earlier) == ["unchanged"] * 4
    assert settled(kitchen, FIRST[::-1], earlier) == ["unchanged"] * 4
    changed: list[Line] = [
        ("A1", "10", "1"), ("A1", "6", "1"),  # one of two lines differs: the whole order
        ("A2", "7", "1"),  # one of two equal lines is gone
        ("A3", "1", "1"), (None, "1", "1"), ("A4", "x", "1"),
    ]  # fmt: skip
    assert settled(kitchen, changed, earlier) == [
        "updated", "updated", "updated", "loaded", "rejected", "rejected",
    ]  # fmt: skip


def test_the_last_batch_that_tells_of_an_order_counts(kitchen: Kitchen) -> None:
    old, new = export(kitchen, FIRST), export(kitchen, [("A1", "12", "1")])
    earlier = [old.prepared.folder, new.prepared.folder]
    assert settled(kitchen, [("A1", "12", "1"), *FIRST[2:]], earlier) == ["unchanged"] * 3
    assert settled(kitchen, FIRST, earlier) == ["updated", "updated", "unchanged", "unchanged"]


def test_other_writings_of_the_same_are_no_change(kitchen: Kitchen) -> None:
    first = export(kitchen, [("A1", "10", "1")])
    assert settled(kitchen, [("A1", "¥10.00", "1.0")], [first.prepared.folder]) == ["unchanged"]
