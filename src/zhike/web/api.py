"""The same for programs: every page has its JSON twin."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from zhike.errors import ParameterError
from zhike.i18n import language
from zhike.schema import standard_tables
from zhike.web.contents import (
    about_json,
    analysis_class,
    finding_json,
    metrics_of,
    number_json,
    section_json,
    section_of,
)
from zhike.web.customer_api import add_customers
from zhike.web.desk import Desk
from zhike.web.forms import values_of
from zhike.web.lights import lights_of
from zhike.web.published import Published
from zhike.workspace.results import jsonable

VERSION = "/api/v1"


def api(desk: Desk) -> APIRouter:
    """The routes for programs."""
    router = APIRouter(prefix=VERSION)
    for address, (content, summary) in _CONTENTS.items():
        router.add_api_route(
            address, _twin(desk, content), summary=summary, response_model=dict[str, Any]
        )

    def analysis(request: Request, name: str) -> Response:
        return _analysis(desk, request, name)

    add_customers(router, desk)
    router.add_api_route(
        "/analyses/{name}",
        analysis,
        summary="What an analysis found; its parameters go into the query.",
        response_model=dict[str, Any],
    )
    return router


def _twin(desk: Desk, content: Any) -> Any:
    def twin(request: Request) -> Response:
        return desk.data(request, lambda published: content(desk, published))

    return twin


def _overview(_desk: Desk, published: Published) -> dict[str, Any]:
    report = published.report
    return {
        **about_json(published),
        "numbers": [number_json(number) for number in report.headline],
        "findings": [finding_json(item.section, item.finding) for item in report.findings],
        "suggestions": jsonable(report.suggestions),
        "lights": jsonable(list(lights_of(published))),
    }


def _analyses(_desk: Desk, published: Published) -> dict[str, Any]:
    sections = [section_json(section) for section in published.report.sections]
    return {**about_json(published), "analyses": sections}


def _metrics(desk: Desk, published: Published) -> dict[str, Any]:
    entries = metrics_of(published.report, desk.newest.workspace.settings)
    return {
        **about_json(published),
        "metrics": [
            {
                "name": entry.metric.name,
                "label": str(entry.metric.label),
                "definition": str(entry.metric.definition),
                "expression": entry.metric.expression,
                "unit": str(entry.metric.unit),
                "own": entry.metric.is_own,
                "value": entry.number.value if entry.number is not None else None,
                "target": entry.target.value if entry.target is not None else None,
            }
            for entry in entries
        ],
    }


def _data(_desk: Desk, published: Published) -> dict[str, Any]:
    quality, about = published.report.quality, published.report.about
    return {
        **about_json(published),
        "files": jsonable(about.inputs),
        "read": quality.read if quality else 0,
        "fates": dict(quality.fates) if quality else {},
        "set_aside": jsonable(quality.set_aside) if quality else [],
        "rejected": list(published.rejected),
    }


def _glossary(_desk: Desk, published: Published) -> dict[str, Any]:
    tables = [
        {
            "name": table.name,
            "label": str(table.label),
            "grain": str(table.grain),
            "fields": [
                {
                    "name": item.name,
                    "label": str(item.label),
                    "description": str(item.description),
                    "personal": bool(item.personal),
                }
                for item in table.fields
            ],
        }
        for table in standard_tables()
    ]
    return {**about_json(published), "language": language(), "tables": tables}


_CONTENTS: dict[str, tuple[Any, str]] = {
    "/overview": (_overview, "The key numbers, what stands out, and the lights."),
    "/analyses": (_analyses, "Which analyses there are, and which have an answer."),
    "/metrics": (_metrics, "The metrics, what each means and where it stands."),
    "/data": (_data, "The files, what became of their records, and what was set aside."),
    "/glossary": (_glossary, "The standard tables and their fields."),
}


def _analysis(desk: Desk, request: Request, name: str) -> Response:
    given = dict(request.query_params)

    def content(published: Published) -> dict[str, Any]:
        kind = analysis_class(name)
        if kind is None:
            try:
                section = section_of(published.report, name)
            except ParameterError as fault:
                raise HTTPException(404, str(fault)) from None
            findings = [finding_json(section, item) for item in section.findings]
            return {**section_json(section), "findings": findings}
        return desk.recomputing.answer(name, values_of(kind, given)).as_json()

    return desk.data(request, content)
