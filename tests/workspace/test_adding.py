"""Adding keeps everything or nothing, file by file and sheet by sheet."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from zhike.errors import MappingError
from zhike.workspace import Workspace

HEADER = "order id,customer id,order date,paid\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop")


def export(path: Path, first: int = 1, last: int = 60) -> Path:
    rows = (f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},{n % 50}.50\n" for n in range(first, last))
    path.write_text(HEADER + "".join(rows))
    return path


def test_a_sheet_of_notes_beside_a_table_is_skipped_and_counted(
    workspace: Workspace, tmp_path: Path
) -> None:
    book = Workbook()
    book.active.append(["order id", "customer id", "order date", "paid"])
    for n in range(1, 50):
        book.active.append([f"A{n}", f"C{n % 7}", f"2024-01-{n % 28 + 1:02}", n])
    notes = book.create_sheet("说明")
    for words in (["说明"], ["本表由系统导出"], ["请勿修改"], ["如有疑问请联系财务"]):
        notes.append(words)
    book.save(tmp_path / "book.xlsx")
    reports = [report.as_json() for report in workspace.add(tmp_path / "book.xlsx")]
    assert all(sum(item["fates"].values()) == item["rows_read"] for item in reports)
    assert reports[0]["fates"]["loaded"] == 49
    assert all(item["fates"]["loaded"] == 0 for item in reports[1:])
    workspace.run()


def test_equal_files_in_one_call_are_one_batch(workspace: Workspace, tmp_path: Path) -> None:
    files = [export(tmp_path / "a.csv"), export(tmp_path / "b.csv")]
    first, second = workspace.add(files)
    assert first.as_json()["fates"]["loaded"] == 59
    assert second.as_json()["fates"]["unchanged"] == 59
    assert len(workspace.sources()) == 1


def test_a_column_named_for_one_of_several_files_is_used_there(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = export(tmp_path / "a.csv")
    second = export(tmp_path / "b.csv", 100, 160)
    second.write_text(second.read_text().replace("paid", "x1"))
    workspace.add([first, second], map={"x1": "orders.paid_amount"})
    assert len(workspace.sources()) == 2
    with pytest.raises(MappingError, match="x2"):
        workspace.add([export(tmp_path / "c.csv", 200, 260)], map={"x2": "orders.paid_amount"})
    assert len(workspace.sources()) == 2


def test_prepared_tables_are_made_again_where_they_were_lost(
    workspace: Workspace, tmp_path: Path
) -> None:
    import shutil

    workspace.add(export(tmp_path / "a.csv"))
    before = workspace.run()
    shutil.rmtree(workspace.folder / "prepared")
    (workspace.folder / "prepared").mkdir()
    assert workspace.run().tables["orders"]["rows"] == before.tables["orders"]["rows"]


def test_another_zone_prepares_anew(workspace: Workspace, tmp_path: Path) -> None:
    file = export(tmp_path / "a.csv")
    file.write_text(HEADER + "A1,C1,2024-01-01T23:30:00Z,5\nA2,C2,2024-01-05T10:00:00Z,5\n")
    workspace.add(file)
    workspace.run()

    def days() -> list[str]:
        orders = Workspace.open(workspace.folder).open_snapshot()["orders"]
        found = orders.order_by("order_id").ordered_on.to_pyarrow().to_pylist()
        return [str(day) for day in found]

    assert days()[0] == "2024-01-02"
    settings = workspace.folder / "zhike.toml"
    settings.write_text(settings.read_text().replace("Asia/Shanghai", "Europe/London"))
    Workspace.open(workspace.folder).run()
    assert days()[0] == "2024-01-01"


KILLED = """
import os, pathlib, signal, sys
left = int(sys.argv[1])
def dying(act):
    def step(*args, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*args, **more)
    return step
os.fsync, pathlib.Path.replace = map(dying, (os.fsync, pathlib.Path.replace))
import zhike
zhike.open(sys.argv[2]).add(sys.argv[3])
"""


@pytest.mark.slow
def test_an_addition_killed_at_any_step_on_disk_can_be_done_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.add(export(tmp_path / "a.csv"))
    file = export(tmp_path / "b.csv", 40, 99)
    dead = 0
    for step in range(0, 60, 4):
        words = [sys.executable, "-W", "ignore", "-c", KILLED, str(step), workspace.folder, file]
        done = subprocess.run(words, capture_output=True, check=False)
        dead += done.returncode == -signal.SIGKILL
        orders = workspace.run().tables["orders"]["rows"]
        assert orders in (59, 98)
        if done.returncode == 0:
            break
    assert dead > 2
    report = workspace.add(file)[0].as_json()
    assert report["fates"]["unchanged"] == 59
    assert workspace.run().tables["orders"]["rows"] == 98
