"""Settings are read strictly, and what is written can be read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from zhike.errors import ParameterError, WorkspaceError
from zhike.workspace.settings import Settings, read_settings, write_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zhike.toml"


def test_what_is_written_can_be_read(file: Path) -> None:
    settings = Settings(
        name='李记 "老店"', language="zh", currency="GBP", rates={"USD": Decimal("0.79")}
    )
    write_settings(file, settings)
    assert read_settings(file) == settings


def test_an_empty_file_gives_the_defaults(file: Path) -> None:
    file.write_text("")
    assert read_settings(file) == Settings()


def test_a_file_saved_by_a_windows_editor_is_read(file: Path) -> None:
    file.write_text('name = "店"\r\n', encoding="utf-8-sig")
    assert read_settings(file).name == "店"


def test_a_misspelt_key_is_refused_with_the_nearest(file: Path) -> None:
    file.write_text('curency = "CNY"')
    with pytest.raises(ParameterError) as fault:
        read_settings(file)
    assert "'currency'" in str(fault.value)


@pytest.mark.parametrize(
    "line",
    [
        'currency = "YUAN"',
        'timezone = "Shanghai"',
        'language = "fr"',
        "keep_snapshots = 0",
        "keep_snapshots = true",
        'keep_snapshots = "ten"',
        "name = 5",
        'memory = "lots"',
        "rates = 7",
        "[rates]\nUSD = -1",
        "[rates]\nDOLLAR = 7",
        "[analyses]\nrfm = 1",
    ],
)
def test_a_value_outside_what_is_allowed_is_refused(file: Path, line: str) -> None:
    file.write_text(line)
    with pytest.raises(ParameterError):
        read_settings(file)


def test_a_newer_format_and_no_toml_are_told(file: Path) -> None:
    file.write_text("format = 99")
    with pytest.raises(WorkspaceError):
        read_settings(file)
    file.write_text("name = ")
    with pytest.raises(WorkspaceError):
        read_settings(file)
