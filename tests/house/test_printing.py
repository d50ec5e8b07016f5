"""Only the command line talks to the terminal; results and errors are values."""

from __future__ import annotations

import ast

from house.sources import PACKAGE, modules, short, tree


def test_nothing_but_the_command_line_prints() -> None:
    printing = [
        f"{short(path)}:{node.lineno}"
        for path in modules("src")
        if not path.is_relative_to(PACKAGE / "cli")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "input"}
    ]
    assert not printing
