"""The simulated company as the exports that platforms write, and what importing them must give."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.exports import flat, jd, members, plain, shopify, taobao
from zhike.datasets.exports.defects import Defect, spoiled, untidy
from zhike.datasets.exports.dialects import Dialect
from zhike.datasets.exports.files import Part, write_csv, write_workbook
from zhike.datasets.exports.pages import pages
from zhike.datasets.simulation import Simulated
from zhike.errors import ParameterError
from zhike.i18n import lazy

__all__ = ["DIALECTS", "PLATFORMS", "expected", "planted_defects", "write_export"]

DIALECTS: dict[str, Dialect] = {
    "taobao_orders": taobao.ORDERS,
    "taobao_orders_new": taobao.NEW_ORDERS,
    "taobao_lines": taobao.LINES,
    "jd_orders": jd.ORDERS,
    "shopify_orders": shopify.ORDERS,
    "shopify_customers": members.SHOPIFY,
    "youzan_customers": members.YOUZAN,
    "flat": flat.ORDERS,
    "plain": plain.ORDERS,
    "plain_xlsx": plain.WORKBOOK,
}
PLATFORMS: tuple[str, ...] = tuple(DIALECTS)


def write_export(
    simulated: Simulated, platform: str, folder: Path, *, defects: bool = False, encoding: str = ""
) -> list[Path]:
    """The company as one platform's export.

    Args:
        simulated: The company.
        platform: One of `PLATFORMS`.
        folder: Where to write; made where it is missing.
        defects: Whether to leave defects among the records; `planted_defects` tells which.
        encoding: Another encoding than the platform's own.

    Returns:
        The files written.

    Raises:
        ParameterError: There is no such platform.
    """
    dialect = _dialect(platform)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / dialect.file_name
    header, tables = _records(simulated, dialect)
    parts: Iterator[Part] = tables
    if defects:
        kept = map(untidy, tables) if dialect.is_untidy else tables
        parts = (part for part, _ in spoiled(dialect, header, kept))
    if dialect.encoding:
        write_csv(path, header, parts, encoding or dialect.encoding)
    else:
        write_workbook(path, header, parts, sheet=path.stem)
    return [path]


def planted_defects(simulated: Simulated, platform: str) -> list[Defect]:
    """What `write_export(..., defects=True)` plants, in order of the records."""
    dialect = _dialect(platform)
    parts = spoiled(dialect, *_records(simulated, dialect))
    return [defect for _, planted in parts for defect in planted]


def expected(simulated: Simulated, platform: str) -> dict[str, pa.Table]:
    """What importing an export must give: standard tables with the columns that it can express.

    Beside standard columns: `identity_kind` ("id", "account", "email", "phone") and `identity`
    (its value as written) tell whose an order is; null is an anonymous order. `standing` is
    "pending", "kept" or "gone" where a platform's words are coarser than the status vocabulary.
    Goods of test orders are as written, or 0 where their lines tell that they are tests.
    Customers have one row an identity, products one a code that goods were sold under;
    `order_lines` has the `title` that stands beside the code.

    Raises:
        ParameterError: There is no such platform.
    """
    dialect = _dialect(platform)
    parts: dict[str, list[pa.Table]] = {}
    for page in _pages(simulated, dialect):
        for name, rows in dialect.expected(page).items():
            parts.setdefault(name, []).append(rows)
    tables = {name: pa.concat_tables(each) for name, each in parts.items()}
    if "customers" in tables and dialect.grain != "customer":
        tables["customers"] = _once(tables["customers"], "identity")
    if "order_lines" in tables:
        lines = tables["order_lines"]
        sold = lines.filter(pc.equal(lines["kind"], "goods")).select(["product_id", "title"])
        tables["products"] = _once(sold.rename_columns(["product_id", "name"]), "product_id")
    return tables


def _once(rows: pa.Table, key: str) -> pa.Table:
    """One row a key; rows of one key say the same."""
    others = [name for name in rows.column_names if name != key]
    grouped = rows.group_by(key).aggregate([(name, "max") for name in others])
    return grouped.rename_columns([key, *others])


def _dialect(platform: str) -> Dialect:
    if platform not in DIALECTS:
        raise ParameterError.unknown(lazy("export platform"), platform, PLATFORMS)
    return DIALECTS[platform]


def _pages(simulated: Simulated, dialect: Dialect) -> Iterator[Any]:
    if dialect.grain == "customer":
        return iter(members.members(simulated))
    return pages(simulated, with_lines=dialect.needs_lines)


def _records(simulated: Simulated, dialect: Dialect) -> tuple[list[str], Iterator[pa.Table]]:
    """The header of an export, and its records page by page."""
    tables = (dialect.records(page) for page in _pages(simulated, dialect))
    first = next(tables)
    return list(first.column_names), itertools.chain([first], tables)
