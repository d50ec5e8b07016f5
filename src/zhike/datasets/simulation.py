"""A whole simulated company, of any size: its data and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.datasets.columns import Ints
from zhike.datasets.company import Company, SimulatedLanguage, words_of
from zhike.datasets.customers import customer_tables, customer_truth, draw_customers
from zhike.datasets.lines import draw_contents
from zhike.datasets.orders import FIRST_ANONYMOUS, draw_orders
from zhike.datasets.products import Assortment, draw_assortment, tastes
from zhike.datasets.season import Clock, Season
from zhike.datasets.standard import line_rows, order_rows, refund_rows
from zhike.engines import Engine, open_engine
from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.schema import Shop

BLOCK = 20_000
"""Customers drawn together. Every block has its own random stream, so the data depend on the
seed alone and memory on the block alone; changing this changes every simulated company."""

ROW_GROUP_BYTES = 24_000_000
"""Size in memory from which rows are written; it bounds what waits."""

PERIOD = (date(2022, 7, 1), date(2025, 7, 1))
SEED = 20_220_701
"""Seed used where none is given."""

Rows: TypeAlias = "pa.Table | Path"
"""A table in memory, or the Parquet file that holds it."""


@dataclass(frozen=True)
class Truth:
    """What was planted.

    Attributes:
        customers: One row a customer record: `customer_id`, `segment`, `yearly_rate` (purchases a
            year on mean days, after the first and before dropping out), `lifetime_days` (from the
            first purchase), `first_on` (null: never buys), `dropout_on` (no purchase on or after
            it; null: still there at the end), `is_alive`, `buys`, `mean_order_amount` (expected
            goods before discounts of an order), `channel`, `acquired_from`,
            `favourite_category`, `city`, `duplicate_of` (the same person's first record).
        calendar: One row a day: `day`, `weight` (times as many orders as on a mean day), `event`.
        hours: Planted share of orders in each hour of the day, 24 numbers.
    """

    customers: Rows
    calendar: pa.Table
    hours: tuple[float, ...]


@dataclass(frozen=True)
class Simulated:
    """A simulated company.

    Attributes:
        tables: Standard table name to its rows: Arrow, or the Parquet file holding them.
        truth: What was planted.
        language: "zh" or "en".
        currency: ISO code of all amounts.
        timezone: Business time zone.
        start: First business day.
        end: The day after the last.
    """

    tables: Mapping[str, Rows]
    truth: Truth
    language: SimulatedLanguage
    currency: str
    timezone: str
    start: date
    end: date

    def arrow(self, name: str) -> pa.Table:
        """A table, or "truth", in memory."""
        rows = self.truth.customers if name == "truth" else self.tables[name]
        return pq.read_table(rows) if isinstance(rows, Path) else rows

    def shop(self, engine: Engine | None = None) -> Shop:
        """The company's standard tables on an engine, DuckDB unless given."""
        engine = engine or open_engine("duckdb")
        tables = {
            name: engine.read_parquet([rows]) if isinstance(rows, Path) else engine.load(name, rows)
            for name, rows in self.tables.items()
        }
        return Shop(engine, tables, self.currency, self.timezone, as_of=self.end)


def simulate(
    customers: int = 20_000,
    *,
    order_lines: int | None = None,
    seed: int = SEED,
    language: SimulatedLanguage = "zh",
    period: tuple[date, date] = PERIOD,
    folder: Path | None = None,
) -> Simulated:
    """A company drawn from a seed, with the truth behind its data.

    The same arguments give the same rows, in memory or on disk. Memory does not grow with the
    company where a folder is given.

    Args:
        customers: Customer records, those who never buy and second accounts included.
        order_lines: About how many order lines there should be (within a few in a hundred);
            instead of `customers`.
        seed: Where every draw comes from.
        language: "zh" (CNY, Shanghai time) or "en" (USD, New York time).
        period: First business day, and the day after the last.
        folder: Where to write `<table>.parquet` and `truth.parquet`; without it tables stay in
            memory.

    Raises:
        ParameterError: A size, language or period that cannot be simulated.

    Examples:
        >>> shop = simulate(100, seed=1)
        >>> shop.arrow("customers").num_rows
        100
        >>> simulate(100, seed=1).arrow("orders").equals(shop.arrow("orders"))
        True
    """
    start, end = period
    if not (end - start).days >= 28:
        raise ParameterError.out_of_bounds(
            "period", f"{start} – {end}", lazy("at least 28 days, first day first")
        )
    company = Company(language, start, end, words_of(language))
    works = _Works.of(company, seed)
    if order_lines is not None:
        customers = works.customers_for(order_lines)
    if not 1 <= customers < FIRST_ANONYMOUS:
        raise ParameterError.out_of_bounds(
            "customers",
            customers,
            lazy("a whole number from {least} to {most}", least=1, most=FIRST_ANONYMOUS - 1),
        )
    blocks = works.blocks(customers)
    tables = _written(blocks, folder) if folder else _gathered(blocks)
    truth = tables.pop("truth")
    return Simulated(
        tables=tables,
        truth=Truth(truth, works.season.calendar(start), tuple(np.diff(works.season.hours))),
        language=language,
        currency=company.words["currency"],
        timezone=company.words["timezone"],
        start=start,
        end=end,
    )


@dataclass(frozen=True)
class _Works:
    """All that blocks share."""

    company: Company
    seed: int
    season: Season
    clock: Clock
    assortment: Assortment

    @classmethod
    def of(cls, company: Company, seed: int) -> _Works:
        random = np.random.default_rng([seed, 0])
        season = Season.of(company)
        return cls(company, seed, season, Clock.of(company), draw_assortment(company, random))

    def blocks(self, customers: int) -> Iterator[dict[str, pa.Table]]:
        """Every table's rows, one block of customers after the other."""
        for number, begin in enumerate(range(0, customers, BLOCK)):
            tables = self.block(number, np.arange(begin, min(begin + BLOCK, customers)))
            if number == 0:
                tables["products"] = self.assortment.table
            yield tables

    def block(self, number: int, indexes: Ints) -> dict[str, pa.Table]:
        random = np.random.default_rng([self.seed, 1, number])
        customers = draw_customers(self.company, self.season, indexes, random)
        facts, people = customer_tables(self.company, self.clock, customers, random)
        orders = draw_orders(self.company, self.season, customers, random)
        block = (customers, orders)
        contents = draw_contents(self.company, self.season, self.assortment, block, random)
        taste = tastes(
            customers.segment, customers.favourite, len(self.company.words["categories"])
        )
        spend = self.assortment.mean_order_amount(taste, customers.segment)
        return {
            "customers": facts,
            "people": people,
            "orders": order_rows(self.company, self.clock, block, contents),
            "order_lines": line_rows(orders, contents.lines),
            "refunds": refund_rows(self.company, self.clock, block, contents),
            "truth": customer_truth(self.company, customers, spend),
        }

    def customers_for(self, order_lines: int) -> int:
        """How many customers make about so many order lines, from a first block."""
        lines: int = self.block(0, np.arange(BLOCK))["order_lines"].num_rows
        return max(1, round(order_lines * BLOCK / lines))


def _gathered(blocks: Iterator[dict[str, pa.Table]]) -> dict[str, Rows]:
    parts: dict[str, list[pa.Table]] = {}
    for block in blocks:
        for name, rows in block.items():
            parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(each).combine_chunks() for name, each in parts.items()}


def _written(blocks: Iterator[dict[str, pa.Table]], folder: Path) -> dict[str, Rows]:
    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[str, pq.ParquetWriter] = {}
    waiting: dict[str, list[pa.Table]] = {}
    try:
        for block in blocks:
            for name, rows in block.items():
                if name not in writers:
                    writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", rows.schema)
                waiting.setdefault(name, []).append(rows)
                if sum(each.nbytes for each in waiting[name]) >= ROW_GROUP_BYTES:
                    writers[name].write_table(pa.concat_tables(waiting.pop(name)))
        for name, rest in waiting.items():
            writers[name].write_table(pa.concat_tables(rest))
    finally:
        for writer in writers.values():
            writer.close()
    return {name: folder / f"{name}.parquet" for name in writers}
