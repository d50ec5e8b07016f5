"""A workbook of a small shop, written once a language."""

from __future__ import annotations

import pytest

from reports.workbook.making import CUSTOMERS, Done, Write, written
from zhike.datasets import simulate
from zhike.i18n import Language
from zhike.schema import Shop


@pytest.fixture(scope="session")
def small_shop() -> Shop:
    return simulate(CUSTOMERS, language="zh").shop()


@pytest.fixture(scope="session")
def write(small_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Write a workbook; equal ones are written once."""
    known: dict[object, Done] = {}

    def done(language: Language = "zh", *, unmasked: bool = False, most: int = 1_000_000) -> Done:
        key = (language, unmasked, most)
        if key not in known:
            path = tmp_path_factory.mktemp("workbook") / "shop.xlsx"
            known[key] = written(small_shop, path, language=language, unmasked=unmasked, most=most)
        return known[key]

    return done
