"""Every example in a docstring does what it shows."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from house.sources import import_name, modules

WITH_EXAMPLES = [path for path in modules("src") if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=import_name)
def test_examples_do_what_they_show(path: Path) -> None:
    module = importlib.import_module(import_name(path))
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert not found.failed
