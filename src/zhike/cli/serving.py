"""`zhike serve`: the workspace in a browser."""

from __future__ import annotations

import click

from zhike.cli.answers import Answer, print_answer
from zhike.cli.frame import State, command, option
from zhike.i18n import lazy

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
    option("--host", lazy("Address to listen at; only of this machine."), default="127.0.0.1"),
)
def serve(state: State, port: int, host: str) -> Answer:
    """Serve until Ctrl-C."""
    from zhike.web import listen
    from zhike.web import serve as served

    folder = state.workspace().folder
    place = listen(host, port)
    where = Answer(
        data={"address": place.address, "folder": str(folder)},
        shown=[
            lazy(
                "Open {address} in a browser of this machine; no other is let in. Ctrl-C stops.",
                address=place.address,
            )
        ],
    )
    served(folder, place, started=lambda: print_answer(where, as_json=state.as_json))
    return Answer(data={"stopped": True}, shown=[lazy("Stopped.")])
