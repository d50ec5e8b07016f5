"""Results are kept in both languages, and read back as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zhike.analyses import REGISTRY, as_json
from zhike.datasets import corner_shop
from zhike.i18n import use_language
from zhike.workspace.results import read_result, stored, write_result


@pytest.mark.parametrize("name", list(REGISTRY))
def test_what_is_read_is_what_was_kept(name: str, tmp_path: Path) -> None:
    shop = corner_shop()
    analysis = REGISTRY[name]()
    result = analysis.run(shop)
    write_result(tmp_path, analysis, result, shop)
    for language in ("zh", "en"):
        with use_language(language):
            read = read_result(tmp_path, name)
            assert read is not None
            fresh = stored(analysis, result, shop)
            assert read.as_json() == fresh.as_json()
            assert read.as_json()["tables"] == as_json(result, analysis)["tables"]
            assert read.tables == fresh.tables
            assert [type(block) for block in read.blocks()] == [
                type(block) for block in fresh.blocks()
            ]
            json.dumps(read.as_json(), allow_nan=False)
            assert read.title == str(analysis.title)


def test_what_was_not_kept_is_none(tmp_path: Path) -> None:
    assert read_result(tmp_path, "rfm") is None
