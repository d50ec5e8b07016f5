"""Whatever goes wrong, as a sentence: a page for people, JSON for programs."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from zhike.errors import InputError, UnavailableError, ZhikeError
from zhike.i18n import LazyText, lazy, use_language
from zhike.web.api import VERSION
from zhike.web.desk import Desk
from zhike.web.door import SignInNeeded
from zhike.web.reader import Reader
from zhike.web.shielding import HEADERS

LOG = logging.getLogger("zhike.web")
SENTENCES: dict[int, LazyText] = {
    400: lazy("That request could not be understood."),
    403: lazy("That was not asked by a page of ours, so it was not done."),
    404: lazy("There is nothing at this address."),
    405: lazy("That cannot be done at this address."),
    413: lazy("That is too large."),
    500: lazy("Something that should not happen did; it has been written down."),
}

CODES = {
    401: "sign_in",
    403: "forbidden",
    404: "not_found",
    405: "method",
    413: "too_large",
}


def explain_faults(app: FastAPI, desk: Desk) -> None:
    """Let every fault of the application be told."""

    def told(request: Request, status: int, fault: ZhikeError) -> Response:
        if request.url.path.startswith(VERSION):
            details = getattr(fault, "details", {})
            return JSONResponse({"error": fault.as_dict() | details}, status_code=status)
        if not hasattr(request.state, "reader"):
            request.state.reader = Reader.of(request)
        text = desk.written(request, "fault.html.jinja", fault=fault, status=status)
        return Response(text, status_code=status, media_type="text/html")

    def on_http(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)  # noqa: S101
        if isinstance(fault, SignInNeeded) and _is_page(request):
            return _to_sign_in(request)
        known = SENTENCES.get(fault.status_code, SENTENCES[400])
        standard = HTTPException(fault.status_code).detail
        sentence = known if fault.detail == standard else fault.detail
        answer = told(request, fault.status_code, ZhikeError(sentence, code=_code(fault)))
        answer.headers.update(fault.headers or {})
        return answer

    def on_ours(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, ZhikeError)  # noqa: S101
        unavailable = 503 if isinstance(fault, UnavailableError) else 409
        return told(request, 400 if isinstance(fault, InputError) else unavailable, fault)

    def on_invalid(request: Request, _fault: Exception) -> Response:
        return told(request, 400, ZhikeError(SENTENCES[400], code="request"))

    def on_unforeseen(request: Request, fault: Exception) -> Response:
        LOG.error("%s %s failed", request.method, request.url.path, exc_info=fault)
        reader = getattr(request.state, "reader", None) or Reader.of(request)
        with use_language(reader.language):  # this runs outside of what speaks and shields
            answer = told(request, 500, ZhikeError(SENTENCES[500], code="unexpected"))
        answer.headers.update({**HEADERS, "cache-control": "no-store"})
        return answer

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(ZhikeError, on_ours)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_unforeseen)


def _is_page(request: Request) -> bool:
    """Whether somebody opens a page, rather than sending a form or asking as a program."""
    return request.method == "GET" and not request.url.path.startswith(VERSION)


def _to_sign_in(request: Request) -> Response:
    """First the door, then what was asked for."""
    query = request.url.query
    to = urlencode({"to": request.url.path + (f"?{query}" if query else "")})
    return RedirectResponse(f"/sign-in?{to}", status_code=303)


def _code(fault: HTTPException) -> str:
    return CODES.get(fault.status_code, "request")
