"""The customers of a snapshot kept ready for pages: lists by rule and order, and one at a look."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

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
from zhike.workspace.past import Event, Past
from zhike.workspace.running import as_run
from zhike.workspace.searching import People
from zhike.workspace.snapshots import Manifest
from zhike.workspace.workspace import Workspace

PAGE_ROWS = 50
MOST_CHOSEN = 24
"""Choices of customers that are remembered, the latest."""
SECONDS = 10.0
FULL, PLACE = "full__", "place__"
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
class Person:
    """One customer.

    Attributes:
        customer_id: Who.
        facts: What the customer table says, by column, with codes as codes.
        events: What happened, the newest first.
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
        # In order of ids, so that one of a million is looked up at once.
        laid = _with_full(self._shop, rows.select(*names)).order_by("customer_id")
        kept = self._shop.engine.materialise(laid.mutate(**{PLACE: ibis.row_number()}), wide=True)
        full = {name.removeprefix(FULL): kept[name] for name in kept.columns if FULL in name}
        self._rows = kept.select(PLACE, *names)
        self._full_rows = kept.mutate(**full).select(PLACE, *names)
        self._total = int(self._rows.count().to_pyarrow().as_py())
        self._people = People(self._shop, kept)
        self._by_parts = True
        self._past = Past(self._shop)
        self._chosen: OrderedDict[Hashable, tuple[ir.Table, int]] = OrderedDict()

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
            meant, found = self._meant(asked)
            pages = max(-(-found // PAGE_ROWS), 1)
            page = min(max(asked.page, 1), pages)
            rows = self._sorted(meant, asked.sort)
            shown = rows.limit(PAGE_ROWS, offset=(page - 1) * PAGE_ROWS).drop(PLACE).to_pyarrow()
        return CustomerPage(
            rows=tuple(shown.to_pylist()), found=found, total=self._total, page=page, pages=pages
        )

    def write(self, asked: Asked, path: Path) -> int:
        """Write all the customers asked for as CSV, in that order; gives how many."""
        with self._answering():
            rows = self._sorted(self._meant(asked)[0], asked.sort).drop(PLACE)
            return write_csv(customer_list(self.columns, rows), path)

    def person(self, customer_id: str) -> Person | None:
        """One customer with everything that happened; None where nobody knows that id."""
        with self._answering():
            found = self._rows.filter(self._rows.customer_id == customer_id)
            rows = found.drop(PLACE).to_pyarrow().to_pylist()
            if not rows:
                return None
            events = self._past.of(customer_id)
        return Person(customer_id=customer_id, facts=rows[0], events=events)

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

    def _meant(self, asked: Asked) -> tuple[ir.Table, int]:
        """The rows of the customers asked for, and how many they are."""
        rule, search = asked.rule.strip(), asked.search.strip()
        if not rule and not search:
            return self._rows, self._total
        fields = self._fields() if rule else None
        saved = tuple(fields.segments.items()) if fields is not None else ()
        key = (rule, search, saved, self._by_parts)
        if key not in self._chosen:
            self._choose(key, fields, rule, search)
        self._chosen.move_to_end(key)
        places, found = self._chosen[key]
        return self._rows.semi_join(places, PLACE), found

    def _choose(self, key: Hashable, fields: Fields | None, rule: str, search: str) -> None:
        """Remember who is meant, so that other pages and orders of a list cost little."""
        rows = self._rows
        engine: Any = self._shop.engine  # snapshots are opened by DuckDB
        if fields is not None:
            read = parse_rule(fields.segments.get(rule, rule), fields)
            rows = rows.semi_join(members_of(self._shop, read, fields), "customer_id")
        if search:
            rows = rows.semi_join(
                self._people.found(search, by_parts=self._by_parts), "customer_id"
            )
        places = engine.materialise(rows.select(PLACE))
        self._chosen[key] = places, int(places.count().to_pyarrow().as_py())
        if len(self._chosen) > MOST_CHOSEN:
            forgotten, _ = self._chosen.popitem(last=False)[1]
            engine.forget(forgotten)

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
