"""The customers of a snapshot kept ready for pages: lists by rule and order, and one at a look."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from zhike.catalogue import refund_rows
from zhike.catalogue.products import product_names
from zhike.catalogue.rules import (
    Fields,
    Rule,
    fields_of,
    members_of,
    parse_rule,
    segment_sizes,
)
from zhike.errors import RuleError, WorkspaceError
from zhike.i18n import lazy
from zhike.operations.sight import Sight
from zhike.reports.tables import customer_list, write_csv
from zhike.reports.workbook import customer_rows
from zhike.schema import Shop
from zhike.workspace.lists import listed
from zhike.workspace.running import as_run
from zhike.workspace.searching import People
from zhike.workspace.snapshots import Manifest
from zhike.workspace.workspace import Workspace

PAGE_ROWS = 50
MOST_EVENTS = 100
SECONDS = 10.0
FULL = "full__"
PERSONAL = {"people": ("account", "name", "phone", "email", "address"), "customers": ("birth_on",)}
"""Columns that are masked, by the table that has them in full."""
OUTLOOKS = ("clv", "next_purchase", "churn", "recommendations")
"""Analyses that say what is to be expected of each customer."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which customers are asked for, and in which order.

    Attributes:
        rule: A rule or the name of a saved segment; empty means everybody.
        search: Who: an id, a name or letters of it, a telephone number; `People.found` says how.
        sort: A column; "-monetary" puts the largest first. Empty: the best customers first, where
            anything was bought.
        page: From 1.
    """

    rule: str = ""
    search: str = ""
    sort: str = ""
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """One page of a list.

    Attributes:
        rows: The customers, with codes as codes.
        found: How many the list has.
        total: How many customers there are.
        page: Which page this is.
        pages: How many there are.
    """

    rows: tuple[Mapping[str, Any], ...]
    found: int
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened with a customer.

    Attributes:
        day: When.
        kind: "order" or "refund".
        amount: Money paid, or given back.
        status: Of an order, as its code.
        channel: Where it was placed; None where nobody knows.
        products: What it was about.
    """

    day: Any
    kind: str
    amount: float | None
    status: str | None
    channel: str | None
    products: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Person:
    """One customer.

    Attributes:
        customer_id: Who.
        facts: What the customer table says, by column, with codes as codes.
        events: What happened, the newest first, at most `MOST_EVENTS` of a kind.
    """

    customer_id: str
    facts: Mapping[str, Any]
    events: tuple[Event, ...]


class Directory:
    """The customers of one snapshot, computed once and asked many times.

    One question is answered at a time, and none for long. What it holds goes with its last reader.

    Args:
        workspace: Whose customers.
        snapshot: Id of the snapshot.
        seconds: Most that one answer may take.
    """

    def __init__(self, workspace: Workspace, snapshot: str, seconds: float = SECONDS) -> None:
        self.snapshot = snapshot
        self._workspace = workspace
        self._seconds = seconds
        self._turn = threading.Lock()
        self._shop = workspace.open_snapshot(snapshot)
        analyses = as_run(_manifest(workspace, snapshot))
        self.columns, rows = customer_rows(self._shop, analyses)
        names = [column.name for column in self.columns]
        kept = self._shop.engine.materialise(_with_full(self._shop, rows.select(*names)))
        full = {name.removeprefix(FULL): kept[name] for name in kept.columns if FULL in name}
        self._rows = kept.select(*names)
        self._full_rows = kept.mutate(**full).select(*names)
        self._total = int(self._rows.count().to_pyarrow().as_py())
        self._people = People(self._shop)
        self._by_parts = True

    def shown_to(self, sight: Sight) -> Directory:
        """The same customers with personal data in full, and found by parts, where one may."""
        shown = copy.copy(self)
        shown._rows = self._full_rows if sight.personal else self._rows
        shown._by_parts = sight.by_parts
        return shown

    def page(self, asked: Asked) -> CustomerPage:
        """A page of the customers asked for.

        Raises:
            RuleError: The rule is none.
            ParameterError: There is no such column to sort by.
            UnavailableError: It took too long.
        """
        with self._answering():
            meant = self._meant(asked)
            everybody = not asked.rule.strip() and not asked.search.strip()
            found = self._total if everybody else int(meant.count().to_pyarrow().as_py())
            pages = max(-(-found // PAGE_ROWS), 1)
            page = min(max(asked.page, 1), pages)
            rows = self._sorted(meant, asked.sort)
            shown = rows.limit(PAGE_ROWS, offset=(page - 1) * PAGE_ROWS).to_pyarrow()
        return CustomerPage(
            rows=tuple(shown.to_pylist()), found=found, total=self._total, page=page, pages=pages
        )

    def write(self, asked: Asked, path: Path) -> int:
        """Write all the customers asked for as CSV, in that order; gives how many."""
        with self._answering():
            rows = self._sorted(self._meant(asked), asked.sort)
            return write_csv(customer_list(self.columns, rows), path)

    def person(self, customer_id: str) -> Person | None:
        """One customer with everything that happened; None where nobody knows that id."""
        with self._answering():
            found = self._rows.filter(self._rows.customer_id == customer_id)
            rows = found.to_pyarrow().to_pylist()
            if not rows:
                return None
            events = [*_orders(self._shop, customer_id), *_refunds(self._shop, customer_id)]
        events.sort(key=lambda event: (event.day is not None, event.day), reverse=True)
        return Person(customer_id=customer_id, facts=rows[0], events=tuple(events))

    def sizes(self) -> dict[str, int | RuleError]:
        """How many customers each saved segment has; where its rule fails, why."""
        rules, failed = dict[str, Rule](), dict[str, int | RuleError]()
        with self._answering():
            fields = self._fields()
            for name, text in fields.segments.items():
                try:
                    rules[name] = parse_rule(text, fields)
                except RuleError as fault:
                    failed[name] = fault
            return failed | segment_sizes(self._shop, rules, fields)

    def _sorted(self, rows: ir.Table, sort: str) -> ir.Table:
        usual = "-monetary" if "monetary" in rows.columns else "customer_id"
        return listed(rows, sort=sort or usual)

    def _fields(self) -> Fields:
        """What rules may speak of, with the segments that are saved at this moment."""
        known = fields_of(self._shop)
        saved = {item.name: item.rule for item in self._workspace.segments.values()}
        return Fields(known.own, providers=known.providers.values(), segments=saved)

    def _meant(self, asked: Asked) -> ir.Table:
        rows, text = self._rows, asked.rule.strip()
        if text:
            fields = self._fields()
            rule = parse_rule(fields.segments.get(text, text), fields)
            rows = rows.semi_join(members_of(self._shop, rule, fields), "customer_id")
        if asked.search.strip():
            rows = self._people.found(rows, asked.search, by_parts=self._by_parts)
        return rows

    @contextmanager
    def _answering(self) -> Iterator[None]:
        engine: Any = self._shop.engine  # snapshots are opened by DuckDB
        with self._turn, engine.within(self._seconds):
            yield


class Outlook:
    """What is to be expected of each customer, computed once; it takes longest of all.

    Args:
        workspace: Whose customers.
        snapshot: Id of the snapshot.
    """

    def __init__(self, workspace: Workspace, snapshot: str) -> None:
        self.snapshot = snapshot
        self._turn = threading.Lock()
        self._shop = workspace.open_snapshot(snapshot)
        analyses = as_run(_manifest(workspace, snapshot))
        self._members = {
            name: self._shop.engine.materialise(analyses[name].run(self._shop).customers())
            for name in OUTLOOKS
            if name in analyses
        }

    def of(self, customer_id: str) -> dict[str, Mapping[str, Any]]:
        """Analysis to what it says of a customer; without those that say nothing."""
        with self._turn:
            found = {
                name: rows.filter(rows.customer_id == customer_id).to_pyarrow().to_pylist()
                for name, rows in self._members.items()
            }
        return {name: rows[0] for name, rows in found.items() if rows}


def _with_full(shop: Shop, rows: ir.Table) -> ir.Table:
    """The rows with personal data as they are beside the masked ones, a mark before each name."""
    for table, wanted in PERSONAL.items():
        several = [name for name in wanted if name in rows.columns]
        if table in shop and several:
            told = shop[table]
            full = {f"{FULL}{name}": told[name].cast("string") for name in several}
            part = told.select(full_id="customer_id", **full)
            rows = rows.left_join(part, rows.customer_id == part.full_id).drop("full_id")
    return rows


def _manifest(workspace: Workspace, snapshot: str) -> Manifest:
    found = next((item for item in workspace.snapshots() if item.id == snapshot), None)
    if found is None:
        raise WorkspaceError(lazy("Another snapshot was published just now."))
    return found


def _orders(shop: Shop, customer_id: str) -> Iterator[Event]:
    if "orders" not in shop:
        return
    orders = shop["orders"]
    own = orders.filter(orders.customer_id == customer_id).select(
        "order_id", "ordered_on", "status", "channel", "paid_amount"
    )
    rows = own.order_by(own.ordered_on.desc(), own.order_id).limit(MOST_EVENTS).to_pyarrow()
    products = _products(shop, rows["order_id"].to_pylist())
    for row in rows.to_pylist():
        yield Event(
            day=row["ordered_on"],
            kind="order",
            amount=_float(row["paid_amount"]),
            status=row["status"],
            channel=row["channel"],
            products=products.get(row["order_id"], ()),
        )


def _products(shop: Shop, orders: list[str]) -> dict[str, tuple[str, ...]]:
    """What was in each order, by the names of products."""
    if "order_lines" not in shop or not orders:
        return {}
    lines = shop["order_lines"]
    goods = lines.filter(lines.order_id.isin(orders), lines.kind == "goods")
    names, found = product_names(shop), dict[str, tuple[str, ...]]()
    for row in goods.select("order_id", "product_id").to_pyarrow().to_pylist():
        if row["product_id"] is not None:
            name = names.get(row["product_id"], row["product_id"])
            found[row["order_id"]] = (*found.get(row["order_id"], ()), name)
    return {order: tuple(sorted(set(several))) for order, several in found.items()}


def _refunds(shop: Shop, customer_id: str) -> Iterator[Event]:
    refunds = refund_rows(shop)
    if refunds is None:
        return
    own = refunds.filter(refunds.customer_id == customer_id)
    rows = own.order_by(own.refunded_on.desc()).limit(MOST_EVENTS).to_pyarrow().to_pylist()
    names = product_names(shop)
    for row in rows:
        product = row["product_id"]
        yield Event(
            day=row["refunded_on"],
            kind="refund",
            amount=_float(row["amount"]),
            status=None,
            channel=None,
            products=() if product is None else (names.get(product, product),),
        )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
