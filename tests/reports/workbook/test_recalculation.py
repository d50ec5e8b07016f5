"""Formulas are live: LibreOffice computes them anew and finds what the engine found."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pyarrow.compute as pc
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook as Read

from reports.workbook.making import Done, Write
from zhike.analyses import REGISTRY
from zhike.catalogue import customer_facts

SECONDS = 180


@pytest.fixture(scope="module")
def recalculated(write: Write, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Read]:
    """The workbook of two customer sheets, after its cached values were thrown away."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is missing: apt-get install -y libreoffice-calc")
    done = write("en", most=200)
    folder = tmp_path_factory.mktemp("office")
    bare = folder / "bare.xlsx"
    load_workbook(done.path).save(bare)  # openpyxl writes formulas without their values
    command = [
        office,
        f"-env:UserInstallation=file://{folder / 'profile'}",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder / "out"),
        str(bare),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return done, load_workbook(folder / "out" / "bare.xlsx", data_only=True)


def formulas(path: Path) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


@pytest.mark.slow
def test_every_formula_gives_what_was_written_beside_it(recalculated: tuple[Done, Read]) -> None:
    done, computed = recalculated
    cached = load_workbook(done.path, data_only=True)
    live = formulas(done.path)
    assert len(live) > 80
    for sheet, cell in live:
        found, expected = computed[sheet][cell].value, cached[sheet][cell].value
        if isinstance(expected, str):
            assert found == expected, (sheet, cell)
        else:
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (sheet, cell)


@pytest.mark.slow
def test_the_totals_are_those_of_the_engine(recalculated: tuple[Done, Read]) -> None:
    done, computed = recalculated
    facts = customer_facts(done.shop).to_pyarrow()
    sheet = computed["Overview"]
    totals = {row[0]: row[1:5] for row in sheet.iter_rows(values_only=True) if row[0]}
    expected = {
        "Customers with a purchase": facts.num_rows,
        "Purchases of known customers": pc.sum(facts["frequency"]).as_py(),
        "Net revenue from known customers": float(pc.sum(facts["monetary"]).as_py()),
    }
    for label, value in expected.items():
        live, shown, told, agrees = totals[label]
        assert live == pytest.approx(value)
        assert shown == pytest.approx(value)
        assert told == pytest.approx(value)
        assert agrees == "✓"


@pytest.mark.slow
def test_segments_counted_by_formulas_are_those_of_the_analysis(
    recalculated: tuple[Done, Read],
) -> None:
    done, computed = recalculated
    segments = REGISTRY["rfm"]().run(done.shop).segments.to_pylist()  # type: ignore[attr-defined]
    rows = [row[:4] for row in computed["RFM segments"].iter_rows(values_only=True)]
    from zhike.analyses.rfm_names import SEGMENTS

    for row in segments:
        label = str(SEGMENTS[row["segment"]])
        assert any(found[0] == label and found[1] == row["customers"] for found in rows), label


def test_formulas_are_written_with_the_value_they_have(write: Write) -> None:
    cached = load_workbook(write("en", most=200).path, data_only=True)["Overview"]
    rows = {row[0]: row[1] for row in cached.iter_rows(values_only=True) if row[0]}
    facts = customer_facts(write("en", most=200).shop).to_pyarrow()
    assert rows["Customers with a purchase"] == facts.num_rows
