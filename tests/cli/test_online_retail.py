"""Online Retail II through the command line: init, add, run, report, and no option."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Said

pytestmark = pytest.mark.slow


@pytest.fixture
def file(real_data: Path) -> Path:
    return real_data / "online_retail_ii" / "online_retail_II_2009_2010.parquet"


def test_a_year_of_a_shop_from_the_raw_file_to_the_report(
    zhike: Said, file: Path, tmp_path: Path
) -> None:
    code, added = zhike("add", file)
    assert code == 0
    (report,) = added["files"]
    assert report["rows_read"] == 525_461
    assert sum(report["fates"].values()) == 525_461
    assert not report["unmapped"]
    code, run = zhike("run")
    assert code == 0
    skipped = {item["name"]: item["reason"] for item in run["analyses"] if item["status"] != "done"}
    assert skipped.keys() == {"channels", "categories"}  # the file names neither
    assert all(reason.startswith("This needs") for reason in skipped.values())
    listed = {item["name"]: item for item in zhike("analyses")[1]["analyses"]}
    assert listed["rfm"]["status"] == "done" and listed["rfm"]["missing"] is None
    assert listed["channels"]["missing"] == skipped["channels"]
    assert run["as_of"] == "2010-12-10"
    numbers = zhike("show", "overview", "--period", "all")[1]["numbers"]
    assert numbers["net_revenue"] == pytest.approx(9_570_018.99, abs=0.01)
    assert numbers["shipping_amount"] == pytest.approx(168_894.35, abs=0.01)
    assert numbers["fee_amount"] == pytest.approx(-67_630.07, abs=0.01)
    assert numbers["adjustment_amount"] == pytest.approx(-132_002.14, abs=0.01)
    assert 0.8 < numbers["identified_share"] < 0.9
    customers = zhike("customers", "--limit", 0)[1]["customers"]
    assert len(customers) == numbers["customers"]
    code, again = zhike("add", file)
    assert again["files"][0]["fates"]["unchanged"] == 525_461
    for language in ("en", "zh"):
        path = tmp_path / f"{language}.html"
        code, _ = zhike("--lang", language, "report", path)
        assert code == 0
        assert path.stat().st_size > 500_000
