"""The segments that people saved: what each means, how many it has, and saving another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zhike.errors import RuleError
from zhike.i18n import lazy
from zhike.web.desk import Desk
from zhike.web.published import Published

MOST_BYTES = 16_384
"""Of a form with a rule."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A saved segment as a page shows it.

    Attributes:
        name: What rules call it.
        title: What people read.
        rule: As it was written.
        description: What it is for.
        customers: How many it has; None where its rule fails.
        fault: Why it fails; None where it does not.
        address: Of its list.
    """

    name: str
    title: str
    rule: str
    description: str
    customers: int | None
    fault: RuleError | None
    address: str


def segment_pages(desk: Desk) -> APIRouter:
    """The routes of the list, of saving and of removing."""
    router = APIRouter(include_in_schema=False, max_body_size=MOST_BYTES)

    def several(request: Request) -> Response:
        return desk.passing(request, "segments.html.jinja", lambda _published: _list(desk))

    async def save(request: Request) -> Response:
        form = await _sent(request)
        # The rule is checked against the data, which takes a while: other pages do not wait for it.
        await asyncio.to_thread(
            desk.newest.workspace.segments.save,
            form.get("name", ""),
            form.get("rule", "").strip(),
            label=form.get("label", "").strip(),
        )
        return RedirectResponse("/segments", status_code=303)

    async def remove(request: Request) -> Response:
        form = await _sent(request)
        await asyncio.to_thread(desk.newest.workspace.segments.remove, form.get("name", ""))
        return RedirectResponse("/segments", status_code=303)

    router.add_api_route("/segments", several, methods=["GET"])
    router.add_api_route("/segments", save, methods=["POST"])
    router.add_api_route("/segments/remove", remove, methods=["POST"])
    return router


def segments_json(desk: Desk, _published: Published) -> list[dict[str, Any]]:
    """The saved segments for programs."""
    return [
        {
            "name": item.name,
            "label": item.title,
            "rule": item.rule,
            "description": item.description,
            "customers": item.customers,
            "fault": None if item.fault is None else str(item.fault.message),
        }
        for item in _shown(desk)
    ]


def _list(desk: Desk) -> dict[str, Any]:
    return {"segments": list(_shown(desk))}


def _shown(desk: Desk) -> Iterator[Shown]:
    sizes = desk.crowd.directory.sizes()
    for item in desk.newest.workspace.segments.values():
        size = sizes.get(item.name)
        yield Shown(
            name=item.name,
            title=item.title,
            rule=item.rule,
            description=item.description,
            customers=size if isinstance(size, int) else None,
            fault=size if isinstance(size, RuleError) else None,
            address=f"/customers?{urlencode({'rule': item.name})}",
        )


async def _sent(request: Request) -> dict[str, str]:
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise HTTPException(413, str(lazy("That form is too large.")))
    found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in found.items()}
