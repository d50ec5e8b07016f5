"""What an import of a simulated export must equal, compared column by column."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from zhike.workspace import Workspace


def add_and_run(folder: Path, paths: list[Path], **options: Any) -> tuple[Workspace, list[Any]]:
    """A new workspace with these files added and run."""
    workspace = Workspace.create(folder)
    reports = workspace.add(paths, **options)
    workspace.run()
    return workspace, reports


def imported(workspace: Workspace) -> dict[str, pa.Table]:
    """The standard tables of the current snapshot."""
    shop = workspace.open_snapshot()
    return {name: table.to_pyarrow() for name, table in shop.tables.items()}


def differences(workspace: Workspace, truth: dict[str, pa.Table]) -> list[str]:
    """What differs between an import and a truth, in words; empty where they are the same."""
    have = imported(workspace)
    told = []
    for name in ("orders", "order_lines", "refunds"):
        if name in truth and truth[name].num_rows:
            if name not in have:
                told.append(f"{name}: nothing imported of {truth[name].num_rows} rows")
                continue
            told += _rows_apart(name, truth[name], have[name])
    return told + _buyers_apart(truth, have)


def _rows_apart(name: str, want: pa.Table, have: pa.Table) -> list[str]:
    columns = [column for column in want.column_names if column in have.column_names]
    query = duckdb.connect()
    query.register("want", want.select(columns))
    query.register("have", have.select(columns))
    told = []
    for left, right in (("want", "have"), ("have", "want")):
        rows = query.sql(f"select * from {left} except all select * from {right}").fetchall()
        told += [f"{name}, only {left}: {dict(zip(columns, row, strict=True))}" for row in rows]
    return told


def _buyers_apart(truth: dict[str, pa.Table], have: dict[str, pa.Table]) -> list[str]:
    """Orders of one identity must be orders of one customer, and the other way round."""
    orders = truth.get("orders")
    if orders is None or "identity" not in orders.column_names or "orders" not in have:
        return []
    customers = dict(
        zip(
            have["orders"]["order_id"].to_pylist(),
            have["orders"]["customer_id"].to_pylist(),
            strict=True,
        )
    )
    pairs = Counter(
        (identity, customers.get(order))
        for order, identity in zip(
            orders["order_id"].to_pylist(), orders["identity"].to_pylist(), strict=True
        )
    )
    identities = Counter(identity for identity, _ in pairs)
    buyers = Counter(customer for _, customer in pairs)
    return [
        f"identity {identity!r} became customer {customer!r}"
        for identity, customer in pairs
        if (identity is None) != (customer is None)
        or (identity is not None and (identities[identity] > 1 or buyers[customer] > 1))
    ]
