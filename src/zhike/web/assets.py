"""Scripts and styles, read once, at addresses that change when they do."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from zhike import __version__
from zhike.reports.library import asset, charting_library
from zhike.reports.markup import stylesheet

KEPT = "public, max-age=31536000, immutable"
STAMP_LENGTH = 12


@dataclass(frozen=True)
class Asset:
    """One file, ready to be sent.

    Attributes:
        media: Its type.
        plain: Its bytes.
        packed: Its bytes for a browser that unpacks gzip.
    """

    media: str
    plain: bytes
    packed: bytes

    def sent(self, request: Request) -> Response:
        """The answer to whoever asks for it."""
        headers = {"cache-control": KEPT, "vary": "accept-encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.plain, media_type=self.media, headers=headers)
        headers["content-encoding"] = "gzip"
        return Response(self.packed, media_type=self.media, headers=headers)


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Asset]:
    """Every asset by its name."""
    own = files("zhike.web") / "assets"
    style = stylesheet() + own.joinpath("web.css").read_text(encoding="utf-8")
    texts = {
        "web.css": ("text/css", style),
        "charts.js": ("text/javascript", charting_library()),
        "web.js": ("text/javascript", asset("report.js")),
        "sending.js": ("text/javascript", own.joinpath("sending.js").read_text(encoding="utf-8")),
        "icon.svg": ("image/svg+xml", own.joinpath("icon.svg").read_text(encoding="utf-8")),
    }
    return {name: _asset(media, text) for name, (media, text) in texts.items()}


@lru_cache(maxsize=1)
def build_stamp() -> str:
    """Short digest of this version, its scripts and styles."""
    digest = hashlib.sha256(__version__.encode())
    for name, item in sorted(assets().items()):
        digest.update(name.encode() + item.plain)
    for template in sorted((files("zhike.web") / "templates").iterdir(), key=lambda it: it.name):
        digest.update(template.read_bytes())
    return digest.hexdigest()[:STAMP_LENGTH]


def asset_address(name: str) -> str:
    """Where a page finds an asset."""
    return f"/assets/{build_stamp()}/{name}"


def _asset(media: str, text: str) -> Asset:
    plain = text.encode()
    return Asset(media, plain, gzip.compress(plain, mtime=0))
