"""The floor: one grouping of the orders by customer, as bare DuckDB SQL over the same Parquet."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.measure import report

FLOOR = """
SELECT customer_id, count(*), sum(paid_amount), min(ordered_at), max(ordered_at)
FROM read_parquet('{path}') GROUP BY customer_id
"""


def main(folder: Path) -> None:
    connection = duckdb.connect()

    def work():
        rows = connection.execute(FLOOR.format(path=folder / "orders.parquet")).to_arrow_table()
        return lambda: {"groups": rows.num_rows}

    report(work)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
