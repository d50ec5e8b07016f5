"""Files written on the spot, and their rows as dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhike.sources import RawTable, open_source

Row = dict[str, Any]


def rows_of(table: RawTable) -> list[Row]:
    return [row for batch in table.batches() for row in batch.to_pylist()]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def opened(written: Callable[..., Path]) -> Callable[..., RawTable]:
    def open_only(*args: Any, **kwargs: Any) -> RawTable:
        (table,) = open_source(written(*args, **kwargs))
        return table

    return open_only


@pytest.fixture
def read(opened: Callable[..., RawTable]) -> Callable[..., list[Row]]:
    return lambda *args, **kwargs: rows_of(opened(*args, **kwargs))
