"""Tables for other programs hold the same customers, with codes explained and nothing that runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reports.shown import SEGMENT_ROWS, SEGMENT_TABLE, both
from zhike.analyses import REGISTRY
from zhike.datasets import corner_shop
from zhike.i18n import use_language
from zhike.reports.tables import (
    ExportColumn,
    ExportTable,
    customer_export,
    result_exports,
    write_csv,
    write_duckdb,
    write_parquet,
    write_sav,
)

HOSTILE = ["=1+1", "+86", "-5", "@cmd", "\tx", "fine", None]
STAGES = {"first": both("First purchase", "首次购买"), "lost": both("Lost", "流失")}


def exported(**columns: list[object]) -> ExportTable:
    rows = pa.table(columns)
    return ExportTable(
        name="sample",
        title=both("A sample", "样例"),
        columns=tuple(
            ExportColumn(
                name=name,
                label=both(f"{name} in words", f"{name}的说明"),
                words=STAGES if name == "stage" else {},
            )
            for name in columns
        ),
        batches=rows.to_reader,
    )


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def customers() -> ExportTable:
    analyses = {name: REGISTRY[name]() for name in ("rfm", "lifecycle")}
    return customer_export(corner_shop(), analyses)


def test_csv_begins_with_a_mark_and_holds_nothing_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_csv(exported(note=HOSTILE), path) == len(HOSTILE)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    cells = [row[0] for row in read_csv(path)[1:] if row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]
    assert cells[0] == "'=1+1"
    assert cells[5] == "fine"


def test_csv_speaks_the_reader_s_language(tmp_path: Path) -> None:
    table = exported(stage=["lost", "other"], amount=[-5.0, 1.5])
    with use_language("zh"):
        write_csv(table, tmp_path / "a.csv")
    assert read_csv(tmp_path / "a.csv") == [
        ["stage的说明", "amount的说明"],
        ["流失", "-5"],
        ["other", "1.5"],
    ]


def test_headers_that_would_be_alike_are_told_apart(tmp_path: Path) -> None:
    table = exported(a=[1], b=[2])
    same = tuple(ExportColumn(name=item.name, label="n") for item in table.columns)
    named = ExportTable(name="x", title="x", columns=same, batches=table.batches)
    write_csv(named, tmp_path / "a.csv")
    assert read_csv(tmp_path / "a.csv")[0] == ["n", "n (2)"]


def test_parquet_keeps_codes_and_says_what_they_mean(tmp_path: Path) -> None:
    write_parquet(exported(stage=["lost", None]), tmp_path / "a.parquet")
    read = pq.read_table(tmp_path / "a.parquet")
    assert read["stage"].to_pylist() == ["lost", None]
    told = read.schema.field("stage").metadata
    assert told[b"label"] == b"stage in words"
    assert json.loads(told[b"words"])["lost"] == "Lost"


def test_a_duckdb_file_is_documented_and_only_read(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    written = [exported(stage=["lost", "first", "lost"], amount=[1.0, 2.0, 3.0])]
    assert write_duckdb(written, {}, path, unmasked=False) == {"sample": 3}
    assert not path.stat().st_mode & 0o222
    assert write_duckdb(written, {}, path, unmasked=False) == {"sample": 3}
    with duckdb.connect(path, read_only=True) as connection:
        ask = connection.execute
        views = dict(
            ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall()
        )
        assert views == {"sample": "A sample", "sample_words": "A sample"}
        comments = dict(
            ask(
                "SELECT column_name, comment FROM duckdb_columns() "
                "WHERE table_name = 'sample' AND schema_name = 'main'"
            ).fetchall()
        )
        assert comments["stage"] == "stage in words (first = First purchase; lost = Lost)"
        assert ask("SELECT count(*) FROM sample_words WHERE stage = 'Lost'").fetchall() == [(2,)]


def test_spss_gets_numbers_with_labels(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "a.sav"
    table = exported(stage=["lost", None, "new"], keen=[True, None, False], amount=[1.5, 2.0, 3.0])
    with use_language("zh"):
        assert write_sav(table, path) == 3
    rows, told = pyreadstat.read_sav(str(path), output_format="dict")
    assert told.column_names_to_labels["stage"] == "stage的说明"
    assert told.variable_value_labels["stage"] == {1.0: "首次购买", 2.0: "流失", 3.0: "new"}
    assert next(iter(rows["stage"])) == 2.0
    assert list(rows["amount"]) == [1.5, 2.0, 3.0]


def test_customers_are_those_of_the_shop_with_their_stage(customers: ExportTable) -> None:
    rows = customers.batches().read_all()
    shop = corner_shop()
    from zhike.catalogue import customer_facts

    facts = customer_facts(shop).to_pyarrow().to_pylist()
    known = {row["customer_id"]: row for row in rows.to_pylist()}
    assert {row["customer_id"] for row in facts} <= set(known)
    for row in facts:
        assert known[row["customer_id"]]["monetary"] == pytest.approx(float(row["monetary"]))
    assert set(rows["stage"].to_pylist()) <= {"potential", "first", "repeat", "loyal", "lost"}


def test_a_result_table_takes_its_words_from_how_it_is_shown() -> None:
    [table] = result_exports("rfm", "RFM", {"segments": SEGMENT_ROWS}, [SEGMENT_TABLE])
    assert table.name == "rfm_segments"
    [segment] = [column for column in table.columns if column.name == "segment"]
    assert str(segment.label) == "Segment"
    assert str(segment.words["at_risk"]) == "At risk"
