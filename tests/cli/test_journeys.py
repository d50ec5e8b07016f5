"""What a person does with her exports, through the real command line, from file to report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Said
from zhike.datasets import Overlap, Simulated, expected, overlapping, simulate, write_export

SHAPE = {
    "file", "platform", "encoding", "tables", "rows_read", "fates", "reasons", "mapping",
    "unmapped",
}  # fmt: skip
RUN_ENTRY = {"name", "status", "seconds", "reason", "reused"}
FATES = ["loaded", "updated", "unchanged", "merged", "rejected", "skipped"]


@pytest.fixture(scope="module")
def company() -> Simulated:
    return simulate(100, language="zh")


@pytest.fixture(scope="module")
def overlap(company: Simulated) -> Overlap:
    return overlapping(company, date(2024, 11, 20), days=60)


def balances(report: dict[str, Any]) -> bool:
    return sum(report["fates"].values()) == report["rows_read"]


def money(zhike: Said) -> dict[str, Any]:
    code, _ = zhike("run")
    assert code == 0
    code, shown = zhike("show", "overview", "--period", "all")
    assert code == 0
    numbers: dict[str, Any] = shown["numbers"]
    return numbers


def test_from_an_export_to_a_report(zhike: Said, company: Simulated, tmp_path: Path) -> None:
    (file,) = write_export(company, "taobao_orders", tmp_path / "导出 的文件")
    code, added = zhike("add", file)
    assert code == 0
    (report,) = added["files"]
    assert report.keys() >= SHAPE
    assert list(report["fates"]) == FATES
    assert balances(report)
    assert report["platform"] == "taobao_orders"
    assert report["encoding"].lower().startswith("gb")
    assert {"orders", "customers"} <= set(report["tables"])
    assert all(
        item.keys() == {"column", "field", "confidence", "why"} for item in report["mapping"]
    )
    code, run = zhike("run")
    assert code == 0
    assert run.keys() >= {"snapshot", "as_of", "tables", "analyses", "seconds", "peak_rss_mb"}
    assert all(set(item) == RUN_ENTRY for item in run["analyses"])
    code, shown = zhike("show", "rfm")
    assert shown.keys() == {"analysis", "as_of", "params", "numbers", "tables", "findings"}
    segment = shown["tables"]["segments"][0]
    code, listed = zhike(
        "customers", "rfm", "--where", f"segment={segment['segment']}", "--limit", 0
    )
    assert len(listed["customers"]) == segment["customers"]
    for language in ("zh", "en"):
        code, written = zhike("report", tmp_path / f"{language}.html", "--lang", language)
        assert code == 0
        assert Path(written["report"]).stat().st_size > 100_000


def test_the_same_file_twice_changes_nothing(
    zhike: Said, company: Simulated, tmp_path: Path
) -> None:
    (file,) = write_export(company, "shopify_orders", tmp_path)
    zhike("add", file)
    before = money(zhike)
    copy = tmp_path / "copy of it.csv"
    copy.write_bytes(file.read_bytes())
    code, again = zhike("add", copy)
    assert code == 0
    (report,) = again["files"]
    assert report["fates"]["unchanged"] == report["rows_read"] > 0
    assert balances(report)
    assert len(zhike("sources")[1]["batches"]) == 1
    assert money(zhike) == before


def test_a_later_overlapping_export_updates_whole_orders_and_says_so(
    zhike: Said, overlap: Overlap, tmp_path: Path
) -> None:
    (first,) = write_export(overlap.first, "taobao_orders", tmp_path / "1")
    (second,) = write_export(overlap.second, "taobao_orders", tmp_path / "2")
    (both,) = write_export(overlap.both, "taobao_orders", tmp_path / "3")
    zhike("add", first)
    code, added = zhike("add", second)
    assert code == 0
    (report,) = added["files"]
    assert balances(report)
    assert report["fates"]["updated"] > 0
    assert report["fates"]["unchanged"] > 0
    after = money(zhike)
    for batch in zhike("sources")[1]["batches"]:
        zhike("remove", batch["batch"])
    zhike("add", both)
    assert after == pytest.approx(money(zhike))


def test_a_batch_taken_back_leaves_no_trace(zhike: Said, overlap: Overlap, tmp_path: Path) -> None:
    (first,) = write_export(overlap.first, "taobao_orders", tmp_path / "1")
    (second,) = write_export(overlap.second, "taobao_orders", tmp_path / "2")
    zhike("add", first)
    before = money(zhike)
    zhike("add", second)
    assert money(zhike) != before
    batch = zhike("sources")[1]["batches"][-1]["batch"]
    code, removed = zhike("remove", batch)
    assert code == 0
    assert removed["removed"] == batch
    assert money(zhike) == before
    assert zhike("remove", batch)[0] == 1


def test_orders_and_their_lines_in_two_files_are_one_shop(
    zhike: Said, company: Simulated, tmp_path: Path
) -> None:
    files = [
        write_export(company, platform, tmp_path)[0]
        for platform in ("taobao_lines", "taobao_orders")
    ]
    code, _ = zhike("add", *files)
    assert code == 0
    with_lines = money(zhike)
    code, run = zhike("run")
    assert run["tables"]["orders"] == company.arrow("orders").num_rows
    told = expected(company, "taobao_lines")["order_lines"]
    assert run["tables"]["order_lines"] == told.num_rows
    zhike("remove", files[0].name)
    assert money(zhike) == pytest.approx(with_lines)


def test_a_folder_is_added_file_by_file_and_a_readme_in_it_is_left_out(
    zhike: Said, company: Simulated, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    write_export(company, "jd_orders", folder)
    (folder / "README.txt").write_text("Exported by the accountant.\n\nAsk her.\nShe knows.\n")
    code, added = zhike("add", folder)
    assert code == 0
    assert ["left_out" in report for report in added["files"]].count(True) == 1
    assert sum(report["rows_read"] for report in added["files"]) > 0


def test_quality_shows_fates_columns_and_repairs(
    zhike: Said, company: Simulated, tmp_path: Path
) -> None:
    (file,) = write_export(company, "taobao_orders", tmp_path, defects=True)
    zhike("add", file)
    code, quality = zhike("quality")
    assert code == 0
    assert balances(quality["files"][0])
    assert quality["columns"]
    assert quality["repairs"]


def test_a_remembered_mapping_is_used_and_can_be_forgotten(zhike: Said, tmp_path: Path) -> None:
    header = "no,who,first day,second day,money\n"
    rows = "".join(
        f"{n},c{n % 7},2024-01-{n % 28 + 1:02},2024-02-{n % 28 + 1:02},{n}\n" for n in range(1, 90)
    )
    (tmp_path / "a.csv").write_text(header + rows)
    (tmp_path / "b.csv").write_text(header + rows.replace("2024-02", "2024-03"))
    given = [
        *("--map", "no=orders.order_id", "--map", "who=orders.customer_id"),
        *("--map", "second day=orders.ordered_at", "--map", "money=orders.paid_amount"),
        *("--map", "first day=-"),
    ]
    code, added = zhike("add", tmp_path / "a.csv", *given)
    assert code == 0, added
    code, again = zhike("add", tmp_path / "b.csv")
    assert code == 0
    fields = {item["column"]: item["field"] for item in again["files"][0]["mapping"]}
    assert fields["second day"] == "orders.ordered_at"
    assert "first day" in again["files"][0]["unmapped"]
    assert zhike("forget")[1]["mappings"]
    assert zhike("forget", "a.csv")[0] == 0 or zhike("forget", "b.csv")[0] == 0
    assert not zhike("forget")[1]["mappings"]
    assert zhike("forget", "a.csv")[0] == 1


@pytest.mark.slow
def test_the_demo_ends_with_a_report(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from zhike.cli import program

    for language in ("zh", "en", "en"):
        folder = tmp_path / language
        arguments = ["demo", "--customers", "300", "--folder", str(folder), "--lang", language]
        done = CliRunner().invoke(program, arguments)
        assert done.exit_code == 0, done.output
        assert str(folder / "report.html") in done.stdout.splitlines()[-1]
        assert f"zhike -C {folder} serve" in done.stdout.splitlines()[-2]
        assert f'lang="{language}' in (folder / "report.html").read_text()[:300]
