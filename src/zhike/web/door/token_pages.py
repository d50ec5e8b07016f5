"""Tokens of one's own: made, shown once, revoked; and who a program asks for."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from zhike.errors import InputError, ZhikeError
from zhike.i18n import lazy
from zhike.web.desk import Desk
from zhike.web.door.account_pages import PATH, account_in, account_page
from zhike.web.door.sent import lists_of
from zhike.web.door.visiting import Visitor

TOKENS = f"{PATH}/tokens"
Lists = dict[str, list[str]]


def token_pages(desk: Desk) -> APIRouter:
    """The routes of making and revoking, and of who is asking."""
    router = APIRouter()

    async def make(request: Request) -> Response:
        form = await lists_of(request)
        return await asyncio.to_thread(_make, desk, request, form)

    async def revoke(request: Request) -> Response:
        form = await lists_of(request)
        return await asyncio.to_thread(_revoke, desk, request, form)

    def asking(request: Request) -> Response:
        return JSONResponse(_asking(desk.door.visitor(request)))

    router.add_api_route(TOKENS, make, methods=["POST"], include_in_schema=False)
    router.add_api_route(f"{TOKENS}/revoke", revoke, methods=["POST"], include_in_schema=False)
    router.add_api_route(
        "/api/v1/account",
        asking,
        summary="Who asks, in whose name, and what they may do and see.",
        response_model=dict[str, Any],
    )
    return router


def _make(desk: Desk, request: Request, form: Lists) -> Response:
    account, visitor = account_in(desk, request), desk.door.visitor(request)
    assert visitor is not None  # noqa: S101
    days = _last(form, "days")
    try:
        if not days.isdecimal() or len(days) > 4:
            raise InputError(lazy("For how many days the token holds is no number."))
        secret = desk.door.records.tokens.make(
            account, _last(form, "name"), form.get("may", []), int(days), by=visitor.actor
        )
    except ZhikeError as fault:
        return account_page(desk, request, fault)
    return account_page(desk, request, secret=secret)


def _revoke(desk: Desk, request: Request, form: Lists) -> Response:
    account, visitor = account_in(desk, request), desk.door.visitor(request)
    assert visitor is not None  # noqa: S101
    number = _last(form, "token")
    if not number.isdecimal() or len(number) > 9:
        raise HTTPException(404)
    try:
        desk.door.records.tokens.revoke(account, int(number), by=visitor.actor)
    except ZhikeError as fault:
        return account_page(desk, request, fault)
    return RedirectResponse(PATH, status_code=303)


def _asking(visitor: Visitor | None) -> dict[str, Any]:
    if visitor is None or visitor.account is None:
        return {"account": None, "role": None, "reach": "all", "of": []}
    return {
        "account": visitor.account.name,
        "role": visitor.account.role.name,
        "reach": visitor.sight.reach,
        "of": list(visitor.sight.of),
        "may": sorted(visitor.may),
        "personal": visitor.sight.personal,
    }


def _last(form: Lists, name: str) -> str:
    return form.get(name, [""])[-1]
