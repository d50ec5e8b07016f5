"""What every page is made with: the snapshot, the templates, and an answer that can be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from zhike import __version__
from zhike.errors import InputError, ZhikeError
from zhike.i18n import language
from zhike.preparation import REASONS
from zhike.reports.markup import charts_of, drawings, markup_environment, writers
from zhike.reports.outline import THEMES, theme_of
from zhike.reports.report import Section
from zhike.web.assets import asset_address, build_stamp
from zhike.web.door.visiting import Door, Visitor
from zhike.web.published import Newest, Published
from zhike.web.reader import Reader
from zhike.web.recomputing import Recomputing
from zhike.web.shielding import inside
from zhike.web.views import SeenCrowd, Views
from zhike.workspace.errands import ErrandFolder, Errands

ROWS_SHOWN = 60
KEPT = "private, no-cache"
VARY = "cookie, authorization, accept-language, accept-encoding"


class Desk:
    """Makes answers.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.views = Views(folder)
        self.door = Door(self.settled.workspace.records)
        self.errands = Errands(folder)
        self._templates = markup_environment("zhike.web")
        self._templates.globals |= {
            "asset": asset_address,
            "reasons": REASONS,
            "themes": THEMES,
            "theme_of": theme_of,
            "version": __version__,
        }

    @property
    def settled(self) -> Newest:
        """What does not depend on who asks: the settings."""
        return self.views.whole.newest

    @property
    def newest(self) -> Newest:
        """The published snapshot, as whoever asks may see it."""
        return self.views.current.newest

    @property
    def recomputing(self) -> Recomputing:
        """Answers with parameters of their own."""
        return self.views.current.recomputing

    @property
    def crowd(self) -> SeenCrowd:
        """Their customers."""
        return self.views.crowd

    def errand(self, errand_id: str) -> ErrandFolder:
        """The folder of an errand.

        Raises:
            HTTPException: There is none of that id.
        """
        try:
            return self.errands.folder(errand_id)
        except InputError as fault:
            raise HTTPException(404, str(fault)) from None

    def page(
        self,
        request: Request,
        template: str,
        content: Callable[[Published], dict[str, Any]] = lambda _published: {},
    ) -> Response:
        """A page of the published snapshot; before the first run one leads to where it begins."""
        published = self.newest.get()
        if published is None:
            return RedirectResponse("/begin", status_code=303)

        def made() -> Response:
            context = content(published)
            text = self.written(request, template, published, **context)
            return Response(text, media_type="text/html")

        return self._kept(request, published, made)

    def passing(
        self, request: Request, template: str, content: Callable[[Published], dict[str, Any]]
    ) -> Response:
        """The same, of what may change before the next snapshot: nobody keeps it."""
        answer = self.page(request, template, content)
        answer.headers["cache-control"] = "no-store"
        if "etag" in answer.headers:
            del answer.headers["etag"]
        return answer

    def data(self, request: Request, content: Callable[[Published], Any]) -> Response:
        """The same for programs, as JSON."""
        published = self.newest.get()
        if published is None:
            self.newest.workspace.show("overview")  # says that nothing has been computed yet
        assert published is not None  # noqa: S101
        found = published
        return self._kept(request, found, lambda: JSONResponse(content(found)))

    def _kept(
        self, request: Request, published: Published, made: Callable[[], Response]
    ) -> Response:
        """An answer with its tag; only the tag where the browser has that answer already.

        The tag carries everything that the answer depends on. Other readers are told apart by it as
        well, and no shared cache may keep any.
        """
        reader: Reader = request.state.reader
        visitor = self.door.visitor(request)
        parts = (
            build_stamp(),
            published.manifest.id,
            reader.language,
            reader.theme,
            str(published.age_days),
            str(request.url),
            visitor.stamp if visitor is not None else "",
        )
        tag = f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": KEPT, "vary": VARY}
        known = {item.strip() for item in request.headers.get("if-none-match", "").split(",")}
        if tag in known:
            return Response(status_code=304, headers=headers)
        answer = made()
        answer.headers.update(headers)
        return answer

    def _visitor(self, request: Request) -> Visitor | None:
        """Who sent a request; nobody where the store does not answer, whose fault is told."""
        try:
            return self.door.visitor(request)
        except ZhikeError:
            return None

    def written(
        self,
        request: Request,
        template: str,
        published: Published | None = None,
        **context: Any,
    ) -> str:
        """The text of a page in the reader's language and colours."""
        about = published.report.about if published is not None else None
        reader: Reader = request.state.reader
        visitor = self._visitor(request)
        shown = [*context.get("pictures", ()), *_charts(context.get("section"))]
        currency = about.currency if about is not None else ""
        return self._templates.get_template(template).render(
            about=about,
            shop=self.settled.workspace.settings.name if visitor is not None else "",
            reader=reader,
            visitor=visitor,
            may=visitor.may if visitor is not None else frozenset(),
            sealed=_sealed(visitor),
            path=request.url.path,
            here=inside(str(request.url).removeprefix(str(request.base_url).rstrip("/"))),
            language=language(),
            drawings=drawings(shown, currency, strict=True) if shown else None,
            place_of=lambda section: f"/analyses/{section.name}",
            whole_of=_whole,
            **writers(currency, ROWS_SHOWN),
            **context,
        )


def _charts(section: Section | None) -> list[Any]:
    return list(charts_of(section)) if section is not None else []


def _whole(name: str) -> Markup:
    return Markup('<a href="/api/v1/analyses/{}">JSON</a>').format(name)


def _sealed(visitor: Visitor | None) -> Markup:
    """What a form carries so that it can only have come from a page of this session."""
    if visitor is None or not visitor.form_token:
        return Markup()
    return Markup('<input type="hidden" name="form_token" value="{}">').format(visitor.form_token)
