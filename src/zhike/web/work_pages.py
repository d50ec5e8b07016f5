"""How far an errand is: a page, events for it, calling it off, and where it leads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from zhike.errors import WorkspaceError
from zhike.i18n import Language, LazyText, language, lazy, use_language
from zhike.web.data_pages import data_page
from zhike.web.desk import Desk
from zhike.web.source_pages import by_of
from zhike.workspace.errands import Errand, Kind, Progress
from zhike.workspace.sentences import fault_of

LOOK_SECONDS = 0.4
BEFORE_RUN, BEGUN = 0.15, 0.03
"""Shares of the bar: of each stage before computing, and of what has only begun."""
STREAM_SECONDS = 8.0
"""A stream of events ends then and the browser asks again, so that a server that stops need not
wait for it."""

LAST = ("run", "report")
"""Stages after which nothing follows; they take what is left of the whole."""
STAGES: dict[Kind, tuple[str, ...]] = {
    "look": ("look",),
    "add": ("add", "run"),
    "run": ("run",),
    "demo": ("simulate", "add", "run"),
    "report": ("report",),
}
STAGE_WORDS: dict[str, LazyText] = {
    "look": lazy("Look at the files"),
    "simulate": lazy("Simulate a shop"),
    "add": lazy("Take the files in"),
    "run": lazy("Compute every answer"),
    "report": lazy("Write the file"),
}
TITLES: dict[Kind, LazyText] = {
    "look": lazy("Looking at your files"),
    "add": lazy("Making your analysis"),
    "run": lazy("Making your analysis"),
    "demo": lazy("Making a shop to try"),
    "report": lazy("Making the file"),
}


def work_pages(desk: Desk) -> APIRouter:
    """The routes of running, watching and calling off."""
    router = APIRouter(include_in_schema=False)

    def run(request: Request) -> Response:
        errand_id = desk.errands.fresh()
        asked = Errand(id=errand_id, kind="run", by=by_of(desk, request), language=language())
        try:
            desk.errands.begin(asked)
        except WorkspaceError as fault:
            desk.errands.drop(errand_id)
            return data_page(desk, request, fault)
        return RedirectResponse(f"/data/work/{errand_id}", status_code=303)

    def page(request: Request, errand: str) -> Response:
        return _page(desk, request, errand)

    def events(errand: str) -> Response:
        desk.errand(errand)
        told = _told(desk, errand, language())
        return StreamingResponse(told, media_type="text/event-stream")

    def stop(errand: str) -> Response:
        desk.errand(errand)
        desk.errands.stop(errand)
        return RedirectResponse(f"/data/work/{errand}", status_code=303)

    def arrive() -> Response:
        """The overview, once the server has read the new snapshot."""
        desk.settled.read()
        return RedirectResponse("/", status_code=303)

    router.add_api_route("/data/run", run, methods=["POST"])
    router.add_api_route("/data/arrive", arrive, methods=["GET"])
    router.add_api_route("/data/work/{errand}", page, methods=["GET"])
    router.add_api_route("/data/work/{errand}/events", events, methods=["GET"])
    router.add_api_route("/data/work/{errand}/stop", stop, methods=["POST"])
    return router


def work_json(errand: Errand, progress: Progress) -> dict[str, Any]:
    """How far an errand is, for programs and for the page's script."""
    fault = fault_of(progress.fault) if progress.fault else None
    return {
        "id": errand.id,
        "kind": errand.kind,
        "status": progress.status,
        "stage": progress.stage,
        "stages": list(STAGES[errand.kind]),
        "step": progress.step.get(language(), ""),
        "done": progress.done,
        "of": progress.of,
        "share": round(share_of(errand, progress), 3),
        "started_at": progress.started_at,
        "ended_at": progress.ended_at,
        "snapshot": progress.snapshot,
        "fault": fault.as_dict() if fault is not None else None,
    }


def share_of(errand: Errand, progress: Progress) -> float:
    """How much of it is done, as far as steps tell; the last stage is the longest."""
    if progress.status == "done":
        return 1.0
    stages = STAGES[errand.kind]
    place = stages.index(progress.stage) if progress.stage in stages else 0
    before = BEFORE_RUN * place
    rest = 1.0 - BEFORE_RUN * (len(stages) - 1)
    whole = rest if progress.stage in LAST else BEFORE_RUN
    part = progress.done / progress.of if progress.of else 0.0
    return max(before + whole * part, BEGUN)


def next_of(errand: Errand, progress: Progress) -> str:
    """Where an errand that is over leads; empty where its page stays."""
    if progress.status == "done":
        return {"look": f"/data/add/{errand.id}", "report": "/reports"}.get(
            errand.kind, "/data/arrive"
        )
    if errand.files and progress.is_over:
        return f"/data/add/{errand.id}"
    return ""


def _page(desk: Desk, request: Request, errand_id: str) -> Response:
    folder = desk.errand(errand_id)
    errand, progress = folder.errand, desk.errands.progress(errand_id)
    to = next_of(errand, progress)
    if to and (progress.status == "done" or folder.seen):
        return RedirectResponse(to, status_code=303)
    text = desk.written(
        request,
        "work.html.jinja",
        desk.settled.get(),
        errand=errand,
        progress=progress,
        told=work_json(errand, progress),
        title_words=TITLES[errand.kind],
        stages={name: STAGE_WORDS[name] for name in STAGES[errand.kind]},
        fault=fault_of(progress.fault) if progress.fault else None,
    )
    return Response(text, media_type="text/html")


async def _told(desk: Desk, errand_id: str, tongue: Language) -> AsyncIterator[str]:
    """Each change of how far it is, as an event; the last says where to go."""
    yield "retry: 500\n\n"
    before, turns = "", int(STREAM_SECONDS / LOOK_SECONDS)
    for _ in range(turns):
        folder = desk.errand(errand_id)
        progress = await asyncio.to_thread(desk.errands.progress, errand_id)
        errand = folder.errand
        with use_language(tongue):
            said = work_json(errand, progress)
        said["next"] = f"/data/work/{errand_id}" if progress.is_over else ""
        text = json.dumps(said, ensure_ascii=False)
        if text != before:
            yield f"data: {text}\n\n"
            before = text
        if progress.is_over:
            return
        await asyncio.sleep(LOOK_SECONDS)
