"""Whether a request is answered: by who sends it, and what its route needs."""

from __future__ import annotations

import asyncio
import hmac
import tomllib
from collections.abc import Callable, Coroutine, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from zhike.i18n import lazy
from zhike.web.door.noting import note
from zhike.web.door.sent import form_of
from zhike.web.door.visiting import Door, Visitor
from zhike.web.shielding import SAFE
from zhike.web.views import show_for

OPEN, SIGNED_IN = "open", "signed_in"
FORM_FIELD = "form_token"


class SignInNeeded(HTTPException):
    """Nobody is signed in, and somebody has to be."""

    def __init__(self) -> None:
        super().__init__(
            401, str(lazy("Sign in to see this.")), headers={"www-authenticate": "Bearer"}
        )


@lru_cache(maxsize=1)
def needs() -> Mapping[str, str]:
    """Method and path of each route to what it needs.

    Examples:
        >>> needs()["GET /customers.csv"]
        'export'
    """
    source = files("zhike.web.door") / "routes.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def admitting(door: Door) -> Callable[[Request], Coroutine[Any, Any, None]]:
    """What every route depends on."""

    async def admit(request: Request) -> None:
        visitor = await asyncio.to_thread(door.visitor, request)
        if visitor is not None:
            show_for(visitor.sight)
        route = f"{request.method} {request.scope['route'].path}"
        needed = needs().get(route)
        if needed == OPEN:
            return
        if visitor is None:
            raise SignInNeeded
        if not is_admitted(visitor, needed):
            raise HTTPException(403, str(lazy("Your role does not allow that.")))
        if visitor.how == "session" and request.method not in SAFE:
            await _only_ours(request, visitor)
        await note(door.records.audit, request, visitor, route)

    return admit


def is_admitted(visitor: Visitor, needed: str | None) -> bool:
    """Whether somebody may use a route that needs that; one without a rule is for nobody.

    Examples:
        >>> from zhike.web.door.visiting import ALONE
        >>> is_admitted(ALONE, "export"), is_admitted(ALONE, None)
        (True, False)
    """
    return needed in (OPEN, SIGNED_IN) or needed in visitor.may


async def _only_ours(request: Request, visitor: Visitor) -> None:
    """Refuse what a page of another site made the browser send.

    A browser of today says where a form came from; that of a stranger was refused before. One
    that says nothing shows the token that only our pages know.
    """
    if "sec-fetch-site" in request.headers:
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc == request.headers.get("host"):
        return
    shown = (await form_of(request)).get(FORM_FIELD, "")
    if not hmac.compare_digest(shown.encode(), visitor.form_token.encode()):
        raise HTTPException(403)
