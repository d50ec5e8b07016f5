"""`zhike serve`: the workspace in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zhike.cli.answers import Answer, print_answer
from zhike.cli.frame import State, command, option
from zhike.i18n import lazy

if TYPE_CHECKING:
    from zhike.workspace import Workspace

PORT = 8747


@command(
    "serve",
    lazy("Open the workspace in a browser: pages for people and JSON for programs."),
    option(
        "--port",
        lazy("Where to listen; 0 takes any port that is free."),
        type=click.IntRange(0, 65535),
        default=PORT,
        show_default=True,
    ),
    option(
        "--host",
        lazy("Address to listen at; one that other machines reach needs an account."),
        default="127.0.0.1",
    ),
    option(
        "--name",
        lazy("A name that browsers use for this machine; may be given several times."),
        multiple=True,
    ),
)
def serve(state: State, port: int, host: str, name: tuple[str, ...]) -> Answer:
    """Serve until Ctrl-C."""
    from zhike.web import listen
    from zhike.web import serve as served

    workspace, is_new = _workspace(state)
    place = listen(host, port, has_accounts=workspace.records.accounts.anybody())
    if place.is_loopback:
        said = lazy(
            "Open {address} in a browser of this machine; no other is let in. Ctrl-C stops.",
            address=place.address,
        )
    else:
        said = lazy(
            "Open {address} in a browser; everybody signs in. Ctrl-C stops.", address=place.address
        )
    made = [lazy("{folder} is a workspace now.", folder=workspace.folder)] if is_new else []
    shown = [*made, said]
    where = Answer(data={"address": place.address, "folder": str(workspace.folder)}, shown=shown)
    served(
        workspace.folder,
        place,
        names=name,
        started=lambda: print_answer(where, as_json=state.as_json),
    )
    return Answer(data={"stopped": True}, shown=[lazy("Stopped.")])


def _workspace(state: State) -> tuple[Workspace, bool]:
    """The workspace, and whether it was made just now: where there is nothing yet, one is."""
    from zhike.workspace import Workspace

    folder = state.folder.absolute()
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return Workspace.create(folder), True
    return state.workspace(), False
