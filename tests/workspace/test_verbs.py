"""The verbs of `import zhike`, with DataFrames at their edges."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import zhike

ORDERS = {
    "customer_id": ["ann", "ann", "bob"],
    "ordered_at": ["2024-01-05", "2024-02-05", "2024-02-07"],
    "paid_amount": [10.0, 20.0, 5.0],
}


def test_the_public_names_are_those_it_says() -> None:
    for name in zhike.__all__:
        assert getattr(zhike, name) is not None
    public = {name for name in vars(zhike) if not name.startswith("_")}
    rooms = {path.stem for path in Path(zhike.__file__).parent.iterdir()}
    imported = {"annotations", "import_module", "TYPE_CHECKING"}
    assert public - rooms - imported <= set(zhike.__all__)
    assert dir(zhike) == sorted(zhike.__all__)
    with pytest.raises(AttributeError):
        zhike.nothing  # noqa: B018


def test_importing_it_is_light() -> None:
    code = (
        "import zhike, sys; print([m for m in ('ibis', 'duckdb', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_analysis_runs_on_a_bare_table() -> None:
    for rows in (pa.table(ORDERS), _pandas(), _polars()):
        found = zhike.analyse("rfm", orders=rows, as_of=date(2024, 3, 1))
        assert found.numbers["customers"] == 2
        assert found.numbers["revenue"] == 35
        assert set(found.customers().to_pandas()["customer_id"]) == {"ann", "bob"}


def test_a_misspelt_analysis_or_parameter_is_pointed_out() -> None:
    with pytest.raises(zhike.ParameterError, match="'rfm'"):
        zhike.analyse("rmf", orders=pa.table(ORDERS))
    with pytest.raises(zhike.ParameterError, match="'as_of'"):
        zhike.analyse("rfm", orders=pa.table(ORDERS), asof=date(2024, 3, 1))


def test_analyses_say_what_they_answer() -> None:
    assert zhike.list_analyses()["rfm"].endswith("?")


def test_a_workspace_is_made_once_and_opened_again(tmp_path: Path) -> None:
    made = zhike.init(tmp_path / "my shop", currency="GBP")
    assert zhike.open(tmp_path / "my shop").settings == made.settings
    assert made.settings.name == "my shop"
    with pytest.raises(zhike.WorkspaceError):
        zhike.init(tmp_path / "my shop")
    with pytest.raises(zhike.WorkspaceError):
        zhike.open(tmp_path)
    assert (tmp_path / "my shop" / "private" / "salt").stat().st_mode & 0o077 == 0


def _pandas() -> object:
    import pandas as pd

    return pd.DataFrame(ORDERS)


def _polars() -> object:
    import polars as pl

    return pl.DataFrame(ORDERS)
