"""Who reads a page: the language and the colours that were chosen, or that the browser asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from zhike.i18n import Language, parse, use_language

Theme = Literal["light", "dark", "auto"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "zhike_language", "zhike_theme"


@dataclass(frozen=True)
class Reader:
    """What a page depends on besides its address and the snapshot.

    Attributes:
        language: Its words are in this one.
        theme: Its colours; "auto" are those of the reader's device.
    """

    language: Language
    theme: Theme

    @classmethod
    def of(cls, request: HTTPConnection, otherwise: str = "") -> Reader:
        """Whoever sent a request.

        Args:
            request: Cookies come first, then what the browser accepts.
            otherwise: The language where neither says anything.
        """
        accepted = request.headers.get("accept-language", "")
        chosen = request.cookies.get(LANGUAGE_COOKIE, "") or _preferred(accepted) or otherwise
        theme = request.cookies.get(THEME_COOKIE, "")
        known: Theme = next((item for item in THEMES if item == theme), "auto")
        return cls(language=parse(chosen), theme=known)


class Spoken:
    """Answers every request in the language of its reader.

    Args:
        app: What answers.
        otherwise: The language where a request says nothing.
    """

    def __init__(self, app: ASGIApp, otherwise: str = "") -> None:
        self._app = app
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reader = Reader.of(HTTPConnection(scope), self._otherwise)
        scope.setdefault("state", {})["reader"] = reader
        with use_language(reader.language):
            await self._app(scope, receive, send)


def _preferred(accepted: str) -> str:
    """The language of ours that a browser names first; empty where it names none.

    Examples:
        >>> _preferred("de-DE,de;q=0.9,zh-CN;q=0.8,en;q=0.5"), _preferred("fr")
        ('zh-CN', '')
    """
    tags = (item.split(";")[0].strip() for item in accepted.split(","))
    return next((tag for tag in tags if tag.lower().startswith(("zh", "en"))), "")
