"""The application, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Lifespan

from zhike import __version__
from zhike.errors import ZhikeError
from zhike.web.api import VERSION, api
from zhike.web.assets import assets
from zhike.web.customer_pages import customer_pages
from zhike.web.data_pages import data_pages
from zhike.web.desk import Desk
from zhike.web.door import admitting
from zhike.web.door.pages import door_pages
from zhike.web.faults import explain_faults
from zhike.web.pages import pages
from zhike.web.reader import Spoken
from zhike.web.report_pages import report_pages
from zhike.web.search_pages import search_pages
from zhike.web.segment_pages import segment_pages
from zhike.web.shielding import Shielded, is_ours
from zhike.web.source_api import source_api
from zhike.web.source_pages import source_pages
from zhike.web.work_pages import work_pages

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LOOK_SECONDS = 2.0
"""How often a new snapshot is looked for, so that its first reader need not wait."""


def application(folder: Path, hosts: Iterable[str] = LOOPBACK) -> FastAPI:
    """The web application of a workspace.

    Args:
        folder: The workspace.
        hosts: Names that it answers to. Any other may be that of a stranger's page which a
            browser was made to take for ours.

    Raises:
        WorkspaceError: The folder is no workspace.
        UnavailableError: The charting library was not built in.
    """
    desk = Desk(folder)
    assets()
    app = FastAPI(
        title="Zhike",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_watching(desk),
        dependencies=[Depends(_ours), Depends(admitting(desk.door))],
    )
    app.include_router(pages(desk))
    app.include_router(customer_pages(desk))
    app.include_router(segment_pages(desk))
    app.include_router(search_pages(desk))
    app.include_router(report_pages(desk))
    for routes in (source_pages, work_pages, data_pages):
        app.include_router(routes(desk))
    app.include_router(api(desk))
    app.include_router(source_api(desk))
    app.include_router(door_pages(desk))
    app.add_api_route(f"{VERSION}/openapi.json", app.openapi, include_in_schema=False)
    app.add_api_route("/health", _health, include_in_schema=False)
    explain_faults(app, desk)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Spoken, otherwise=desk.settled.workspace.settings.language)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Shielded)
    return app


def _ours(request: Request) -> None:
    if not is_ours(request):
        raise HTTPException(403)


def _health() -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


def _watching(desk: Desk) -> Lifespan[FastAPI]:
    """Read the snapshot when serving begins, and each one that follows."""

    async def watch() -> None:
        while True:
            with suppress(ZhikeError, OSError):  # whoever asks for a page is told
                await asyncio.to_thread(desk.views.follow)
            await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def serving(_app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(watch())
        yield
        watching.cancel()
        await asyncio.to_thread(desk.errands.close)

    return serving
