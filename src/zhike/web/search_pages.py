"""One box for all: customers, saved segments, analyses, metrics and the words of the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from zhike.errors import UnavailableError
from zhike.i18n import LazyText
from zhike.schema import standard_tables
from zhike.web.contents import metrics_of
from zhike.web.desk import Desk
from zhike.web.published import Published
from zhike.workspace.directory import Asked, CustomerPage

MOST_TYPED = 100
MOST_CUSTOMERS = 8
MOST_PLACES = 12


@dataclass(frozen=True, kw_only=True)
class Place:
    """Something that has a page.

    Attributes:
        kind: "segment", "analysis", "metric" or "field".
        title: What people read.
        about: What it is, in a sentence.
        address: Where it is.
        names: What else it is called.
    """

    kind: str
    title: str
    about: str
    address: str
    names: tuple[str, ...] = ()

    def fit(self, words: Iterable[str]) -> int:
        """How well it is meant: 3 its title, 2 a word in the title, 1 elsewhere, 0 not at all."""
        title = f"{self.title} {' '.join(self.names)}".casefold()
        everything = f"{title} {self.about.casefold()}"
        if not all(word in everything for word in words):
            return 0
        whole = " ".join(words)
        if whole in (self.title.casefold(), *(name.casefold() for name in self.names)):
            return 3
        return 2 if all(word in title for word in words) else 1


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a text finds.

    Attributes:
        sought: The text.
        customers: Those whom it means, the best first; None where they are not ready yet.
        places: Everything else by kind, the best fit first.
    """

    sought: str
    customers: CustomerPage | None
    places: Mapping[str, tuple[Place, ...]]


def search_pages(desk: Desk) -> APIRouter:
    """The route of what was found."""
    router = APIRouter(include_in_schema=False)

    def found(request: Request) -> Response:
        return desk.passing(
            request, "search.html.jinja", lambda published: _content(desk, published, request)
        )

    router.add_api_route("/search", found)
    return router


def found_of(desk: Desk, published: Published, request: Request) -> Found:
    """Everything that the text `q` of an address means, of what its reader may see.

    Args:
        desk: Whose.
        published: The snapshot that is looked at.
        request: No more than `MOST_TYPED` signs of its text count.
    """
    sought = request.query_params.get("q", "").strip()[:MOST_TYPED]
    visitor = desk.door.visitor(request)
    may = visitor.may if visitor is not None else frozenset[str]()
    words = sought.casefold().split()
    places: dict[str, list[tuple[int, Place]]] = {}
    for place in _places(desk, published, may) if words else ():
        fit = place.fit(words)
        if fit:
            places.setdefault(place.kind, []).append((fit, place))
    return Found(
        sought=sought,
        customers=_customers(desk, sought if "customers" in may else ""),
        places={
            kind: tuple(place for _, place in sorted(several, key=lambda it: -it[0])[:MOST_PLACES])
            for kind, several in places.items()
        },
    )


def _content(desk: Desk, published: Published, request: Request) -> dict[str, Any]:
    found = found_of(desk, published, request)
    return {
        "found": found,
        "sought": found.sought,
        "most": MOST_CUSTOMERS,
        "whole_list": f"/customers?{urlencode({'search': found.sought})}",
        "place_of_customer": lambda customer_id: f"/customers/{quote(customer_id, safe='')}",
    }


def _customers(desk: Desk, sought: str) -> CustomerPage | None:
    nobody = CustomerPage(rows=(), found=0, total=0, page=1, pages=1)
    if not sought:
        return nobody
    try:
        return desk.crowd.directory.page(Asked(search=sought))
    except UnavailableError:
        return None


def _places(desk: Desk, published: Published, may: frozenset[str]) -> Iterator[Place]:
    segments = desk.newest.workspace.segments.values() if "segments" in may else ()
    for item in segments:
        address = f"/customers?{urlencode({'rule': item.name})}"
        about = item.description or item.rule
        yield Place(
            kind="segment", title=item.title, about=about, address=address, names=(item.name,)
        )
    for section in published.report.sections:
        yield _place(
            "analysis", section.title, section.question, f"/analyses/{section.name}", section.name
        )
    for entry in metrics_of(published.report, desk.newest.workspace.settings):
        metric = entry.metric
        address = f"/metrics#{metric.name}"
        yield _place("metric", metric.label, metric.definition, address, metric.name)
    for table in standard_tables():
        for field in table.fields:
            names = (field.name, f"{table.name}.{field.name}")
            yield _place("field", field.label, field.description, "/help#tables", *names)


def _place(
    kind: str, title: str | LazyText, about: str | LazyText, address: str, *names: str
) -> Place:
    return Place(kind=kind, title=str(title), about=str(about), address=address, names=names)
