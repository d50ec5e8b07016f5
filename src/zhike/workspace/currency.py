"""Which currency a company's amounts are in, where nobody has said so.

A sign that is wrong is worse than none: it is taken from the files (their currency column, or
Chinese headers), and as long as they do not tell, amounts are shown without one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import ibis.expr.types as ir

from zhike.preparation.reading import FileReading
from zhike.workspace.durable import write_durably
from zhike.workspace.preparing import Kitchen
from zhike.workspace.settings import is_currency

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_UNSAID = re.compile(r"(?m)^currency[ \t]*=.*$")


def home_currency(files: Iterable[tuple[ir.Table, FileReading]]) -> str:
    """The currency that files tell: the most frequent one of their orders, else by language.

    Args:
        files: Landed tables with how they are read.

    Returns:
        ISO code; empty where nothing tells.
    """
    codes: Counter[str] = Counter()
    is_chinese = False
    for raw, reading in files:
        is_chinese |= any(_CHINESE.search(item.column) for item in reading.columns)
        said = reading.column_of("orders.currency")
        if said is not None:
            counted = raw[said.column].upper().strip().value_counts(name="records")
            for code, records in zip(*_columns(counted), strict=True):
                if is_currency(code):
                    codes[code] += records
    if codes:
        return codes.most_common(1)[0][0]
    return "CNY" if is_chinese else ""


def settle_currency(kitchen: Kitchen, files: Iterable[tuple[ir.Table, FileReading]]) -> Kitchen:
    """The kitchen with its currency told by files, where the settings leave it open.

    What was found is written into the settings, so that it holds from now on.
    """
    if kitchen.settings.currency:
        return kitchen
    code = home_currency(files)
    if not code:
        return kitchen
    _write(kitchen.layout.settings, code)
    return replace(kitchen, settings=replace(kitchen.settings, currency=code))


def _columns(counted: ir.Table) -> list[list[object]]:
    return [column.to_pylist() for column in counted.to_pyarrow().columns]


def _write(path: Path, code: str) -> None:
    """Set the currency in a `zhike.toml`, leaving everything else as people wrote it."""
    text, line = path.read_text(encoding="utf-8-sig"), f'currency = "{code}"'
    told, found = _UNSAID.subn(line, text, count=1)
    write_durably(path, (told if found else f"{line}\n{text}").encode())
