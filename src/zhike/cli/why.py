"""`zhike why` and `zhike findings`: what changed, exactly why, and what to do about it."""

from __future__ import annotations

from typing import Any

import click

from zhike.cli.answers import Answer
from zhike.cli.frame import Command, State, command, option
from zhike.cli.showing import option_of, told
from zhike.i18n import lazy


def _explained(state: State, **params: Any) -> Answer:
    from zhike.insights import Why
    from zhike.workspace.results import stored

    chosen = Why(**{key: value for key, value in params.items() if value is not None})
    shop = state.workspace().open_snapshot()
    result = stored(chosen, chosen.run(shop), shop)
    return Answer(data=result.as_json(), shown=list(told(result)))


def _options() -> list[click.Parameter]:
    from zhike.catalogue.parameters import parameters_of
    from zhike.insights import Why

    return [option_of(item) for item in parameters_of(Why)]


why = Command(
    "why",
    lazy("Explain why net revenue, purchases or customers changed; chance is left out."),
    _explained,
    declared=_options,
)


@command(
    "findings",
    lazy("List what stands out: what is larger than chance, by the money at stake."),
    option("--limit", lazy("Most findings to list; 0 means all."), type=int, default=10),
)
def findings(state: State, limit: int) -> Answer:
    """List what stands out."""
    from zhike.workspace.standing_out import workspace_stand_outs

    found = workspace_stand_outs(state.workspace())
    items = found.items[: limit or None]
    shown: list[Any] = [found.summary(), ""]
    for item in items:
        shown.append(f"• {item.finding.sentence}")
        shown.extend(f"    → {play.title}: {play.what}" for play in item.plays[:1])
    return Answer(data=found.as_json(limit or None), shown=shown)
