"""A full disk is told in a sentence, and the last snapshot is served."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zhike.errors import WorkspaceError
from zhike.workspace import Workspace
from zhike.workspace.durable import link_or_copy, remove_tree, room_on_disk, write_durably

ON_A_SMALL_DISK = """
set -e
mount -t tmpfs -o size={room}k tmpfs {small}
cp -r {workspace}/. {small}
cd {small}
dd if=/dev/zero of=filler bs=1k count=100000 2>/dev/null || true
dd if=/dev/null of=filler bs=1k seek=$(($(stat -c %s filler) / 1024 - {left})) 2>/dev/null
{python} -W ignore -m zhike run --json --as-of 2025-01-01 > {out}/run.json || echo $? > {out}/code
{python} -W ignore -m zhike show overview --json > {out}/show.json
{python} -W ignore -m zhike add {file} --json > {out}/add.json || true
ls -A snapshots landing prepared > {out}/left
"""


def test_content_is_replaced_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        write_durably(tmp_path / "file", content)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_second_name_for_what_is_there_already_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    link_or_copy(tmp_path / "a", tmp_path / "b")
    link_or_copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "a"


def test_a_tree_is_removed_and_one_that_is_not_there_is_gone(tmp_path: Path) -> None:
    (tmp_path / "tree" / "branch").mkdir(parents=True)
    assert remove_tree(tmp_path / "tree")
    assert remove_tree(tmp_path / "tree")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_a_sentence_and_another_fault_stays_itself(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as told, room_on_disk(tmp_path):
        Path("/dev/full").write_bytes(b"more than nothing")
    assert told.value.code == "disk_full"
    with pytest.raises(FileNotFoundError), room_on_disk(tmp_path):
        (tmp_path / "nothing").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("left_kilobytes", [20, 150])
def test_nothing_is_half_published_on_a_full_disk(
    planted: Workspace, tmp_path: Path, left_kilobytes: int
) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no `unshare` here to mount a small disk with")
    before = planted.run()
    small, out = tmp_path / "small", tmp_path / "out"
    small.mkdir()
    out.mkdir()
    file = tmp_path / "orders.csv"
    file.write_text(
        "order id,customer id,order date,paid\n"
        + "".join(f"{n},c{n % 97},2024-01-{n % 28 + 1:02},{n * 7919}\n" for n in range(200_000))
    )
    script = ON_A_SMALL_DISK.format(
        small=small,
        out=out,
        file=file,
        workspace=planted.folder,
        room=20_000,
        left=left_kilobytes,
        python=sys.executable,
    )
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        check=False,
    )
    if b"unshare" in done.stderr or b"mount:" in done.stderr:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.decode()}")
    assert json.loads((out / "run.json").read_text())["error"]["code"] == "disk_full"
    assert (out / "code").read_text().strip() == "1"
    assert json.loads((out / "show.json").read_text())["as_of"] == before.as_of
    assert json.loads((out / "add.json").read_text())["error"]["code"] == "disk_full"
    left = (out / "left").read_text()
    assert not [name for name in left.split() if name.startswith(".")]
