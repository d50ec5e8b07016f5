"""Whether a shop has what an analysis needs, and what to add where it does not."""

from __future__ import annotations

from zhike.catalogue.analysis import Analysis
from zhike.i18n import LazyText, lazy, use_language
from zhike.schema import Shop, standard_table


def lacking(analysis: Analysis | type[Analysis], shop: Shop) -> LazyText | None:
    """The sentence that says what to add for an analysis, or None where nothing is missing.

    A column counts as there when at least one row holds a value in it.

    Examples:
        >>> from zhike.analyses import REGISTRY
        >>> from zhike.datasets import corner_shop
        >>> lacking(REGISTRY["rfm"], corner_shop()) is None
        True
    """
    for table, columns in analysis.needs.columns.items():
        words = standard_table(table)
        if table not in shop:
            return lazy("This needs {table}. Add a file that holds them.", table=words.label)
        filled = filled_columns(shop, table)
        empty = [name for name in columns if not filled[name]]
        if empty:
            return lazy(
                "This needs a value for {field} in {table}, and no row has one. "
                "Add a file that holds it.",
                field=words[empty[0]].label,
                table=words.label,
            )
    for table, columns in analysis.needs.any_of.items():
        words = standard_table(table)
        if table not in shop:
            return lazy("This needs {table}. Add a file that holds them.", table=words.label)
        filled = filled_columns(shop, table)
        if not any(filled[name] for name in columns):
            return lazy(
                "This needs {fields} in {table}: any one of them, and no row has one. "
                "Add a file that holds it.",
                fields=_joined(tuple(words[name].label for name in columns)),
                table=words.label,
            )
    return _too_short(analysis.needs.history_days, shop)


def _joined(labels: tuple[LazyText, ...]) -> LazyText:
    """Labels side by side, in whichever language they are read."""
    both = {}
    for spoken in ("en", "zh"):
        with use_language(spoken):
            both[spoken] = " / ".join(str(label) for label in labels)
    return LazyText.of(en=both["en"], zh=both["zh"])


def filled_columns(shop: Shop, table: str) -> dict[str, int]:
    """Column to how many rows hold a value in it; counted once for a table."""

    def count() -> dict[str, int]:
        rows = shop[table]
        counts = {name: rows[name].count() for name in rows.columns}
        counted: list[dict[str, int]] = rows.agg(**counts).to_pyarrow().to_pylist()
        return counted[0]

    return shop.remember(("filled_columns", table), count)


def _too_short(needed: int, shop: Shop) -> LazyText | None:
    days = _history_days(shop) if needed else 0
    if days >= needed:
        return None
    return lazy(
        "This needs {needed} days between the first and the last order; there are {days}. "
        "Add older exports.",
        needed=needed,
        days=days,
    )


def _history_days(shop: Shop) -> int:
    def measure() -> int:
        orders = shop["orders"]
        ends = orders.agg(first=orders.ordered_on.min(), last=orders.ordered_on.max())
        row = ends.to_pyarrow().to_pylist()[0]
        return (row["last"] - row["first"]).days if row["last"] else 0

    return shop.remember("history_days", measure)
