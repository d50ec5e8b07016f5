"""Errands are done beside whoever asks, are seen from anywhere, and end without harm."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from zhike.errors import InputError, WorkspaceError
from zhike.workspace import Workspace
from zhike.workspace.errands import Errand, Errands, Progress, tidy_name
from zhike.workspace.lock import sole_writer
from zhike.workspace.rejects import Rejects

ROWS = "".join(f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},{n % 50}.50\n" for n in range(1, 200))
ORDERS = f"order id,customer id,order date,paid\n{ROWS}A999,C1,2024-13-45,=5\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop")


def sent(errands: Errands, *contents: str) -> str:
    """An errand with those files."""
    errand_id = errands.fresh()
    for number, content in enumerate(contents):
        errands.folder(errand_id).file(number).write_text(content)
    return errand_id


def drafts(workspace: Workspace) -> list[Path]:
    """Unfinished work."""
    return [
        path for name in ("landing", "snapshots") for path in workspace.folder.glob(f"{name}/.*")
    ]


def ended(errands: Errands, errand_id: str) -> Progress:
    deadline = time.monotonic() + 120
    while not (told := errands.progress(errand_id)).is_over:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return told


@pytest.mark.slow
def test_files_are_looked_at_then_taken_in_and_computed(workspace: Workspace) -> None:
    errands = Errands(workspace.folder)
    one = sent(errands, ORDERS, "")
    files = ("orders.csv", "empty.csv")
    errands.begin(Errand(id=one, kind="look", files=files))
    assert ended(errands, one).status == "done"
    orders, empty = errands.folder(one).seen
    assert orders.tables[0].tables == ("customers", "orders")
    assert empty.what == "fault"
    assert [item.id for item in errands.awaiting()] == [one]
    assert workspace.sources() == []
    errands.begin(Errand(id=one, kind="add", files=files, left_out=(1,)))
    told = ended(errands, one)
    assert (told.status, told.snapshot) == ("done", workspace.published)
    assert told.done == told.of > 0
    assert told.step["zh"] != told.step["en"]
    [batch] = workspace.sources()
    assert batch.file == "orders.csv"
    assert not list(errands.folder(one).path.glob("files/*"))
    assert errands.awaiting() == []
    page = Rejects(workspace).page(7)
    assert (page.found, page.page, page.pages) == (1, 1, 1)
    assert page.rows[0]["reason"] == "unreadable_date"
    assert "2024-13-45" in page.rows[0]["raw"]


@pytest.mark.slow
def test_what_cannot_be_told_ends_in_the_sentence_of_the_command_line_and_can_be_mended(
    workspace: Workspace,
) -> None:
    errands = Errands(workspace.folder)
    one = sent(errands, ORDERS.replace("order date", "x1").replace("2024-01", "nonsense"))
    errands.begin(Errand(id=one, kind="add", files=("a.csv",)))
    told = ended(errands, one)
    assert told.status == "failed"
    assert told.fault is not None
    assert "a.csv" in told.fault["message"]["en"]
    assert errands.folder(one).seen[0].tables[0].columns[2].column == "x1"
    assert workspace.sources() == []
    assert not list((workspace.folder / "landing").glob("[!.]*"))


@pytest.mark.slow
def test_one_that_is_called_off_leaves_everything_as_it_was(workspace: Workspace) -> None:
    errands = Errands(workspace.folder)
    one = sent(errands, ORDERS)
    errands.begin(Errand(id=one, kind="add", files=("a.csv",)))
    with pytest.raises(WorkspaceError):
        errands.begin(Errand(id=sent(errands), kind="run"))
    deadline = time.monotonic() + 60
    while not drafts(workspace) and not errands.progress(one).is_over:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    errands.stop(one)
    assert errands.progress(one).status == "stopped"
    assert drafts(workspace) == []
    assert workspace.published is None
    assert errands.folder(one).file(0).exists()
    errands.begin(Errand(id=one, kind="add", files=("a.csv",)))
    assert ended(errands, one).status == "done"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_it_ends_with_the_server_that_asked(workspace: Workspace) -> None:
    errands = Errands(workspace.folder)
    one = sent(errands, ORDERS)
    server = subprocess.Popen(
        [sys.executable, "-c", ASKING, str(workspace.folder), one], stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline().strip() == b"begun"
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert ended(Errands(workspace.folder), one).status == "stopped"
    with sole_writer(workspace._layout, "run"):  # nobody holds it any more
        assert workspace.sources() == []


ASKING = """
import sys, time
from pathlib import Path
from zhike.workspace.errands import Errand, Errands
errands = Errands(Path(sys.argv[1]))
errands.begin(Errand(id=sys.argv[2], kind="add", files=("a.csv",)))
print("begun", flush=True)
time.sleep(60)
"""


def test_another_program_that_writes_is_named(workspace: Workspace) -> None:
    errands = Errands(workspace.folder)
    with (
        sole_writer(workspace._layout, "run"),
        pytest.raises(WorkspaceError, match=r"zhike run.*process"),
    ):
        errands.begin(Errand(id=errands.fresh(), kind="run"))


@pytest.mark.parametrize("name", ["", "..", "../../private", "0123456789abcdeg", "A" * 16])
def test_an_id_is_never_a_path(workspace: Workspace, name: str) -> None:
    errands = Errands(workspace.folder)
    errands.fresh()
    with pytest.raises(InputError):
        errands.folder(name)


def test_names_are_what_people_read_and_no_more() -> None:
    assert tidy_name("订单 2024.csv") == "订单 2024.csv"
    assert tidy_name("a/b/../c\\d.csv") == "d.csv"
    long = tidy_name("长" * 500 + ".xlsx")
    assert len(long) <= 120
    assert long.endswith(".xlsx")
    assert tidy_name("\u202egnp.exe\r\n") == "gnp.exe"


def test_files_that_nobody_came_back_to_are_swept_away(workspace: Workspace) -> None:
    errands = Errands(workspace.folder)
    old = sent(errands, ORDERS)
    past = time.time() - 2 * 86_400
    os.utime(errands.folder(old).path, (past, past))
    fresh = errands.fresh()
    with pytest.raises(InputError):
        errands.folder(old)
    assert errands.folder(fresh).path.is_dir()


def test_what_is_sent_is_for_the_owner_alone(workspace: Workspace) -> None:
    Errands(workspace.folder).fresh()
    assert (workspace.folder / "errands").stat().st_mode & 0o077 == 0
