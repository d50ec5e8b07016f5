"""`zhike init`: make a folder a workspace."""

from __future__ import annotations

from pathlib import Path

from zhike.cli.answers import Answer
from zhike.cli.frame import State, argument, command, option
from zhike.i18n import lazy


@command(
    "init",
    lazy("Make a folder a workspace. Without FOLDER it is the present one."),
    argument("folder", required=False),
    option("--name", lazy("The company or shop, as reports call it.")),
    option("--currency", lazy("Currency of all amounts, such as CNY."), default=""),
    option("--timezone", lazy("Business time zone."), default="Asia/Shanghai"),
)
def init(
    state: State, folder: str | None, name: str | None, currency: str, timezone: str
) -> Answer:
    """Create the workspace and say what comes next."""
    from zhike.workspace import Settings, Workspace

    chosen = (state.folder / folder if folder else state.folder).absolute()
    settings = Settings(name=name or chosen.name, currency=currency.upper(), timezone=timezone)
    workspace = Workspace.create(chosen, settings)
    return Answer(
        data={"folder": str(workspace.folder), "name": settings.name},
        shown=[
            lazy("{folder} is a workspace now.", folder=workspace.folder),
            lazy("Add your files next: {command}", command=_next(workspace.folder)),
        ],
    )


def _next(folder: Path) -> str:
    here = folder == Path.cwd()
    return "zhike add FILE" if here else f'zhike -C "{folder}" add FILE'
