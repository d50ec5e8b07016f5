"""Customers and segments for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from zhike.i18n import lazy
from zhike.web.contents import about_json
from zhike.web.customer_pages import asked_in
from zhike.web.desk import Desk
from zhike.web.published import Published
from zhike.web.search_pages import found_of
from zhike.web.segment_pages import segments_json
from zhike.workspace.results import jsonable

Content = Callable[[Desk, Published, Request], dict[str, Any]]


def add_customers(router: APIRouter, desk: Desk) -> None:
    """Add the routes of lists, of one customer, and of segments."""
    for address, (content, summary) in _CONTENTS.items():
        router.add_api_route(
            address, _twin(desk, content), summary=summary, response_model=dict[str, Any]
        )

    def customer(request: Request, customer_id: str) -> Response:
        return _passing(
            desk.data(request, lambda published: _customer(desk, published, customer_id))
        )

    router.add_api_route(
        "/customers/{customer_id:path}",
        customer,
        summary="One customer: what is known, what happened, what is to be expected.",
        response_model=dict[str, Any],
    )


def _twin(desk: Desk, content: Content) -> Callable[[Request], Response]:
    def twin(request: Request) -> Response:
        return _passing(desk.data(request, lambda published: content(desk, published, request)))

    return twin


def _passing(answer: Response) -> Response:
    """An answer that nobody keeps: it may change before the next snapshot."""
    answer.headers["cache-control"] = "no-store"
    if "etag" in answer.headers:
        del answer.headers["etag"]
    return answer


def _customers(desk: Desk, published: Published, request: Request) -> dict[str, Any]:
    page = desk.crowd.directory.page(asked_in(request.query_params))
    return {
        **about_json(published),
        "found": page.found,
        "total": page.total,
        "page": page.page,
        "pages": page.pages,
        "customers": jsonable(page.rows),
    }


def _customer(desk: Desk, published: Published, customer_id: str) -> dict[str, Any]:
    person = desk.crowd.directory.person(customer_id)
    if person is None:
        raise HTTPException(404, str(lazy("No customer has that id.")))
    outlook = desk.crowd.outlook
    return {
        **about_json(published),
        "customer_id": customer_id,
        "facts": jsonable(person.facts),
        "events": jsonable(person.events),
        "outlook": None if outlook is None else jsonable(outlook.of(customer_id)),
    }


def _segments(desk: Desk, published: Published, _request: Request) -> dict[str, Any]:
    return {**about_json(published), "segments": segments_json(desk, published)}


def _search(desk: Desk, published: Published, request: Request) -> dict[str, Any]:
    found = found_of(desk, published, request)
    people = found.customers
    return {
        **about_json(published),
        "sought": found.sought,
        "customers": [] if people is None else jsonable(people.rows),
        "customers_found": None if people is None else people.found,
        "places": jsonable(found.places),
    }


_CONTENTS: dict[str, tuple[Content, str]] = {
    "/customers": (
        _customers,
        "Fifty customers of a list: `rule`, `search`, `sort` and `page` in the query.",
    ),
    "/segments": (_segments, "The saved segments: rule, and how many customers each has now."),
    "/search": (_search, "What a text `q` finds: customers, segments, analyses, metrics, fields."),
}
