"""The audit log as a page for admins, and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from zhike.operations.audit import PAGE_ROWS, Entry
from zhike.web.desk import Desk
from zhike.web.door.noting import acts

PATH = "/settings/audit"
TWIN = "/api/v1/audit"


def audit_pages(desk: Desk) -> APIRouter:
    """The routes of the log."""
    router = APIRouter()

    def page(request: Request) -> Response:
        return _page(desk, request)

    def twin(request: Request) -> Response:
        entries = [asdict(item) for item in _asked(desk, request.query_params)]
        return JSONResponse({"entries": entries})

    router.add_api_route(PATH, page, include_in_schema=False)
    router.add_api_route(
        TWIN,
        twin,
        summary="The audit log, newest first: `before`, `action` and `who` in the query.",
        response_model=dict[str, Any],
    )
    return router


def _asked(desk: Desk, query: Mapping[str, str]) -> list[Entry]:
    before = query.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < 10 else 0
    audit = desk.door.records.audit
    return audit.entries(
        before=number, action=query.get("action", ""), who=query.get("who", "").strip()
    )


def _page(desk: Desk, request: Request) -> Response:
    query = request.query_params
    zone = ZoneInfo(desk.settled.workspace.settings.timezone)
    entries = _asked(desk, query)
    shown = [
        (item, datetime.fromisoformat(f"{item.at}+00:00").astimezone(zone)) for item in entries
    ]
    older = ""
    if len(entries) == PAGE_ROWS:
        kept = {name: query[name] for name in ("action", "who") if query.get(name)}
        older = f"{PATH}?{urlencode(kept | {'before': str(entries[-1].number)})}"
    text = desk.written(
        request,
        "audit.html.jinja",
        entries=shown,
        older=older,
        acts=acts(),
        action=query.get("action", ""),
        who=query.get("who", ""),
        verdict=desk.door.records.audit.verified() if "verify" in query else None,
    )
    return Response(text, media_type="text/html")
