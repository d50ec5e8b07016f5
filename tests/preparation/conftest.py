"""One engine for all small raw tables of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preparation.kitchen import Kitchen
from zhike.engines import open_engine


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchen]:
    engine = open_engine()
    yield Kitchen(engine, tmp_path_factory.mktemp("kitchen"))
    engine.close()
