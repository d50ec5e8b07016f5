"""The generated pages are current: what the code says, the page says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from house.sources import CHECKOUT
from zhike.schema import TABLE_NAMES

DOCS = CHECKOUT / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES: dict[Path, str] = generator().pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.as_posix())
def test_a_generated_page_is_current(path: Path) -> None:
    written = (DOCS / path).read_text(encoding="utf-8")
    assert written == PAGES[path], "run `make docs` and commit what changed"


@pytest.mark.parametrize("page", ["reference/tables.md", "zh/reference/tables.md"])
@pytest.mark.parametrize("table", TABLE_NAMES)
def test_every_standard_table_has_its_section(page: str, table: str) -> None:
    assert f"{{ #{table} }}" in PAGES[Path(page)]
