"""What goes into the audit log, and how that reads: both are told by `noted.toml`."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from starlette.requests import Request

from zhike.i18n import LazyText
from zhike.operations.audit import Audit
from zhike.web.door.sent import form_of
from zhike.web.door.visiting import Visitor
from zhike.web.shielding import SAFE

CUSTOMERS = "customers"


@dataclass(frozen=True, kw_only=True)
class Act:
    """A kind of entry.

    Attributes:
        code: As it stands in the log.
        label: What people read.
        routes: What is asked for where it is written down.
        subject: Parts of the address or form that say of whom or what.
    """

    code: str
    label: LazyText
    routes: tuple[str, ...]
    subject: tuple[str, ...]


@lru_cache(maxsize=1)
def acts() -> Mapping[str, Act]:
    """Every kind of entry by its code."""
    source = files("zhike.web.door") / "noted.toml"
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        code: Act(
            code=code,
            label=LazyText.of(en=entry["label"][1], zh=entry["label"][0]),
            routes=tuple(entry.get("routes", ())),
            subject=tuple(entry.get("subject", ())),
        )
        for code, entry in read.items()
    }


@lru_cache(maxsize=1)
def noted_routes() -> Mapping[str, Act]:
    """Method and path of each route that is written down, and as what."""
    return {route: act for act in acts().values() for route in act.routes}


async def note(audit: Audit, request: Request, visitor: Visitor, route: str) -> None:
    """Write down what is asked for, before it is answered; nothing where nobody has an account."""
    act = noted_routes().get(route)
    if act is None or visitor.account is None:
        return
    if act.code.startswith("view_") and CUSTOMERS not in visitor.may:
        return  # one box finds pages too, and shows customers to those alone who may see them
    given = {**request.query_params, **request.path_params}
    if request.method not in SAFE and act.subject:
        given = await form_of(request)
    subject = " ".join(given[name] for name in act.subject if given.get(name))
    details = {"by": visitor.how, "personal": visitor.sight.personal}
    if given.get("search") or given.get("q"):
        details["search"] = True

    def write() -> None:
        audit.note(visitor.actor, act.code, subject, **details)

    await asyncio.to_thread(write)
