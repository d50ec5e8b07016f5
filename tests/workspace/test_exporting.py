"""A workbook goes out of the workspace, and its base stays."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from zhike.errors import WorkspaceError
from zhike.workspace import Workspace


@pytest.fixture(scope="module")
def computed(planted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("exporting") / "shop"
    shutil.copytree(planted_once, folder)
    workspace = Workspace.open(folder)
    workspace.run()
    return workspace


def rows_of(path: Path, sheet: str = "Customer table") -> list[tuple[object, ...]]:
    return list(load_workbook(path)[sheet].iter_rows(values_only=True))


def test_the_base_of_an_export_is_kept_in_the_workspace(
    computed: Workspace, tmp_path: Path
) -> None:
    done = computed.export_workbook(tmp_path / "shop.xlsx", language="en")
    file = computed.folder / "exports" / f"{done.export_id}.parquet"
    base = pq.read_table(file)
    assert os.name == "nt" or file.stat().st_mode & 0o077 == 0
    keys, _titles, *cells = rows_of(done.path)
    assert base.column_names == list(keys)
    assert base["customer_id"].to_pylist() == [row[0] for row in cells]
    assert str(base.schema.field("last_on").type) == "date32[day]"
    assert str(base.schema.field("monetary").type) == "double"
    assert str(base.schema.field("stage").type) == "string"
    told = dict(load_workbook(done.path)["_zhike"].iter_rows(values_only=True))
    assert told["export_id"] == done.export_id
    assert told["snapshot"] == computed.snapshots()[0].id


def test_personal_data_are_masked_unless_asked_for(computed: Workspace, tmp_path: Path) -> None:
    masked = computed.export_workbook(tmp_path / "masked.xlsx", language="en")
    whole = computed.export_workbook(tmp_path / "whole.xlsx", language="en", unmasked=True)
    people = computed.open_snapshot()["people"].to_pyarrow().to_pylist()
    phones = {row["phone"] for row in people if row["phone"]}
    shown = {
        name: {row[2] for row in rows_of(done.path)[2:] if row[2]}
        for name, done in (("masked", masked), ("whole", whole))
    }
    assert phones
    assert shown["whole"] == phones
    assert not shown["masked"] & phones
    assert all("****" in str(phone) for phone in shown["masked"])
    kept = pq.read_table(computed.folder / "exports" / f"{masked.export_id}.parquet")
    assert not set(kept["phone"].to_pylist()) & phones


def test_a_segment_goes_out_alone(computed: Workspace, tmp_path: Path) -> None:
    done = computed.export_workbook(tmp_path / "some.xlsx", language="en", segment="frequency >= 3")
    keys, _titles, *cells = rows_of(done.path)
    frequencies = [row[keys.index("frequency")] for row in cells]
    facts = computed.customers(where=["frequency>=3"]).count().to_pyarrow().as_py()
    assert done.customers == len(cells) == facts > 0
    assert min(frequencies) >= 3  # type: ignore[type-var]


def test_without_a_path_it_lies_in_the_workspace(computed: Workspace) -> None:
    done = computed.export_workbook(language="zh")
    day = computed.snapshots()[0].as_of
    assert done.path == computed.folder / f"customers-{day}-zh.xlsx"
    assert done.as_json()["customer_sheets"] == ["客户分析表"]
    done.path.unlink()


def test_what_was_being_written_does_not_stay(computed: Workspace, tmp_path: Path) -> None:
    computed.export_workbook(tmp_path / "shop.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["shop.xlsx"]
    assert not [path for path in (computed.folder / "exports").iterdir() if path.is_dir()]


def test_nothing_is_exported_before_the_first_run(planted: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as fault:
        planted.export_workbook(tmp_path / "shop.xlsx")
    assert fault.value.code == "no_snapshot"
    assert not (tmp_path / "shop.xlsx").exists()
