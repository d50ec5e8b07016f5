"""The same for programs: batches, the records that were set aside, and how far the work is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from zhike.web.api import VERSION
from zhike.web.data_pages import arrived, chosen_rejects, is_outdated, page_number
from zhike.web.desk import Desk
from zhike.web.work_pages import work_json


def source_api(desk: Desk) -> APIRouter:
    """The routes for programs."""
    router = APIRouter(prefix=VERSION)

    def sources() -> Response:
        return _sources(desk)

    def rejected(request: Request) -> Response:
        return _rejected(desk, request)

    def work() -> Response:
        told = [work_json(item, desk.errands.progress(item.id)) for item in desk.errands.all()]
        return JSONResponse({"work": told})

    def one(errand: str) -> Response:
        folder = desk.errand(errand)
        return JSONResponse(work_json(folder.errand, desk.errands.progress(errand)))

    summaries: dict[str, tuple[Any, str]] = {
        "/sources": (sources, "The batches that were added, and what became of their records."),
        "/rejected": (rejected, "The records that were set aside, with their text, by page."),
        "/work": (work, "What is being added and computed, and how that ended."),
        "/work/{errand}": (one, "How far one of these is."),
    }
    for address, (endpoint, summary) in summaries.items():
        router.add_api_route(
            address, endpoint, summary=summary, response_model=dict[str, Any], methods=["GET"]
        )
    return router


def _sources(desk: Desk) -> Response:
    published = desk.settled.get()
    batches = list(arrived(desk, published))
    told = [
        {
            "batch": item.id,
            "file": item.file,
            "kind": item.kind,
            "added_at": item.added_at.isoformat(timespec="seconds"),
            "rows_read": item.rows,
            "fates": item.fates,
            "computed": item.is_computed,
        }
        for item in batches
    ]
    return JSONResponse({"outdated": is_outdated(batches, published), "batches": told})


def _rejected(desk: Desk, request: Request) -> Response:
    rejects = chosen_rejects(desk, request)
    shown = rejects.page(page_number(request))
    return JSONResponse(
        {
            "found": shown.found,
            "page": shown.page,
            "pages": shown.pages,
            "reasons": rejects.reasons,
            "records": [dict(row) for row in shown.rows],
        }
    )
