"""The data that are here: batches, what became of their records, and those that were set aside."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from zhike.errors import WorkspaceError, ZhikeError
from zhike.i18n import LazyText, lazy
from zhike.schema import standard_table
from zhike.schema.platforms import platforms
from zhike.web.desk import Desk
from zhike.web.door.sent import form_of
from zhike.web.lights import lights_of
from zhike.web.pages import status_of
from zhike.web.published import Published
from zhike.workspace import FATES, Batch
from zhike.workspace.rejects import Rejects, rejected_of


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A batch as a page shows it.

    Attributes:
        id: Of the batch.
        file: What people call it.
        kind: Whose export it is, else the tables that it feeds.
        added_at: When it came, by the clock of the business.
        rows: Records in it.
        fates: Fate to number of records, without those that did not happen.
        rejected: How many were set aside.
        is_computed: Whether the published snapshot knows it.
    """

    id: str
    file: str
    kind: str
    added_at: datetime
    rows: int
    fates: dict[str, int]
    rejected: int
    is_computed: bool


def data_pages(desk: Desk) -> APIRouter:
    """The routes of the data that are here."""
    router = APIRouter(include_in_schema=False)

    def data(request: Request) -> Response:
        return data_page(desk, request)

    def rejected(request: Request) -> Response:
        return _rejected_page(desk, request)

    def rejected_file(request: Request) -> Response:
        return _rejected_file(desk, request)

    async def remove(request: Request) -> Response:
        form = await form_of(request)
        try:
            await asyncio.to_thread(desk.settled.workspace.remove, form.get("batch", ""))
        except WorkspaceError as fault:
            return await asyncio.to_thread(data_page, desk, request, fault)
        return RedirectResponse("/data", status_code=303)

    router.add_api_route("/data", data, methods=["GET"])
    router.add_api_route("/data/remove", remove, methods=["POST"])
    router.add_api_route("/data/rejected", rejected, methods=["GET"])
    router.add_api_route("/data/rejected.csv", rejected_file, methods=["GET"])
    return router


def arrived(desk: Desk, published: Published | None) -> Iterator[Arrived]:
    """The batches, the newest first."""
    computed = {item["id"] for item in published.manifest.inputs} if published else set()
    zone = ZoneInfo(desk.settled.workspace.settings.timezone)
    for batch in reversed(desk.settled.workspace.sources()):
        fates = {fate: sum(part.fates.get(fate, 0) for part in batch.parts) for fate in FATES}
        yield Arrived(
            id=batch.id,
            file=batch.file,
            kind=_kind(batch),
            added_at=batch.added_at.astimezone(zone),
            rows=batch.rows_read,
            fates={fate: count for fate, count in fates.items() if count},
            rejected=rejected_of(batch),
            is_computed=batch.id in computed,
        )


def is_outdated(batches: list[Arrived], published: Published | None) -> bool:
    """Whether the published numbers rest on other batches than those that are here."""
    computed = {item["id"] for item in published.manifest.inputs} if published else set()
    return {batch.id for batch in batches} != computed


def chosen_rejects(desk: Desk, request: Request) -> Rejects:
    """The records that were set aside, of the batch that is asked for, else of all.

    Raises:
        HTTPException: There is no such batch, or they may not see whom its records are about.
    """
    only_with_everything(desk, request)
    chosen = request.query_params.get("batch", "")
    rejects = Rejects(desk.settled.workspace, chosen)
    if chosen and not rejects.batches:
        raise HTTPException(404)
    return rejects


def only_with_everything(desk: Desk, request: Request) -> None:
    """Refuse records as files hold them to whoever sees not everybody, or nobody in full.

    Raises:
        HTTPException: They do not.
    """
    visitor = desk.door.visitor(request)
    assert visitor is not None  # noqa: S101 - it was asked at the door
    if visitor.how != "alone" and not (visitor.sight.is_whole and visitor.sight.personal):
        raise HTTPException(403, str(lazy("Your role does not allow that.")))


def page_number(request: Request) -> int:
    """The page that is asked for."""
    text = request.query_params.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _kind(batch: Batch) -> str:
    labels: dict[str, LazyText] = {item.code: item.label for item in platforms()}
    found = [str(labels[part.platform]) for part in batch.parts if part.platform in labels]
    tables = {table for part in batch.parts for table in part.tables}
    found = found or [str(standard_table(name).label) for name in sorted(tables)]
    return ", ".join(dict.fromkeys(found))


def data_page(desk: Desk, request: Request, fault: ZhikeError | None = None) -> Response:
    """The page of the data that are here."""
    published = desk.newest.get()
    batches = list(arrived(desk, published))
    if published is None and not batches and fault is None:
        return RedirectResponse("/begin", status_code=303)
    context: dict[str, Any] = {
        "batches": batches,
        "outdated": is_outdated(batches, published),
        "awaiting": desk.errands.awaiting(),
        "writing": desk.errands.writing(),
        "rejected": sum(batch.rejected for batch in batches),
        "report": published.report if published else None,
        "lights": list(lights_of(published)) if published else [],
        "unanswered": [
            item
            for item in (published.report.sections if published else ())
            if item.missing is not None
        ],
    }
    text = desk.written(request, "data_page.html.jinja", published, fault=fault, **context)
    status = 200 if fault is None else status_of(fault)
    return Response(text, status_code=status, media_type="text/html")


def _rejected_page(desk: Desk, request: Request) -> Response:
    rejects = chosen_rejects(desk, request)
    chosen = request.query_params.get("batch", "")
    shown = rejects.page(page_number(request))

    def at(page: int) -> str:
        wanted = {"batch": chosen} if chosen else {}
        return "/data/rejected?" + urlencode(wanted | {"page": str(page)})

    text = desk.written(
        request,
        "rejected.html.jinja",
        desk.settled.get(),
        batch=rejects.batches[0] if chosen else None,
        shown=shown,
        records=[{**row, "cells": _cells(row["raw"])} for row in shown.rows],
        counts=rejects.reasons,
        before=at(shown.page - 1) if shown.page > 1 else "",
        after=at(shown.page + 1) if shown.page < shown.pages else "",
        file="/data/rejected.csv" + (f"?{urlencode({'batch': chosen})}" if chosen else ""),
    )
    return Response(text, media_type="text/html")


def _cells(raw: str | None) -> dict[str, Any]:
    """The cells of a record that was kept as JSON; of another one there are none."""
    try:
        found = json.loads(raw or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rejected_file(desk: Desk, request: Request) -> Response:
    rejects = chosen_rejects(desk, request)
    with tempfile.NamedTemporaryFile(prefix="zhike-", suffix=".csv", delete=False) as file:
        path = Path(file.name)
    try:
        rejects.write(path)
    except BaseException:
        path.unlink()
        raise
    return FileResponse(
        path,
        media_type="text/csv",
        filename="rejected.csv",
        background=BackgroundTask(path.unlink),
    )
