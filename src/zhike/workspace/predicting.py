"""One row a customer with what is to be expected of each, as a file for other programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from zhike.catalogue import as_of_day
from zhike.errors import InputError, ParameterError, WorkspaceError
from zhike.i18n import LazyText, lazy
from zhike.models.clv import Terms, forecast
from zhike.workspace.durable import room_on_disk
from zhike.workspace.workspace import Workspace

KINDS = (".csv", ".parquet")
_BOM = b"\xef\xbb\xbf"  # Excel reads a CSV as UTF-8 only with it


@dataclass(frozen=True)
class Predicted:
    """What was written.

    Attributes:
        path: Where.
        customers: How many rows.
        model: Of when people buy.
        as_of: The day looked ahead from; nothing of it or after it was used.
        horizon_days: How far ahead.
        error: By what share the model missed the total when tried on the past; None where there
            was too little of it.
    """

    path: Path
    customers: int
    model: str
    as_of: date
    horizon_days: int
    error: float | None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "path": str(self.path),
            "customers": self.customers,
            "model": self.model,
            "as_of": self.as_of.isoformat(),
            "horizon_days": self.horizon_days,
            "holdout_error": self.error,
        }


def write_predictions(
    workspace: Workspace, path: Path, *, as_of: date | None = None, terms: Terms | None = None
) -> Predicted:
    """Write what is expected of each customer from only what was known before a day.

    Args:
        workspace: Whose published snapshot is used.
        path: A .csv or .parquet file.
        as_of: The day; without it that of the snapshot.
        terms: Horizon, model, discount and margin.

    Raises:
        ParameterError: The file's ending says neither.
        InputError: There is too little to go by; the sentence says what is missing.
        WorkspaceError: Nothing has been computed yet, or the disk is full.
    """
    if path.suffix.lower() not in KINDS:
        words = lazy("a name that ends in .csv or .parquet")
        raise ParameterError.out_of_bounds("output", str(path), words)
    shop, asked = workspace.open_snapshot(), terms or Terms()
    if "orders" not in shop:
        raise WorkspaceError(lazy("There are no orders to learn from."), code="needs")
    day = as_of_day(shop, as_of)
    found = forecast(shop, day, asked)
    if isinstance(found, LazyText):
        raise InputError(found, code="too_little")
    target = path.expanduser().absolute()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with room_on_disk(target.parent):
            rows = _write(found.worth.batches(found.customers), draft, target.suffix.lower())
            draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    held = found.holdout
    return Predicted(
        path=target,
        customers=rows,
        model=found.worth.model.name,
        as_of=day,
        horizon_days=asked.days,
        error=held.error if held else None,
    )


def _write(batches: Any, path: Path, kind: str) -> int:
    rows, writer = 0, None
    with path.open("wb") as file:
        try:
            for batch in batches:
                if writer is None:
                    writer = _writer(file, batch.schema, kind)
                writer.write_table(pa.Table.from_batches([batch]))
                rows += batch.num_rows
        finally:
            if writer is not None:
                writer.close()
    return rows


def _writer(file: Any, schema: pa.Schema, kind: str) -> Any:
    if kind == ".parquet":
        return pq.ParquetWriter(file, schema, compression="zstd")
    file.write(_BOM)
    return arrow_csv.CSVWriter(file, schema)
