"""Importing a CSV of order lines: into a workspace, or by a bare DuckDB read of its UTF-8 twin.

`python -m bench.importing write|ours|duckdb LINES`; `write` makes both files, `ours` takes the
GB18030 one to validated standard tables with the ledger.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.data import folder_of
from bench.measure import Answers, report

ENCODINGS = {"ours": "gb18030", "duckdb": "utf-8"}
TEXTS = ("Invoice", "StockCode", "Customer ID")
"""Columns that DuckDB takes for numbers from their beginning, and then fails on."""


def file_of(subject: str, lines: int) -> Path:
    return folder_of(lines) / ENCODINGS[subject] / "flat.csv"


def write(lines: int) -> None:
    """Both files; their rows are the same."""
    from zhike.datasets import simulate
    from zhike.datasets.exports import write_export

    with tempfile.TemporaryDirectory(prefix="zhike-bench-") as place:
        simulated = simulate(order_lines=lines, folder=Path(place))
        for subject, encoding in ENCODINGS.items():
            path = file_of(subject, lines)
            if not path.exists():
                (written,) = write_export(simulated, "flat", path.parent, encoding=encoding)
                written.rename(path)


def ours(lines: int) -> None:
    import zhike
    import zhike.workspace.adding  # before the clock starts, as what is compared is

    place = Path(tempfile.mkdtemp(prefix="zhike-bench-"))
    workspace = zhike.init(place / "shop")
    path = file_of("ours", lines)

    def work() -> Any:
        added = workspace.add(path)
        return lambda: fates(added)

    try:
        report(work)
    finally:
        shutil.rmtree(place)


def fates(added: Any) -> Answers:
    (found,) = [item.as_json() for item in added]
    return {"rows_read": found["rows_read"], "balances": sum(found["fates"].values())}


def duckdb(lines: int) -> None:
    import duckdb as bare

    connection = bare.connect()
    path = file_of("duckdb", lines)

    def work() -> Any:
        types = dict.fromkeys(TEXTS, "VARCHAR")
        connection.execute(f"CREATE TABLE rows AS FROM read_csv('{path}', types = {types})")
        (rows,) = connection.execute("SELECT count(*) FROM rows").fetchone() or (0,)
        return lambda: {"rows_read": rows}

    report(work)


if __name__ == "__main__":
    {"write": write, "ours": ours, "duckdb": duckdb}[sys.argv[1]](int(sys.argv[2]))
