"""All the pages about who comes in."""

from __future__ import annotations

from fastapi import APIRouter

from zhike.web.desk import Desk
from zhike.web.door.account_pages import account_pages
from zhike.web.door.audit_page import audit_pages
from zhike.web.door.people_pages import people_pages
from zhike.web.door.sent import MOST_BYTES
from zhike.web.door.sign_in_pages import sign_in_pages
from zhike.web.door.token_pages import token_pages


def door_pages(desk: Desk) -> APIRouter:
    """The routes of signing in, of one's own account and of everybody's."""
    router = APIRouter(max_body_size=MOST_BYTES)
    for routes in (sign_in_pages, account_pages, people_pages, audit_pages, token_pages):
        router.include_router(routes(desk))
    return router
