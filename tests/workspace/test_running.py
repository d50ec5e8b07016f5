"""Runs publish whole snapshots or nothing, share what did not change, and keep what is read."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workspace.planting import plant
from zhike.analyses import REGISTRY
from zhike.errors import WorkspaceError
from zhike.workspace import Settings, Workspace
from zhike.workspace.lock import sole_writer

RUN = [sys.executable, "-W", "ignore", "-m", "zhike", "run", "--json"]


def is_whole(workspace: Workspace) -> bool:
    """The published snapshot can be read: its tables, its manifest, its results."""
    shop = workspace.open_snapshot()
    manifest = workspace.snapshots()[0]
    rows = {name: table.count().to_pyarrow().as_py() for name, table in shop.tables.items()}
    shop.engine.close()
    numbers = workspace.show("overview").numbers
    return rows == {name: entry["rows"] for name, entry in manifest.tables.items()} and bool(
        numbers
    )


def test_a_run_answers_everything_and_records_how(planted: Workspace) -> None:
    manifest = planted.run()
    assert [item["name"] for item in manifest.analyses] == list(REGISTRY)
    assert {item["status"] for item in manifest.analyses} == {"done"}
    assert manifest.as_of == "2025-06-30"
    assert manifest.tables["orders"]["rows"] > 0
    assert manifest.inputs[0]["file"] == "planted.csv"
    assert manifest.versions["duckdb"]
    assert manifest.peak_rss_mb > 0
    assert is_whole(planted)


def test_what_did_not_change_is_shared(planted: Workspace) -> None:
    first, second = planted.run(), planted.run(date(2025, 1, 1))
    assert first.id != second.id
    assert first.tables == second.tables
    objects = list((planted.folder / "objects").iterdir())
    assert len(objects) == len(first.tables)
    prepared = planted.folder / "prepared"
    assert all(path.stat().st_nlink > 1 for path in prepared.rglob("*.parquet"))


def test_a_result_of_the_run_is_read_and_another_is_computed(planted: Workspace) -> None:
    planted.run()
    kept = planted.show("overview")
    assert kept == planted.show("overview", as_of=date(2025, 6, 30))
    earlier = planted.show("overview", as_of=date(2025, 1, 1))
    assert earlier.as_of == "2025-01-01"
    assert earlier.numbers != kept.numbers


def test_an_earlier_run_equals_the_same_day_asked_for_later(planted: Workspace) -> None:
    planted.run(date(2025, 1, 1))
    as_run = planted.show("rfm")
    planted.run()
    assert planted.show("rfm", as_of=date(2025, 1, 1)).tables == as_run.tables


def test_nothing_to_compute_is_told(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty")
    with pytest.raises(WorkspaceError) as fault:
        workspace.run()
    assert fault.value.code == "no_batches"
    with pytest.raises(WorkspaceError) as fault:
        workspace.show("overview")
    assert fault.value.code == "no_snapshot"


def test_old_snapshots_go_but_not_those_that_are_read(planted: Workspace) -> None:
    settings = planted.folder / "zhike.toml"
    settings.write_text('currency = "USD"\nkeep_snapshots = 2\n')
    workspace = Workspace.open(planted.folder)
    first = workspace.run()
    reader = workspace.open_snapshot()
    kept = [workspace.run().id for _ in range(3)]
    assert [item.id for item in workspace.snapshots()] == [kept[2], kept[1], first.id]
    assert reader["orders"].count().to_pyarrow().as_py() == first.tables["orders"]["rows"]
    del reader
    for mark in (planted.folder / "readers").iterdir():
        mark.unlink()
    workspace.run()
    assert first.id not in [item.id for item in workspace.snapshots()]


def test_a_batch_taken_back_leaves_no_trace(planted: Workspace) -> None:
    before = planted.run()
    customers = pa.table({"customer_id": ["stranger"]})
    from zhike.schema import standard_table

    schema = standard_table("customers").arrow_schema
    rows = pa.Table.from_pylist(customers.to_pylist(), schema=schema)
    plant(planted, {"customers": rows}, "more")
    with_more = planted.run()
    assert with_more.tables["customers"]["rows"] == before.tables["customers"]["rows"] + 1
    planted.remove("more.csv")
    after = planted.run()
    assert after.tables == before.tables


def test_two_runs_at_once_are_refused_with_who_is_at_work(planted: Workspace) -> None:
    from zhike.workspace.layout import Layout

    with sole_writer(Layout(planted.folder), "run"), pytest.raises(WorkspaceError) as fault:
        planted.run()
    assert fault.value.code == "busy"
    assert str(os.getpid()) in str(fault.value)
    planted.run()


def test_an_analysis_without_what_it_needs_is_skipped_with_a_sentence(planted: Workspace) -> None:
    folder = next((planted.folder / "prepared").iterdir()) / "0"
    rows = pq.read_table(folder / "orders.parquet")
    place = rows.schema.get_field_index("customer_id")
    nobody = pa.nulls(rows.num_rows, pa.string())
    anonymous = Workspace.create(planted.folder.parent / "anonymous", Settings(name="A"))
    plant(anonymous, {"orders": rows.set_column(place, "customer_id", nobody)})
    found = {item["name"]: item for item in anonymous.run().as_json()["analyses"]}
    assert found["rfm"]["status"] == "skipped"
    assert found["rfm"]["reason"]
    assert found["overview"]["status"] == "done"
    assert anonymous.report(language="zh").stat().st_size > 0


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_the_last_snapshot(planted: Workspace) -> None:
    planted.run()
    chance = random.Random(20)  # noqa: S311 - moments, not secrets
    began = time.monotonic()
    subprocess.run(RUN, cwd=planted.folder, capture_output=True, check=True)
    whole_seconds = time.monotonic() - began
    for _ in range(20):
        process = subprocess.Popen(RUN, cwd=planted.folder, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, whole_seconds * 1.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert is_whole(Workspace.open(planted.folder))
    done = subprocess.run(RUN, cwd=planted.folder, capture_output=True, check=True)
    assert json.loads(done.stdout)["snapshot"] == Workspace.open(planted.folder).snapshots()[0].id
    left = [path for path in planted.folder.rglob(".*-*") if path.is_dir()]
    assert not left, "the next run sweeps what killed runs left"


KILLED = """
import os, pathlib, signal, sys
left = int(sys.argv.pop())
def dying(act):
    def step(*args, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*args, **more)
    return step
os.fsync, os.link, pathlib.Path.replace = map(dying, (os.fsync, os.link, pathlib.Path.replace))
from zhike.cli import main
sys.argv[1:] = ["run", "--json"]
main()
"""


@pytest.mark.slow
def test_a_run_killed_between_any_two_steps_on_disk_leaves_a_whole_snapshot(
    planted: Workspace,
) -> None:
    planted.run()
    dead = 0
    for step in range(0, 60, 3):
        shutil.copyfile(planted.folder / "zhike.toml", planted.folder / "zhike.toml.bak")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", KILLED, str(step)],
            cwd=planted.folder,
            capture_output=True,
            check=False,
        )
        dead += done.returncode == -signal.SIGKILL
        assert is_whole(Workspace.open(planted.folder))
        if done.returncode == 0:
            break
    assert dead >= 3
    planted.run()
