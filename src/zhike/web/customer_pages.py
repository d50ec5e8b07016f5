"""The customers: a list by rule and order, and each of them at one look."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from zhike.blocks import Column, Format
from zhike.errors import InputError, UnavailableError, ZhikeError
from zhike.i18n import LazyText, lazy
from zhike.reports.workbook.contents import CustomerColumn
from zhike.web.desk import Desk
from zhike.web.outlook import outlook_of
from zhike.web.pages import status_of
from zhike.web.published import Published
from zhike.workspace.directory import Asked, CustomerPage, Directory

USUAL = (
    "customer_id", "name", "province", "stage", "rfm_segment", "frequency", "monetary", "last_on",
    "churn_risk", "churn_reason",
)  # fmt: skip
"""Columns that a list has where nobody chose any."""

USUAL_SORT = "-monetary"

MASKED = "birth_on"
"""A day that is masked is text."""

FORMATS: Mapping[str, Format] = {
    "day": "day", "count": "count", "number": "number", "amount": "amount", "share": "share",
    "days": "days", "score": "score",
}  # fmt: skip
GROUPS: Mapping[str, LazyText] = {
    "basic": lazy("Who it is"),
    "custom": lazy("Your own fields"),
    "standing": lazy("Standing"),
    "purchases": lazy("Purchases"),
    "preferences": lazy("Preferences"),
    "behaviour": lazy("How they buy"),
    "scores": lazy("Scores"),
}
STATUSES: Mapping[str, LazyText] = {
    "pending": lazy("Not paid yet"),
    "paid": lazy("Paid"),
    "shipped": lazy("Shipped"),
    "completed": lazy("Completed"),
    "closed": lazy("Closed"),
    "refunded": lazy("Refunded"),
}
EXAMPLES = ("recency_days > 90 and monetary > 500", "churn.band = 'high'")


def customer_pages(desk: Desk) -> APIRouter:
    """The routes of the list, of its file, and of one customer."""
    router = APIRouter(include_in_schema=False)

    def several(request: Request) -> Response:
        return _several(desk, request)

    def file(request: Request) -> Response:
        return _file(desk, request)

    def one(request: Request, customer_id: str) -> Response:
        return _one(desk, request, customer_id)

    router.add_api_route("/customers", several)
    router.add_api_route("/customers.csv", file)
    router.add_api_route("/customers/{customer_id:path}", one)
    return router


def asked_in(query: Mapping[str, str]) -> Asked:
    """What an address asks for; a page that is no number is the first."""
    page = query.get("page", "1")
    return Asked(
        rule=query.get("rule", "").strip(),
        search=query.get("search", "").strip(),
        sort=query.get("sort", "").strip(),
        page=int(page) if page.isdecimal() and len(page) < 8 else 1,
    )


@dataclass(frozen=True)
class Addresses:
    """Addresses of lists that differ from the present one in something.

    Attributes:
        asked: What is shown.
        chosen: Columns that somebody chose.
    """

    asked: Asked
    chosen: tuple[str, ...]

    def page(self, number: int) -> str:
        """The same list, another page."""
        return self._written(self.asked.sort, number)

    def sorted_by(self, column: str) -> str:
        """The same list by that column; the other way round where it is by that already."""
        down = (self.asked.sort or USUAL_SORT) == f"-{column}"
        return self._written(column if down else f"-{column}", 1)

    @property
    def file(self) -> str:
        """All of the list, as a file."""
        return self._written(self.asked.sort, 1).replace("/customers", "/customers.csv", 1)

    def _written(self, sort: str, page: int) -> str:
        parts = [("rule", self.asked.rule), ("search", self.asked.search)]
        parts += [("sort", sort if sort != USUAL_SORT else ""), ("page", str(page))]
        given = [(name, value) for name, value in parts if value and (name, value) != ("page", "1")]
        query = urlencode([*given, *(("columns", name) for name in self.chosen)])
        return f"/customers?{query}" if query else "/customers"


def _several(desk: Desk, request: Request) -> Response:
    asked, status = asked_in(request.query_params), 200

    def content(_published: Published) -> dict[str, Any]:
        nonlocal status
        directory = desk.crowd.directory
        page, fault = _answered(directory, asked)
        status = 200 if fault is None else status_of(fault)
        known = {column.name: column for column in directory.columns}
        chosen = tuple(name for name in request.query_params.getlist("columns") if name in known)
        names = ("customer_id", *(name for name in chosen if name != "customer_id"))
        shown = [known[name] for name in (names if chosen else USUAL) if name in known]
        return {
            "asked": asked,
            "sort": asked.sort or USUAL_SORT,
            "fault": fault,
            "list": page,
            "columns": [column_of(column) for column in shown],
            "choices": _by_group(directory.columns),
            "groups": GROUPS,
            "chosen": {column.name for column in shown},
            "address": Addresses(asked, chosen),
            "segments": list(desk.newest.workspace.segments.values()),
            "saved": asked.rule in desk.newest.workspace.segments,
            "examples": EXAMPLES,
        }

    answer = desk.passing(request, "customers.html.jinja", content)
    if status != 200:
        answer.status_code = status
    return answer


def _answered(directory: Directory, asked: Asked) -> tuple[CustomerPage | None, ZhikeError | None]:
    try:
        return directory.page(asked), None
    except (InputError, UnavailableError) as fault:
        return None, fault


def _file(desk: Desk, request: Request) -> Response:
    with tempfile.NamedTemporaryFile(prefix="zhike-", suffix=".csv", delete=False) as file:
        path = Path(file.name)
    try:
        desk.crowd.directory.write(asked_in(request.query_params), path)
    except BaseException:
        path.unlink()
        raise
    cleaned = BackgroundTask(path.unlink)
    return FileResponse(path, media_type="text/csv", filename="customers.csv", background=cleaned)


def _one(desk: Desk, request: Request, customer_id: str) -> Response:
    def content(published: Published) -> dict[str, Any]:
        directory = desk.crowd.directory
        person = directory.person(customer_id)
        if person is None:
            raise HTTPException(404, str(lazy("No customer has that id.")))
        outlook = desk.crowd.outlook
        said = None if outlook is None else outlook.of(customer_id)
        return {
            "person": person,
            "facts": _by_group(directory.columns),
            "groups": GROUPS,
            "column_of": column_of,
            "statuses": STATUSES,
            "fault": desk.crowd.fault,
            "outlook": None if said is None else outlook_of(said, published.report.about.currency),
        }

    return desk.passing(request, "customer.html.jinja", content)


def column_of(column: CustomerColumn) -> Column:
    """A column of the customer table as pages write it."""
    return Column(
        name=column.name,
        label=_lazily(column.label),
        format="text" if column.name == MASKED else FORMATS.get(column.kind, "text"),
        labels={code: _lazily(word) for code, word in column.labels.items()},
    )


def _lazily(text: str | LazyText) -> LazyText:
    """What the company calls something, which is the same in every language."""
    return LazyText.of(en=text, zh=text) if isinstance(text, str) else text


def _by_group(columns: Iterable[CustomerColumn]) -> dict[str, list[CustomerColumn]]:
    found: dict[str, list[CustomerColumn]] = {}
    for column in columns:
        found.setdefault(column.group, []).append(column)
    return found
