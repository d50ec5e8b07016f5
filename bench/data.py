"""The data that every subject reads: the simulated shop, kept between runs.

`python -m bench.data LINES` writes it and prints its folder; the process is its own so that its
memory is nobody else's.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
RESULTS = CHECKOUT / "bench" / "results"


def folder_of(lines: int) -> Path:
    """Where the shop of so many order lines is kept; another simulation gets another folder."""
    digest = hashlib.sha256()
    for path in sorted((CHECKOUT / "src" / "zhike" / "datasets").rglob("*.*")):
        if path.suffix in {".py", ".toml", ".json"}:
            digest.update(path.read_bytes())
    return RESULTS / "data" / f"{lines}-{digest.hexdigest()[:8]}"


def written(lines: int) -> Path:
    """The folder of the shop, simulated where it is not there yet."""
    from zhike.datasets import simulate

    folder = folder_of(lines)
    if not (folder / "complete").exists():
        simulate(order_lines=lines, folder=folder)
        flatten(folder)
        (folder / "complete").touch()
    return folder


def flatten(folder: Path) -> None:
    """One row a line of a paid order with a known customer, as openretailscience wants them."""
    import duckdb

    duckdb.execute(
        f"""
        COPY (
            SELECT customer_id, order_id AS transaction_id, ordered_on AS transaction_date,
                   amount AS unit_spend
            FROM '{folder}/order_lines.parquet' JOIN '{folder}/orders.parquet' USING (order_id)
            WHERE customer_id IS NOT NULL AND status IN ('paid', 'shipped', 'completed')
              AND NOT is_test AND NOT is_brushing AND kind IN ('goods', 'voucher', 'discount')
        ) TO '{folder}/transactions.parquet' (FORMAT parquet)
        """
    )


if __name__ == "__main__":
    sys.stdout.write(f"{written(int(sys.argv[1]))}\n")
