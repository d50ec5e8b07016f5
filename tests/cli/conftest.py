"""A person at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from zhike.cli import program

Said = Callable[..., tuple[int, Any]]


@pytest.fixture
def zhike(tmp_path: Path) -> Said:
    """Run `zhike … --json` in a workspace of its own: exit code and what it answered."""
    folder = tmp_path / "shop"

    def said(*arguments: object) -> tuple[int, Any]:
        words = [str(argument) for argument in arguments]
        done = CliRunner().invoke(program, ["-C", str(folder), "--json", *words])
        assert "Traceback" not in done.output
        return done.exit_code, json.loads(done.stdout)

    assert said("init")[0] == 0
    return said
