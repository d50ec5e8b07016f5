"""Nothing grows past what one reads in a sitting; exceptions are listed, and may only shrink."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.sources import (
    PACKAGE,
    Function,
    body_lines,
    classes,
    functions,
    modules,
    parameters,
    short,
    tree,
)

LIMITS = {"module_lines": 600, "function_lines": 40, "parameters": 6, "public_methods": 12}
ALLOWED = tomllib.loads((Path(__file__).parent / "allowed_sizes.toml").read_text(encoding="utf-8"))


def module_lines() -> Iterator[tuple[str, int]]:
    for path in modules("src", "tests", "bench", "docs"):
        yield short(path), len(path.read_text(encoding="utf-8").splitlines())


def function_lines() -> Iterator[tuple[str, int]]:
    for path in modules("src"):
        for name, function in functions(tree(path)):
            yield f"{short(path)}::{name}", body_lines(function)


def parameter_counts() -> Iterator[tuple[str, int]]:
    for path in modules("src"):
        for name, function in functions(tree(path)):
            yield f"{short(path)}::{name}", len(parameters(function))


def public_methods() -> Iterator[tuple[str, int]]:
    for path in modules("src"):
        for item in classes(tree(path)):
            methods = [part for part in item.body if isinstance(part, Function)]
            public = [part for part in methods if not part.name.startswith("_")]
            yield f"{short(path)}::{item.name}", len(public)


MEASURES = {
    "module_lines": module_lines,
    "function_lines": function_lines,
    "parameters": parameter_counts,
    "public_methods": public_methods,
}


@pytest.mark.parametrize("measure", MEASURES)
def test_nothing_is_larger_than_the_house_allows(measure: str) -> None:
    too_large = {name: size for name, size in MEASURES[measure]() if size > LIMITS[measure]}
    assert too_large == ALLOWED[measure], f"the limit of {measure} is {LIMITS[measure]}"


def test_the_package_is_found() -> None:
    assert any(path.is_relative_to(PACKAGE) for path in modules("src"))
