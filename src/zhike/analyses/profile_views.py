"""How a contrast of two groups of customers is shown: the same in every analysis that makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import coded
from zhike.blocks import Block, Chart, Column, Finding, Table, Text
from zhike.catalogue import Shown, Trait, customers_of
from zhike.catalogue.contrasts import Contrast
from zhike.i18n import LazyText, lazy

BARS = 12
FINDINGS = 3
TOP_VALUES = 10
INDEX = Column(name="index", label=lazy("Index (all = 100)"), format="count")
SURE = Column(
    name="stands_out",
    label=lazy("Stands out"),
    labels={"True": lazy("Yes"), "False": lazy("No")},
)
STRENGTH = Column(name="strength", label=lazy("Strength (0 to 1)"), format="number")


def words_of_values(traits: Sequence[Trait]) -> dict[str, LazyText]:
    """Words for the coded values of all traits."""
    return {value: word for trait in traits for value, word in trait.labels.items()}


def trait_column(traits: Sequence[Trait]) -> Column:
    """The column that names a trait."""
    return coded("trait", lazy("Trait"), {trait.name: trait.label for trait in traits})


def contrast_blocks(
    found: Contrast,
    traits: Sequence[Trait],
    names: tuple[LazyText, LazyText],
    within: frozenset[str] = frozenset(),
) -> Iterator[Block]:
    """What stands out, then every share and every mean.

    Args:
        found: The contrast.
        traits: The traits that it looked at.
        names: What the group and the others are called.
        within: Traits that the group is made of; they are not drawn.
    """
    rows = [row for row in standing_out(found) if row["trait"] not in within]
    if rows:
        yield _index_chart(rows, traits)
    else:
        yield Text(
            body=lazy(
                "Nothing sets them apart: no difference is larger than chance, allowing for how "
                "many were looked at, and large enough to matter."
            )
        )
    yield shares_table(found.shares, traits, names)
    yield means_table(found.means, traits, names)
    yield Table(
        name="traits",
        title=lazy("How much each trait tells"),
        rows=found.traits,
        columns=(
            trait_column(traits),
            STRENGTH,
            Column(name="known_share", label=lazy("Known of"), format="share"),
        ),
        note=lazy(
            "0 tells nothing about who belongs to the group, 1 everything: Cramér's V for "
            "choices, the correlation ratio for numbers."
        ),
    )


def standing_out(found: Contrast) -> list[dict[str, Any]]:
    """The rows that stand out, those furthest apart first."""
    rows = [*found.shares.to_pylist(), *found.means.to_pylist()]
    rows = [row for row in rows if row["stands_out"]]
    return sorted(rows, key=lambda row: (-abs(row["effect"]), row["trait"], str(row.get("value"))))


def shares_table(
    rows: pa.Table, traits: Sequence[Trait], names: tuple[LazyText, LazyText]
) -> Table:
    """The shares of the group and of the others."""
    return Table(
        name="shares",
        title=lazy("Shares, trait by trait"),
        rows=_frequent(rows),
        columns=(
            trait_column(traits),
            coded("value", lazy("Value of the trait"), words_of_values(traits)),
            Column(name="customers", label=lazy("Customers"), format="count"),
            Column(name="share", label=names[0], format="share"),
            Column(name="others_share", label=names[1], format="share"),
            INDEX,
            SURE,
        ),
        note=lazy(
            "Shares are of the customers of whom the trait is known; a dash is the mean of a "
            "share. Shown are the {count} most frequent values of a trait.",
            count=TOP_VALUES,
        ),
    )


def means_table(rows: pa.Table, traits: Sequence[Trait], names: tuple[LazyText, LazyText]) -> Table:
    """The means of the group and of the others."""
    return Table(
        name="means",
        title=lazy("Means, trait by trait"),
        rows=rows,
        columns=(
            trait_column(traits),
            Column(name="customers", label=lazy("Customers"), format="count"),
            Column(name="mean", label=names[0], format="number"),
            Column(name="others_mean", label=names[1], format="number"),
            INDEX,
            SURE,
        ),
        note=lazy(
            "A row stands out when chance alone would show it less than once in twenty times, "
            "corrected for all rows looked at (Benjamini-Hochberg), and the effect is at least "
            "0.2 (Cohen)."
        ),
    )


def contrast_findings(
    found: Contrast, traits: Sequence[Trait], group: LazyText, code: str, currency: str
) -> Iterator[Finding]:
    """The differences furthest apart in sentences, one a trait."""
    labels = {trait.name: trait for trait in traits}
    furthest: dict[str, dict[str, Any]] = {}
    for row in standing_out(found):
        if row["trait"] in labels:
            furthest.setdefault(row["trait"], row)
    for row in list(furthest.values())[:FINDINGS]:
        trait = labels[row["trait"]]
        format = "share" if "share" in row else trait.format
        facts = {
            "group": group,
            "trait": trait.label,
            "here": Shown(row.get("share", row.get("mean")), format, currency),
            "there": Shown(row.get("others_share", row.get("others_mean")), format, currency),
        }
        value = row.get("value")
        if value is None:
            sentence = lazy(
                "{group}: {trait} is {here} on average, against {there} of the others.", **facts
            )
        else:
            sentence = lazy(
                "{group}: {trait} is {value} for {here}, against {there} of the others.",
                value=trait.labels.get(value, value),
                **facts,
            )
        cell = {} if value is None else {trait.name: value}
        yield Finding(code=f"{code}_{trait.name}", sentence=sentence, customers=cell)


def customers_with(members: ir.Table, cell: Mapping[str, str]) -> ir.Table:
    """The members of a cell; a tag is looked for among the tags."""
    rest = dict(cell)
    tag = rest.pop("tags", None)
    if tag is not None:
        members = members.filter(members.tags.contains(tag).fill_null(False))
    return customers_of(members, rest)


def _frequent(rows: pa.Table) -> pa.Table:
    """The most frequent values of each trait; rows come with them first."""
    seen: dict[str, int] = {}
    kept = []
    for place, trait in enumerate(rows["trait"].to_pylist()):
        seen[trait] = seen.get(trait, 0) + 1
        if seen[trait] <= TOP_VALUES:
            kept.append(place)
    return rows.take(pa.array(kept, pa.int64()))


def _index_chart(rows: list[dict[str, Any]], traits: Sequence[Trait]) -> Chart:
    shown = [row for row in rows if row["index"] is not None][:BARS]
    shown.sort(key=lambda row: -row["index"])
    labels = {trait.name: trait for trait in traits}
    codes = {row["trait"] + "=" + str(row.get("value")): _bar_name(row, labels) for row in shown}
    bars = pa.table(
        {
            "row": pa.array(list(codes), pa.string()),
            "index": pa.array([row["index"] for row in shown], pa.float64()),
        }
    )
    title = lazy("What sets them apart")
    return Chart(
        name="stands_out",
        title=title,
        option=charts.bar(bars, "row", "index", format="count", labels=codes),
        alternative=lazy(
            "Bars: the index of what stands out most; 100 is as among all customers, 200 twice "
            "as much, 50 half."
        ),
        table=Table(
            name="stands_out",
            title=title,
            rows=bars,
            columns=(coded("row", lazy("Trait"), codes), INDEX),
        ),
    )


def _bar_name(row: Mapping[str, Any], traits: Mapping[str, Trait]) -> LazyText:
    trait, value = traits[row["trait"]], row.get("value")
    if value is None:
        return trait.label
    return lazy("{trait}: {value}", trait=trait.label, value=trait.labels.get(value, value))
