"""The project's own source, as the house tests read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "src" / "zhike"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    """Every Python file below the folders of the checkout, but what the bench keeps there."""
    found = (path for folder in folders for path in (CHECKOUT / folder).rglob("*.py"))
    return sorted(path for path in found if "results" not in path.parts)


def short(path: Path) -> str:
    """A file's path inside the checkout, with forward slashes."""
    return path.relative_to(CHECKOUT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def import_name(path: Path) -> str:
    """`zhike.schema.tables` for src/zhike/schema/tables.py."""
    parts = path.relative_to(CHECKOUT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(module: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function and method with its dotted name."""
    yield from _functions(module, "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
        inside = prefix + child.name + "." if isinstance(child, Function | ast.ClassDef) else prefix
        yield from _functions(child, inside)


def classes(module: ast.Module) -> Iterator[ast.ClassDef]:
    """Every class."""
    return (node for node in ast.walk(module) if isinstance(node, ast.ClassDef))


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the end."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    if not body:
        return 0
    return (function.end_lineno or 0) - body[0].lineno + 1


def parameters(function: Function) -> list[str]:
    """The parameters that a caller may give."""
    arguments = function.args
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [name for name in names if name not in {"self", "cls"}]
