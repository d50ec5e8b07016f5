"""Writes a workbook of a shop without a workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.workbook import Workbook as Read

from zhike.analyses import REGISTRY
from zhike.catalogue import lacking
from zhike.i18n import Language, use_language
from zhike.reports import About, customer_report
from zhike.reports.workbook import Workbook, Written, customer_table, write_workbook
from zhike.schema import Shop

ANALYSES = ("overview", "rfm", "abc", "value_tiers", "lifecycle", "cohorts")
CUSTOMERS = 300


@dataclass(frozen=True)
class Done:
    """A workbook that was written: what it was made of, where it is, what was kept of it."""

    shop: Shop
    workbook: Workbook
    written: Written
    path: Path
    base: pa.Table

    def read(self) -> Read:
        return load_workbook(self.path)


Write = Callable[..., Done]


def written(
    shop: Shop, path: Path, *, language: Language, unmasked: bool = False, most: int = 1_000_000
) -> Done:
    with use_language(language):
        analyses = {name: REGISTRY[name]() for name in ANALYSES}
        about = About(
            shop="灯笼街", currency=shop.currency, timezone=shop.timezone, as_of=shop.as_of
        )
        answered = {
            name: (item, item.run(shop))
            for name, item in analyses.items()
            if lacking(item, shop) is None
        }
        workbook = Workbook(
            report=customer_report(answered, replace(about, snapshot="s1")),
            customers=customer_table(shop, analyses, unmasked=unmasked),
            export_id="20250101T000000Z-abc123",
            made_at=datetime(2025, 1, 1, tzinfo=UTC),
            masked=not unmasked,
        )
        batches: list[pa.RecordBatch] = []
        told = write_workbook(workbook, path, kept=batches.append, most_customers=most)
    return Done(shop, workbook, told, path, pa.Table.from_batches(batches))
