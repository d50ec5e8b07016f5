"""What a small form sent, read before anything else is done with it."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

from zhike.i18n import lazy

MOST_BYTES = 65_536
FORMS = "application/x-www-form-urlencoded"


async def form_of(request: Request) -> dict[str, str]:
    """Its fields, of several with one name the last; nothing where it is no form of ours."""
    return {name: values[-1] for name, values in (await lists_of(request)).items()}


async def lists_of(request: Request) -> dict[str, list[str]]:
    """Its fields, each with all its values.

    Raises:
        HTTPException: It is larger than any form of ours.
    """
    kind = request.headers.get("content-type", FORMS).split(";")[0].strip().lower()
    if kind != FORMS:
        return {}
    announced = request.headers.get("content-length", "0")
    endless = "transfer-encoding" in request.headers  # of a form every browser knows the length
    if endless or not announced.isdecimal() or int(announced) > MOST_BYTES:
        raise HTTPException(413, str(lazy("That form is too large.")))
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise HTTPException(413, str(lazy("That form is too large.")))
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise HTTPException(400) from None
