"""Where data come in: the first run, sending files, correcting what they were taken for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zhike.errors import InputError, WorkspaceError, ZhikeError
from zhike.i18n import language, lazy
from zhike.web.data_pages import only_with_everything
from zhike.web.desk import Desk
from zhike.web.matching import CERTAINTIES, said_of, sent_files
from zhike.web.pages import status_of
from zhike.web.uploading import TooLargeError, received
from zhike.workspace.errands import Errand
from zhike.workspace.sentences import fault_of
from zhike.workspace.settings import size_bytes

MOST_BYTES, MOST_FIELDS = 1 << 20, 5000
"""Of a form with all columns of many files."""
FORMS = "application/x-www-form-urlencoded"


def source_pages(desk: Desk) -> APIRouter:
    """The routes of the first run and of sending files."""
    router = APIRouter(include_in_schema=False)

    def begin(request: Request) -> Response:
        if desk.settled.get() is not None:
            return RedirectResponse("/", status_code=303)
        return entrance(desk, request)

    def adding(request: Request) -> Response:
        return entrance(desk, request)

    async def send(request: Request) -> Response:
        return await _sent(desk, request)

    def matching(request: Request, errand: str) -> Response:
        only_with_everything(desk, request)
        return _matching(desk, request, errand)

    async def settle(request: Request, errand: str) -> Response:
        only_with_everything(desk, request)
        form = await _form_of(request)
        return await asyncio.to_thread(_settled, desk, request, errand, form)

    def drop(errand: str) -> Response:
        desk.errand(errand)
        desk.errands.drop(errand)
        return RedirectResponse("/data", status_code=303)

    def demo(request: Request) -> Response:
        return _demo(desk, request)

    router.add_api_route("/begin", begin, methods=["GET"])
    router.add_api_route("/data/add", adding, methods=["GET"])
    router.add_api_route("/data/add", send, methods=["POST"])
    router.add_api_route("/data/demo", demo, methods=["POST"])
    router.add_api_route("/data/add/{errand}", matching, methods=["GET"])
    router.add_api_route("/data/add/{errand}", settle, methods=["POST"])
    router.add_api_route("/data/add/{errand}/drop", drop, methods=["POST"])
    return router


def entrance(desk: Desk, request: Request, fault: ZhikeError | None = None) -> Response:
    """The page where files are sent; before the first run it welcomes."""
    workspace, published = desk.settled.workspace, desk.settled.get()
    limit = workspace.settings.largest_upload
    text = desk.written(
        request,
        "begin.html.jinja",
        published,
        is_first=published is None,
        batches=workspace.sources(),
        awaiting=desk.errands.awaiting(),
        writing=desk.errands.writing(),
        limit=limit,
        limit_bytes=size_bytes(limit),
        fault=fault,
    )
    status = 200 if fault is None else status_of(fault)
    if isinstance(fault, TooLargeError):
        status = 413
    return Response(text, status_code=status, media_type="text/html")


def by_of(desk: Desk, request: Request) -> str:
    """Who asks; empty where nobody has an account."""
    visitor = desk.door.visitor(request)
    return visitor.account.name if visitor is not None and visitor.account is not None else ""


async def _sent(desk: Desk, request: Request) -> Response:
    """Take files in and look at them."""
    errands = desk.errands
    limit = desk.settled.workspace.settings.largest_upload
    errand_id = await asyncio.to_thread(errands.fresh)
    try:
        names = await received(request, errands.folder(errand_id), limit)
        errand = Errand(
            id=errand_id, kind="look", files=names, by=by_of(desk, request), language=language()
        )
        await asyncio.to_thread(errands.begin, errand)
    except (InputError, WorkspaceError) as fault:
        await asyncio.to_thread(errands.drop, errand_id)
        return await asyncio.to_thread(entrance, desk, request, fault)
    except BaseException:
        errands.drop(errand_id)
        raise
    return RedirectResponse(f"/data/work/{errand_id}", status_code=303)


def _matching(
    desk: Desk, request: Request, errand_id: str, fault: ZhikeError | None = None
) -> Response:
    """What the files were taken for."""
    folder = desk.errand(errand_id)
    errand, progress = folder.errand, desk.errands.progress(errand_id)
    seen = folder.seen
    if progress.status == "working" or not seen:
        return RedirectResponse(f"/data/work/{errand_id}", status_code=303)
    if fault is None and progress.status == "failed" and progress.fault:
        fault = fault_of(progress.fault)
    files = sent_files(seen)
    text = desk.written(
        request,
        "matching.html.jinja",
        desk.settled.get(),
        errand=errand,
        files=files,
        certainties=CERTAINTIES,
        usable=any(file.is_usable for file in files),
        fault=fault,
        stopped=progress.status == "stopped",
    )
    status = 200 if fault is None else status_of(fault)
    return Response(text, status_code=status, media_type="text/html")


def _settled(desk: Desk, request: Request, errand_id: str, form: Mapping[str, str]) -> Response:
    """Look again with what was said, or take the files in."""
    folder = desk.errand(errand_id)
    errand, files = folder.errand, folder.seen
    said = said_of(files, form, {name: dict(them) for name, them in errand.said.items()})
    left_out = tuple(
        number
        for number, file in enumerate(files)
        if file.what == "fault" or f"leave{number}" in form
    )
    again = form.get("do") == "look"
    wanted = Errand(
        id=errand_id,
        kind="look" if again else "add",
        files=errand.files,
        said=said,
        left_out=() if again else left_out,
        by=by_of(desk, request),
        language=language(),
    )
    try:
        if not again and len(left_out) == len(files):
            raise InputError(lazy("No file is left to take in."), code="no_file")
        desk.errands.begin(wanted)
    except (InputError, WorkspaceError) as fault:
        return _matching(desk, request, errand_id, fault)
    return RedirectResponse(f"/data/work/{errand_id}", status_code=303)


def _demo(desk: Desk, request: Request) -> Response:
    """Simulate a shop, where there are no data that it would be mixed with."""
    if desk.settled.workspace.sources():
        fault = WorkspaceError(
            lazy("There are data here already; the simulated shop would be mixed with them."),
            hint=lazy("Take them back on the page Data first, or use another folder."),
            code="has_data",
        )
        return entrance(desk, request, fault)
    errand_id = desk.errands.fresh()
    try:
        desk.errands.begin(Errand(id=errand_id, kind="demo", language=language()))
    except WorkspaceError as fault:
        desk.errands.drop(errand_id)
        return entrance(desk, request, fault)
    return RedirectResponse(f"/data/work/{errand_id}", status_code=303)


async def _form_of(request: Request) -> dict[str, str]:
    """The fields of a form that may be as long as a file is wide."""
    kind = request.headers.get("content-type", FORMS).split(";")[0].strip().lower()
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > MOST_BYTES:
        raise HTTPException(413)
    if kind != FORMS:
        return {}
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    try:
        found: dict[str, list[Any]] = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise HTTPException(400) from None
    return {name: values[-1] for name, values in found.items()}
