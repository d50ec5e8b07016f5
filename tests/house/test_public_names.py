"""What a package shows is what it says it shows."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.sources import PACKAGE, import_name, modules, tree

ROOMS = [
    path for path in modules("src") if path.name == "__init__.py" and len(path.read_text()) > 0
]


def public_definitions(path: Path) -> Iterator[str]:
    """Names that the file itself defines for others."""
    for node in tree(path).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def shown(path: Path) -> list[str]:
    return list(importlib.import_module(import_name(path)).__all__)


@pytest.mark.parametrize("path", ROOMS, ids=import_name)
def test_all_names_what_is_there(path: Path) -> None:
    module = importlib.import_module(import_name(path))
    assert not [name for name in shown(path) if not hasattr(module, name)]
    assert len(set(shown(path))) == len(shown(path))


@pytest.mark.parametrize("path", ROOMS, ids=import_name)
def test_nothing_public_is_defined_beside_all(path: Path) -> None:
    defined = {name for name in public_definitions(path) if not name.startswith("_")}
    assert not defined - set(shown(path))


def test_the_package_shows_its_public_names_only() -> None:
    import zhike

    names = {name for name in public_definitions(PACKAGE / "__init__.py") if name[0] != "_"}
    assert names <= set(zhike.__all__)
