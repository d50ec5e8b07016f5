"""Signing in and out."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zhike.errors import ZhikeError
from zhike.operations.signing_in import LONGEST, LockedOutError, RefusedError, Session
from zhike.web.desk import Desk
from zhike.web.door.sent import form_of
from zhike.web.door.visiting import COOKIE, address_of
from zhike.web.shielding import inside

PATH = "/sign-in"
TEMPLATE = "sign_in.html.jinja"


def sign_in_pages(desk: Desk) -> APIRouter:
    """The routes of the form, of signing in and of signing out."""
    router = APIRouter(include_in_schema=False)
    records = desk.door.records

    def asked(request: Request) -> Response:
        to = inside(request.query_params.get("to", "/"))
        if desk.door.visitor(request) is not None:
            return RedirectResponse(to, status_code=303)
        return _form(desk, request, {"to": to, "name": "", "fault": None})

    async def sign_in(request: Request) -> Response:
        form = await form_of(request)
        name, to = form.get("name", ""), inside(form.get("to", "/"))
        before = request.cookies.get(COOKIE, "")
        try:
            session = await asyncio.to_thread(
                records.signing_in.sign_in, name, form.get("password", ""),
                address_of(request), before,
            )  # fmt: skip
        except RefusedError as fault:
            return _form(desk, request, {"to": to, "name": name, "fault": fault}, fault)
        return signed_in(request, session, to)

    async def sign_out(request: Request) -> Response:
        secret = request.cookies.get(COOKIE, "")
        await asyncio.to_thread(records.signing_in.sign_out, secret, address_of(request))
        answer = RedirectResponse(PATH, status_code=303, headers={"clear-site-data": '"cache"'})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    router.add_api_route(PATH, asked, methods=["GET"])
    router.add_api_route(PATH, sign_in, methods=["POST"])
    router.add_api_route("/sign-out", sign_out, methods=["POST"])
    return router


def signed_in(request: Request, session: Session, to: str) -> Response:
    """The answer that makes a browser remember the session."""
    answer = RedirectResponse(to, status_code=303)
    answer.set_cookie(
        COOKIE,
        session.secret,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _form(
    desk: Desk, request: Request, context: dict[str, Any], fault: ZhikeError | None = None
) -> Response:
    text = desk.written(request, TEMPLATE, **context)
    if fault is None:
        return Response(text, media_type="text/html")
    if isinstance(fault, LockedOutError):
        headers = {"retry-after": str(fault.seconds)}
        return Response(text, status_code=429, media_type="text/html", headers=headers)
    return Response(text, status_code=401, media_type="text/html")
