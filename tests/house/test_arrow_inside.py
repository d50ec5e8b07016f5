"""Rows travel as Arrow: pandas is an extra, slow to import, and nothing inside needs it."""

from __future__ import annotations

import ast

from house.sources import modules, short, tree


def test_no_expression_is_executed_into_pandas() -> None:
    """Ibis' `execute()` gives pandas; `to_pyarrow()` gives Arrow."""
    executing = [
        f"{short(path)}:{node.lineno}"
        for path in modules("src")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "execute"
        and not node.args
    ]
    assert not executing
