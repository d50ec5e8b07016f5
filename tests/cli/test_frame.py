"""What all commands share: help that is quick and in both languages, faults as one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import zhike
from zhike.cli import program

COMMANDS = list(program.list_commands(None))  # type: ignore[arg-type]
HEAVY = ("ibis", "duckdb", "pyarrow", "numpy", "pandas", "rich", "babel.messages")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def said(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(program, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_help_lists_every_command_and_leaves_with_success() -> None:
    code, out, _ = said("--help")
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    lines = [sys.executable, "-X", "importtime", "-m", "zhike", "--help"]
    done = subprocess.run(lines, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not [name for name in HEAVY if name in imported]
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "zhike", "--help"], capture_output=True, check=True)
    assert time.perf_counter() - began < 2, "half a second on a quiet machine"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_shared_options_and_speaks_chinese(name: str) -> None:
    code, out, _ = said("--lang", "zh", name, "--help")
    assert code == 0
    assert all(flag in out for flag in ("--json", "--lang", "-C"))
    sentences = [line for line in out.splitlines() if line.startswith("  ") and line.strip()]
    assert sentences
    assert CHINESE.search(sentences[0])
    assert "用法：" in out
    assert "Options" not in out
    assert "Show this message" not in out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_wrong_usage_is_one_sentence_in_the_language(language: str) -> None:
    for wrong in (["runn"], ["run", "--asof", "2024-01-01"], ["run", "--as-of", "soon"], ["add"]):
        code, out, err = said(*wrong, "--lang", language)
        assert code == 2
        assert not out
        assert len(err.strip().splitlines()) == 1
        assert bool(CHINESE.search(err)) == (language == "zh")


def test_programs_get_faults_as_json_on_standard_output(tmp_path: Path) -> None:
    code, out, err = said("run", "--json", "-C", str(tmp_path))
    assert code == 1
    assert not err
    fault = json.loads(out)["error"]
    assert fault["code"] == "no_workspace"
    assert str(tmp_path) in fault["message"]
    assert fault["hint"]
    code, out, _ = said("runn", "--json")
    assert json.loads(out)["error"]["code"] == "usage"


def test_the_shared_options_stand_before_or_after_the_command(tmp_path: Path) -> None:
    for place in (
        ["-C", str(tmp_path), "init", "--json"],
        ["init", "-C", str(tmp_path / "b"), "--json"],
    ):
        code, out, _ = said(*place)
        assert code == 0
        assert Path(json.loads(out)["folder"]).is_relative_to(tmp_path)


def test_an_unexpected_fault_is_one_sentence_and_its_details_are_in_a_file(tmp_path: Path) -> None:
    assert said("init", "-C", str(tmp_path))[0] == 0
    (tmp_path / "landing").rmdir()
    (tmp_path / "landing").write_text("in the way")
    broken = tmp_path / "private" / "salt"
    broken.write_bytes(b"\xff\xff")
    (tmp_path / "orders.csv").write_text("order,customer,date,paid\n1,a,2024-01-01,5\n")
    code, out, err = said("add", str(tmp_path / "orders.csv"), "-C", str(tmp_path))
    assert code == 70
    assert not out
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" in (tmp_path / "zhike.log").read_text()


def test_the_version_is_the_package_s() -> None:
    assert said("--version")[:2] == (0, f"zhike {zhike.__version__}\n")


def test_listing_what_was_added_needs_no_engine(tmp_path: Path) -> None:
    assert said("init", "-C", str(tmp_path))[0] == 0
    lines = [sys.executable, "-X", "importtime", "-m", "zhike", "-C", str(tmp_path), "sources"]
    done = subprocess.run(lines, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not {"ibis", "duckdb", "pyarrow"} & imported
