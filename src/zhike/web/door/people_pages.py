"""Who may come in: the accounts, made and changed by an admin; the first one by whoever is here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zhike.errors import ZhikeError
from zhike.operations.accounts import sight_of
from zhike.operations.audit import Actor
from zhike.operations.roles import permissions, roles
from zhike.operations.sight import REACH_WORDS
from zhike.web.desk import Desk
from zhike.web.door.sent import form_of
from zhike.web.door.sign_in_pages import signed_in
from zhike.web.door.visiting import Visitor, address_of

PATH = "/settings/people"
Form = Mapping[str, str]
Act = Callable[[Visitor, Form], str]
"""Does something for somebody; gives the name of the account that it was about."""


def people_pages(desk: Desk) -> APIRouter:
    """The routes of the list and of what is done to it."""
    router = APIRouter(include_in_schema=False)
    accounts, signing_in = desk.door.records.accounts, desk.door.records.signing_in

    def several(request: Request) -> Response:
        return _page(desk, request, saved=request.query_params.get("saved", ""))

    async def first(request: Request) -> Response:
        form, visitor = await form_of(request), _visitor(desk, request)
        name, password = form.get("name", ""), form.get("password", "")

        def made() -> Any:
            accounts.add_first(name, password, by=_named(visitor, name))
            return signing_in.sign_in(name, password, address_of(request))

        try:
            session = await asyncio.to_thread(made)
        except ZhikeError as fault:
            return await asyncio.to_thread(_refused, desk, request, fault, form)
        return signed_in(request, session, PATH)

    router.add_api_route(PATH, several, methods=["GET"])
    router.add_api_route(f"{PATH}/first", first, methods=["POST"])
    for address, act in _acts(desk).items():
        router.add_api_route(PATH + address, _doing(desk, act), methods=["POST"])
    return router


def _acts(desk: Desk) -> Mapping[str, Act]:
    accounts = desk.door.records.accounts

    def add(visitor: Visitor, form: Form) -> str:
        sight = sight_of(form.get("reach", "all"), _several(form.get("of", "")))
        name, password = form.get("name", ""), form.get("password", "")
        made = accounts.add(name, password, form.get("role", ""), by=visitor.actor, sight=sight)
        return made.name

    def change(visitor: Visitor, form: Form) -> str:
        sight = sight_of(form.get("reach", "all"), _several(form.get("of", "")))
        name = form.get("name", "")
        accounts.change(name, by=visitor.actor, role=form.get("role", ""), sight=sight)
        return name

    def set_password(visitor: Visitor, form: Form) -> str:
        name = form.get("name", "")
        accounts.set_password(name, form.get("password", ""), by=visitor.actor)
        return name

    def close(visitor: Visitor, form: Form) -> str:
        accounts.close(form.get("name", ""), by=visitor.actor)
        return form.get("name", "")

    def reopen(visitor: Visitor, form: Form) -> str:
        accounts.reopen(form.get("name", ""), by=visitor.actor)
        return form.get("name", "")

    return {
        "": add,
        "/change": change,
        "/password": set_password,
        "/close": close,
        "/reopen": reopen,
    }


def _doing(desk: Desk, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def do(request: Request) -> Response:
        form, visitor = await form_of(request), _visitor(desk, request)
        try:
            name = await asyncio.to_thread(act, visitor, form)
        except ZhikeError as fault:
            return await asyncio.to_thread(_refused, desk, request, fault, form)
        return RedirectResponse(f"{PATH}?{urlencode({'saved': name})}", status_code=303)

    return do


def _refused(desk: Desk, request: Request, fault: ZhikeError, form: Form) -> Response:
    return _page(desk, request, fault=fault, form=form)


def _page(desk: Desk, request: Request, **context: Any) -> Response:
    accounts = desk.door.records.accounts
    shown: dict[str, Any] = {
        "accounts": accounts.all(),
        "roles": roles(),
        "permissions": permissions(),
    }
    shown |= {"reaches": REACH_WORDS, "fault": None, "form": {}, "saved": ""}
    text = desk.written(request, "people.html.jinja", **(shown | context))
    status = 200 if context.get("fault") is None else 400
    return Response(text, status_code=status, media_type="text/html")


def _visitor(desk: Desk, request: Request) -> Visitor:
    visitor = desk.door.visitor(request)
    assert visitor is not None  # noqa: S101
    return visitor


def _named(visitor: Visitor, name: str) -> Actor:
    """Whoever makes the first account, under the name that they give themselves."""
    return replace(visitor.actor, who=name.strip() or "?")


def _several(text: str) -> list[str]:
    """Names that somebody wrote, between commas of any kind or on lines."""
    for sign in "，、;；\n\r":
        text = text.replace(sign, ",")
    return text.split(",")
