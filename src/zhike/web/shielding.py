"""What every answer carries so that a browser trusts nothing but us, and whom we listen to."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Shielded:
    """Puts the headers on every answer; what a page may keep it says itself, else nothing.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, sent)


def is_ours(request: Request) -> bool:
    """Whether a request that changes something was sent by a page of ours.

    A browser says so itself; a program that sends neither header has no cookies to abuse.
    """
    if request.method in SAFE:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def inside(address: str, otherwise: str = "/") -> str:
    r"""An address on this site; anything that could lead elsewhere becomes the other one.

    Examples:
        >>> inside("/data?x=1"), inside("//evil.example"), inside("https://evil.example/")
        ('/data?x=1', '/', '/')
        >>> inside("/\\evil.example"), inside("/a\r\nSet-Cookie: b=c")
        ('/', '/')
    """
    bad = "\\" in address or any(ord(sign) < 32 for sign in address)
    parts = urlsplit(address) if not bad else None
    is_path = parts is not None and not parts.scheme and not parts.netloc
    return address if is_path and address.startswith("/") else otherwise
