"""One concept has one name, and a function lives where its noun lives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from house.sources import modules, short, tree

DRAWERS = {
    "util", "utils", "helper", "helpers", "common", "core", "misc", "manager",
    "managers", "service", "services",
}  # fmt: skip
SYNONYMS = {"user_id": "customer_id", "client_id": "customer_id", "txn": "order"}


def words(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def defined(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def spoken(module: ast.Module) -> Iterator[str]:
    """Every identifier, and every string that is one word (a column, a key)."""
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.Constant(value=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_no_file_or_folder_is_a_drawer() -> None:
    drawers = [
        short(path)
        for path in modules("src", "bench", "docs")
        if any(words(part) & DRAWERS for part in Path(short(path)).with_suffix("").parts)
    ]
    assert not drawers, "name it after what lives there"


def test_no_function_or_class_is_a_drawer() -> None:
    drawers = [
        f"{short(path)}::{name}"
        for path in modules("src")
        for name in defined(tree(path))
        if words(name) & DRAWERS
    ]
    assert not drawers, "name it after what it does"


def test_no_identifier_is_a_banned_synonym() -> None:
    """Synonyms that people write in headers are data, in TOML, not names in code."""
    banned = [
        f"{short(path)}: {name}, here called {SYNONYMS[name]}"
        for path in modules("src")
        for name in spoken(tree(path))
        if name in SYNONYMS
    ]
    assert not banned


def test_the_glossary_gives_no_field_a_banned_name() -> None:
    from zhike.schema import standard_tables

    names = [item.name for table in standard_tables() for item in table.fields]
    assert not [name for name in names if name in SYNONYMS]
