"""`zhike account` and `zhike audit`: who may come in, and what they did."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.conftest import Said
from zhike.cli import program

PASSWORD = "four quiet grey horses\n"


def typed(folder: Path, *words: str) -> tuple[int, Any]:
    """Run a command that reads a password from standard input."""
    line = ["-C", str(folder), "--json", *words]
    done = CliRunner().invoke(program, line, input=PASSWORD)
    return done.exit_code, json.loads(done.stdout)


def test_accounts_are_made_changed_and_closed(zhike: Said, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    assert zhike("account", "list") == (0, {"accounts": []})
    code, refused = typed(folder, "account", "add", "Vic", "--role", "viewer")
    assert (code, refused["error"]["code"]) == (1, "no_admin")
    assert typed(folder, "account", "add", "Ann", "--role", "admin")[0] == 0
    code, made = typed(
        folder, "account", "add", "Lin", "--role", "front_line", "--reach", "own", "--of", "S7"
    )
    assert (code, made["reach"], made["of"]) == (0, "own", ["S7"])
    assert zhike("account", "change", "Lin", "--role", "analyst", "--reach", "all")[0] == 0
    assert typed(folder, "account", "password", "Lin")[0] == 0
    assert zhike("account", "close", "Lin")[1]["closed"] is True
    assert zhike("account", "reopen", "Lin")[1]["closed"] is False
    assert zhike("account", "close", "Ann")[1]["error"]["code"] == "last_admin"
    code, told = zhike("account", "list")
    assert [(item["name"], item["role"]) for item in told["accounts"]] == [
        ("Ann", "admin"), ("Lin", "analyst"),
    ]  # fmt: skip
    log = zhike("audit", "log")[1]["entries"]
    assert [item["action"] for item in log] == [
        "reopen_account", "close_account", "change_password", "change_account", "add_account",
        "add_account",
    ]  # fmt: skip


def test_a_log_that_was_changed_fails_the_command(zhike: Said, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    typed(folder, "account", "add", "Ann", "--role", "admin")
    code, whole = zhike("audit", "verify")
    assert (code, whole["whole"], whole["entries"]) == (0, True, 1)
    assert zhike("audit", "verify", "--head", whole["head"])[0] == 0
    assert zhike("audit", "verify", "--head", "0" * 64)[0] == 1
    with sqlite3.connect(folder / "private" / "operations.sqlite") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET who = 'nobody'")
    connection.close()
    code, broken = zhike("audit", "verify")
    assert (code, broken["broken_at"]) == (1, 1)


@pytest.mark.parametrize("words", [("--role", "king"), ("--role", "admin", "--reach", "some")])
def test_what_is_no_role_is_a_sentence(zhike: Said, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert zhike("account", "list")[0] == 0
    code, said = typed(tmp_path / "shop", "account", "add", "Ann", *words)
    assert (code, said["error"]["code"]) == (1, "parameter")
