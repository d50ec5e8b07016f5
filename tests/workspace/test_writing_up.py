"""A snapshot leaves the workspace as a report, a digest and tables, each in its form."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from zhike.errors import ParameterError, WorkspaceError
from zhike.workspace import Workspace
from zhike.workspace.targets import goal_of, targets_of
from zhike.workspace.writing_up import format_of


@pytest.fixture(scope="module")
def computed(planted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("computed") / "shop"
    shutil.copytree(planted_once, folder)
    with (folder / "zhike.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[goal]\ntext = "Keep more."\nmetrics = ["repeat_rate"]\n'
            "\n[targets]\nrepeat_rate = 0.999\n"
        )
    workspace = Workspace.open(folder)
    workspace.run()
    return workspace


def test_the_form_is_that_of_the_name_unless_said_otherwise() -> None:
    assert format_of("", "a.PDF") == "pdf"
    assert format_of("md", "a.pdf") == "md"
    assert format_of("", "a.htm") == "html"
    with pytest.raises(ParameterError):
        format_of("docx", None)


def test_a_goal_and_targets_are_checked_where_they_are_written() -> None:
    assert targets_of({"refund_rate": 0.1})["refund_rate"].at_most == 0.1
    both = targets_of({"orders": {"at_least": 5, "at_most": 9}})["orders"]
    assert both.reached_by(7)
    assert not both.reached_by(10)
    assert both.reached_by(None) is None
    for wrong in ({"repeat": 0.4}, {"orders": "many"}, {"orders": {}}, {"orders": True}):
        with pytest.raises(ParameterError):
            targets_of(wrong)
    for wrong in ({"words": "x"}, {"text": 5}, {"metrics": ["repeat"]}):
        with pytest.raises(ParameterError):
            goal_of(wrong)


@pytest.mark.slow
def test_every_form_holds_the_goal_and_what_stands_out(computed: Workspace, tmp_path: Path) -> None:
    pdf = computed.report(tmp_path / "a.pdf", language="zh", audience="management")
    reader = PdfReader(io.BytesIO(pdf.read_bytes()))
    assert len(reader.pages) == 1
    assert "Keep more." in reader.pages[0].extract_text()
    html = computed.report(tmp_path / "a.html").read_text(encoding="utf-8")
    text = computed.report(tmp_path / "a.md", audience="analyst").read_text(encoding="utf-8")
    for written in (html, text):
        assert "Keep more." in written
        assert "Why it changed" in written
    assert computed.report().name.endswith("-en.html")


@pytest.mark.slow
def test_a_digest_says_what_is_off_its_target(computed: Workspace) -> None:
    text = computed.digest(language="en")
    assert "▼ Repeat rate" in text
    assert "target 99.9%" in text


@pytest.mark.slow
def test_tables_hold_as_many_customers_in_every_form(computed: Workspace, tmp_path: Path) -> None:
    done = {
        form: computed.export_tables(form, tmp_path / f"x.{form}", language="zh")
        for form in ("csv", "parquet", "duckdb")
    }
    counts = {form: item.tables["customers"] for form, item in done.items()}
    assert len(set(counts.values())) == 1
    customers = pq.read_table(tmp_path / "x.parquet" / "customers.parquet")
    assert customers.num_rows == counts["csv"]
    assert all(item.masked for item in done.values())
    with duckdb.connect(tmp_path / "x.duckdb", read_only=True) as connection:
        [(money,)] = connection.execute("SELECT sum(monetary) FROM customers").fetchall()
        [(lines,)] = connection.execute("SELECT count(*) FROM order_lines").fetchall()
        views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal")
        assert "people" not in {name for (name,) in views.fetchall()}
    assert money == pytest.approx(sum(customers["monetary"].drop_null().to_pylist()))
    assert lines == done["duckdb"].tables["order_lines"]


@pytest.mark.slow
def test_personal_data_are_masked_unless_asked_for(computed: Workspace, tmp_path: Path) -> None:
    def phones(name: str, *, unmasked: bool) -> list[str]:
        computed.export_tables("parquet", tmp_path / name, unmasked=unmasked)
        rows = pq.read_table(tmp_path / name / "customers.parquet")
        return [value for value in rows["phone"].to_pylist() if value]

    masked, whole = phones("masked", unmasked=False), phones("whole", unmasked=True)
    assert whole
    assert len(masked) == len(whole)
    assert all("*" in value for value in masked)
    assert not any("*" in value for value in whole)


def test_a_form_that_there_is_not_is_named(tmp_path: Path, planted: Workspace) -> None:
    with pytest.raises(ParameterError, match="xls"):
        planted.export_tables("xls", tmp_path / "x")
    with pytest.raises(WorkspaceError):
        planted.digest()
