"""What everybody settles for themselves: their password, and tokens for programs."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zhike.errors import ZhikeError
from zhike.operations.accounts import Account
from zhike.operations.roles import permissions
from zhike.operations.sight import REACH_WORDS
from zhike.operations.tokens import MOST_DAYS, SCOPES, Token
from zhike.web.desk import Desk
from zhike.web.door.people_pages import PATH as PEOPLE
from zhike.web.door.sent import form_of
from zhike.web.door.sign_in_pages import signed_in
from zhike.web.door.visiting import address_of

PATH = "/settings/account"


def account_pages(desk: Desk) -> APIRouter:
    """The routes of one's own account."""
    router = APIRouter(include_in_schema=False)

    def settings(request: Request) -> Response:
        visitor = desk.door.visitor(request)
        manages = visitor is not None and "people" in visitor.may
        return RedirectResponse(PEOPLE if manages else PATH, status_code=303)

    def own(request: Request) -> Response:
        return account_page(desk, request, done="done" in request.query_params)

    async def set_password(request: Request) -> Response:
        form = await form_of(request)
        try:
            return await asyncio.to_thread(_changed, desk, request, form)
        except ZhikeError as fault:
            return await asyncio.to_thread(account_page, desk, request, fault)

    router.add_api_route("/settings", settings)
    router.add_api_route(PATH, own, methods=["GET"])
    router.add_api_route(f"{PATH}/password", set_password, methods=["POST"])
    return router


def account_page(
    desk: Desk, request: Request, fault: ZhikeError | None = None, **context: Any
) -> Response:
    """The page of one's own account."""
    account = account_in(desk, request)
    shown: dict[str, Any] = {
        "account": account,
        "permissions": permissions(),
        "reaches": REACH_WORDS,
        "done": False,
        "secret": "",
        "scopes": [scope for scope in SCOPES if scope in account.role.may],
        "most_days": MOST_DAYS,
        "tokens": _tokens(desk, account),
    }
    text = desk.written(request, "account.html.jinja", fault=fault, **(shown | context))
    return Response(text, status_code=200 if fault is None else 400, media_type="text/html")


def account_in(desk: Desk, request: Request) -> Account:
    """Whose page is asked for; where nobody needs an account there is none."""
    visitor = desk.door.visitor(request)
    if visitor is None or visitor.account is None:
        raise HTTPException(404)
    return visitor.account


def _tokens(desk: Desk, account: Account) -> list[Token]:
    """Tokens of somebody who may have any."""
    return desk.door.records.tokens.of(account) if "tokens" in account.role.may else []


def _changed(desk: Desk, request: Request, form: dict[str, str]) -> Response:
    """Another password, for whoever knows the present one; all other sessions end."""
    account, address = account_in(desk, request), address_of(request)
    records = desk.door.records
    records.signing_in.prove(account.name, form.get("present", ""), address)
    visitor = desk.door.visitor(request)
    assert visitor is not None  # noqa: S101
    records.accounts.set_password(account.name, form.get("password", ""), by=visitor.actor)
    session = records.signing_in.sign_in(account.name, form["password"], address)
    return signed_in(request, session, f"{PATH}?done")
