"""SPSS files: labels of variables, and of the values of every coded one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.errors import UnavailableError
from zhike.i18n import lazy
from zhike.reports.tables.contents import ExportColumn, ExportTable

NAME_BYTES = 64
LABEL_CHARACTERS = 85  # 256 bytes of UTF-8, should every character be Chinese
TEXT_BYTES = 32_767
RESERVED = frozenset(
    {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}
)


def write_sav(table: ExportTable, path: Path) -> int:
    """Write a table as SPSS `.sav`; gives the number of rows.

    A coded column becomes numbers with value labels; yes and no become 1 and 0.

    Raises:
        UnavailableError: The extra `spss` is not installed.
    """
    writer, frames = _pyreadstat()
    rows = table.batches().read_all()
    names = variable_names(column.name for column in table.columns)
    values, labels = {}, {}
    for name, column, held in zip(names, table.columns, rows.columns, strict=True):
        values[name], words = coded(held, column)
        if words:
            labels[name] = words
    writer(
        frames.from_arrow(pa.table(values)),
        str(path),
        column_labels=[str(column.label)[:LABEL_CHARACTERS] for column in table.columns],
        variable_value_labels=labels,
        file_label=str(table.title)[:20],
        variable_measure={name: "nominal" if name in labels else "unknown" for name in names},
    )
    return int(rows.num_rows)


def coded(values: pa.ChunkedArray, column: ExportColumn) -> tuple[pa.ChunkedArray, dict[Any, str]]:
    """A column as SPSS holds it, and the labels of its values."""
    if pa.types.is_boolean(values.type):
        return values.cast(pa.int8()).cast(pa.float64()), {
            1.0: str(lazy("yes")),
            0.0: str(lazy("no")),
        }
    if column.words and pa.types.is_string(values.type):
        codes = list(column.words)
        found = [item for item in pc.unique(values).to_pylist() if item and item not in codes]
        codes += sorted(found)
        place = pc.index_in(values, value_set=pa.array(codes, pa.string()))
        words = {float(n): str(column.words.get(it, it)) for n, it in enumerate(codes, 1)}
        return pc.add(place, 1).cast(pa.float64()), words
    if pa.types.is_string(values.type):
        return pc.utf8_slice_codeunits(values, 0, TEXT_BYTES // 4), {}
    return values, {}


def variable_names(names: Iterable[str]) -> list[str]:
    """Names that SPSS takes: a letter first, no spaces, at most 64 bytes, all different.

    Examples:
        >>> variable_names(["customer_id", "1st buy", "by", "by"])
        ['customer_id', 'v_1st_buy', 'v_by', 'v_by_2']
    """
    taken: list[str] = []
    for name in names:
        plain = re.sub(r"[^\w.]", "_", name).strip("._")
        if not plain[:1].isalpha() or plain.upper() in RESERVED:
            plain = f"v_{plain}"
        plain = plain.encode()[: NAME_BYTES - 4].decode(errors="ignore")
        upper = [item.upper() for item in taken]
        again = sum(item == plain.upper() or item.startswith(f"{plain.upper()}_") for item in upper)
        taken.append(plain if plain.upper() not in upper else f"{plain}_{again + 1}")
    return taken


def _pyreadstat() -> tuple[Any, Any]:
    try:
        import polars
        import pyreadstat
    except ImportError as fault:
        raise UnavailableError(
            lazy("SPSS files need the extra part spss, which is not installed."),
            hint=lazy("Install it with `pip install 'zhike[spss]'`."),
            code="spss",
        ) from fault
    return pyreadstat.write_sav, polars
