"""The pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zhike.catalogue import Analysis
from zhike.errors import InputError, ParameterError, UnavailableError, WorkspaceError, ZhikeError
from zhike.i18n import LANGUAGES, lazy
from zhike.reports.report import Section
from zhike.schema import standard_tables
from zhike.web.assets import assets
from zhike.web.behind import customers_file
from zhike.web.contents import (
    FINDINGS,
    SUGGESTIONS,
    analysis_class,
    groups_of,
    metrics_of,
    pictures_of,
    recomputed,
    section_of,
    siblings_of,
)
from zhike.web.desk import Desk
from zhike.web.forms import fields_of, values_of
from zhike.web.lights import lights_of
from zhike.web.published import Published
from zhike.web.reader import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from zhike.web.shielding import inside
from zhike.workspace.running import made

A_YEAR = 365 * 24 * 3600
MOST_BYTES = 4096
"""Of a form with preferences."""


def pages(desk: Desk) -> APIRouter:
    """The routes of all pages."""
    router = APIRouter(include_in_schema=False, max_body_size=MOST_BYTES)
    router.add_api_route("/assets/{stamp}/{name}", _asset)
    router.add_api_route("/preferences", _preferences, methods=["POST"])
    for address, (template, content) in _CONTENTS.items():
        router.add_api_route(address, _page(desk, template, content), name=template)

    def analysis(request: Request, name: str) -> Response:
        return _analysis_page(desk, request, name)

    def behind(request: Request, name: str) -> Response:
        return customers_file(desk, request, name)

    router.add_api_route("/analyses/{name}", analysis)
    router.add_api_route("/analyses/{name}/customers.csv", behind)
    return router


def _page(desk: Desk, template: str, content: Any) -> Any:
    def page(request: Request) -> Response:
        return desk.page(request, template, lambda published: content(desk, published))

    return page


def _overview(_desk: Desk, published: Published) -> dict[str, Any]:
    report = published.report
    pictures = pictures_of(report)
    return {
        "report": report,
        "lights": list(lights_of(published)),
        "findings": report.findings[:FINDINGS],
        "suggestions": report.suggestions[:SUGGESTIONS],
        "pictures": pictures,
        "known": {section.name for section in report.sections},
    }


def _analyses(_desk: Desk, published: Published) -> dict[str, Any]:
    return {"groups": list(groups_of(published.report))}


def _metrics(desk: Desk, published: Published) -> dict[str, Any]:
    settings = desk.newest.workspace.settings
    return {"entries": list(metrics_of(published.report, settings))}


def _help(desk: Desk, published: Published) -> dict[str, Any]:
    return _metrics(desk, published) | {"tables": standard_tables()}


_CONTENTS: dict[str, tuple[str, Any]] = {
    "/": ("overview.html.jinja", _overview),
    "/analyses": ("analyses.html.jinja", _analyses),
    "/metrics": ("metrics.html.jinja", _metrics),
    "/help": ("help.html.jinja", _help),
}


def _analysis_page(desk: Desk, request: Request, name: str) -> Response:
    given = dict(request.query_params)
    status = 200

    def content(published: Published) -> dict[str, Any]:
        nonlocal status
        kind = analysis_class(name)
        try:
            section = section_of(published.report, name)
            shown, fault = _answered(desk, section, kind, given)
        except ParameterError as unknown:
            if kind is None:
                raise HTTPException(404, str(unknown)) from None
            shown, fault = _newer(kind)
        status = 200 if fault is None else status_of(fault)
        return {
            "section": shown,
            "fault": fault,
            "given": given,
            "fields": list(fields_of(_as_run(published, kind), given)) if kind else [],
            "siblings": siblings_of(published.report, name),
        }

    answer = desk.page(request, "analysis.html.jinja", content)
    if status != 200:
        answer.status_code = status
        answer.headers["cache-control"] = "no-store"
        del answer.headers["etag"]
    return answer


def _answered(
    desk: Desk, section: Section, kind: type[Analysis] | None, given: dict[str, str]
) -> tuple[Section, ZhikeError | None]:
    """The section with what was asked for, or with no answer and why."""
    if not any(given.values()):
        return section, None
    try:
        values = values_of(kind, given) if kind is not None else {}
        return recomputed(section, desk.recomputing.answer(section.name, values)), None
    except (InputError, WorkspaceError, UnavailableError) as fault:
        bare = Section(name=section.name, title=section.title, question=section.question)
        return bare, fault


def _newer(kind: type[Analysis]) -> tuple[Section, ZhikeError]:
    """An analysis that this version has, and that the last run did not know."""
    fault = WorkspaceError(
        lazy("The last run did not compute this analysis."),
        hint=lazy("Compute everything anew with `zhike run`."),
        code="not_computed",
    )
    return Section(name=kind.name, title=kind.title, question=kind.question), fault


def _as_run(published: Published, kind: type[Analysis]) -> Analysis:
    return made(kind, published.manifest.settings["analyses"].get(kind.name, {}))


def status_of(fault: ZhikeError) -> int:
    """The status of a page that says what was wrong."""
    match fault:
        case InputError():
            return 400
        case UnavailableError():
            return 503
        case _:
            return 409


def _asset(request: Request, stamp: str, name: str) -> Response:
    found = assets().get(name)
    if found is None:
        raise HTTPException(404)
    return found.sent(request)


async def _preferences(request: Request) -> Response:
    """Remember a language or colours, and go back to where that was chosen."""
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise HTTPException(413, str(lazy("That form is too large.")))
    sent = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    answer = RedirectResponse(inside(sent.get("back", "/")), status_code=303)
    allowed = {"language": (LANGUAGE_COOKIE, LANGUAGES), "theme": (THEME_COOKIE, THEMES)}
    for name, (cookie, values) in allowed.items():
        if sent.get(name) in values:
            answer.set_cookie(
                cookie, sent[name], max_age=A_YEAR, path="/", httponly=True, samesite="lax"
            )
    return answer
