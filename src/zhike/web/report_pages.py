"""Reports and workbooks made in the browser: asked for, watched, kept and downloaded."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from zhike.errors import InputError, WorkspaceError, ZhikeError
from zhike.i18n import LANGUAGES, Language, language, lazy
from zhike.web.desk import Desk
from zhike.web.door import Visitor
from zhike.web.door.sent import form_of
from zhike.web.pages import status_of
from zhike.web.published import Published
from zhike.web.source_pages import by_of
from zhike.workspace.archive import KINDS, WORKBOOK, Archive, Made, known_kind
from zhike.workspace.errands import Errand

PATH = "/reports"


def report_pages(desk: Desk) -> APIRouter:
    """The routes of the archive, of making, fetching and removing."""
    router = APIRouter(include_in_schema=False)
    archive = Archive(desk.settled.workspace.folder)

    def several(request: Request) -> Response:
        _whole(desk, request)
        return _page(desk, request, archive)

    async def make(request: Request) -> Response:
        form = await form_of(request)
        visitor = _whole(desk, request)
        try:
            return await asyncio.to_thread(_begun, desk, request, visitor, form)
        except ZhikeError as fault:
            return await asyncio.to_thread(_page, desk, request, archive, fault)

    def fetch(request: Request, name: str) -> Response:
        visitor = _whole(desk, request)
        try:
            made, path = archive.file(name)
        except InputError as fault:
            raise HTTPException(404, str(fault)) from None
        _may_have(visitor, made.kind)
        return FileResponse(path, filename=made.name)

    async def remove(request: Request) -> Response:
        form = await form_of(request)
        _whole(desk, request)
        try:
            await asyncio.to_thread(archive.remove, form.get("name", ""))
        except InputError as fault:
            return await asyncio.to_thread(_page, desk, request, archive, fault)
        return RedirectResponse(PATH, status_code=303)

    router.add_api_route(PATH, several, methods=["GET"])
    router.add_api_route(PATH, make, methods=["POST"])
    router.add_api_route(f"{PATH}/remove", remove, methods=["POST"])
    router.add_api_route(f"{PATH}/files/{{name}}", fetch, methods=["GET"])
    return router


def _page(
    desk: Desk, request: Request, archive: Archive, fault: ZhikeError | None = None
) -> Response:
    visitor = _whole(desk, request)

    def content(published: Published) -> dict[str, Any]:
        zone = ZoneInfo(published.manifest.settings["timezone"])
        return {
            "fault": fault,
            "made": [_shown(item, zone) for item in archive.all() if _is_for(visitor, item.kind)],
            "kinds": KINDS,
            "languages": LANGUAGES,
            "making": _making(desk),
        }

    answer = desk.passing(request, "reports.html.jinja", content)
    if fault is not None:
        answer.status_code = status_of(fault)
    return answer


def _shown(made: Made, zone: ZoneInfo) -> dict[str, Any]:
    at: datetime = made.made_at.astimezone(zone)
    return {
        "name": made.name,
        "title": made.title,
        "language": made.language,
        "as_of": made.as_of,
        "made_at": at,
        "kilobytes": max(round(made.size / 1000), 1),
        "address": f"{PATH}/files/{made.name}",
    }


def _begun(desk: Desk, request: Request, visitor: Visitor, form: dict[str, str]) -> Response:
    """Have it made by a process of its own; one at a time, for it takes memory."""
    kind = known_kind(form.get("kind", ""))
    _may_have(visitor, kind)
    busy = _making(desk)
    if busy:
        return RedirectResponse(f"/data/work/{busy}", status_code=303)
    spoken: Language = next((it for it in LANGUAGES if it == form.get("language")), language())
    errand_id = desk.errands.fresh()
    asked = Errand(
        id=errand_id, kind="report", wanted=f"{kind}-{spoken}", by=by_of(desk, request),
        language=language(),
    )  # fmt: skip
    try:
        desk.errands.begin(asked)
    except WorkspaceError:
        desk.errands.drop(errand_id)
        raise
    return RedirectResponse(f"/data/work/{errand_id}", status_code=303)


def _making(desk: Desk) -> str:
    """The errand that makes a report at this moment; empty where none does."""
    for errand in desk.errands.all():
        if errand.kind == "report" and not desk.errands.progress(errand.id).is_over:
            return errand.id
    return ""


def _whole(desk: Desk, request: Request) -> Visitor:
    """Whoever asks, where they see all customers: a report tells of all."""
    visitor = desk.door.visitor(request)
    if visitor is None or not visitor.sight.is_whole:
        raise HTTPException(
            403, str(lazy("Reports tell of all customers, and your account sees a part of them."))
        )
    return visitor


def _is_for(visitor: Visitor, kind: str) -> bool:
    return kind != WORKBOOK or "export" in visitor.may


def _may_have(visitor: Visitor, kind: str) -> None:
    if not _is_for(visitor, kind):
        raise HTTPException(403, str(lazy("Your role does not allow that.")))
