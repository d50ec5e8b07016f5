"""Listening on this machine, and answering until told to stop."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from zhike.errors import InputError, UnavailableError
from zhike.i18n import lazy
from zhike.web.application import LOOPBACK, application

STOPPING_SECONDS = 10
WAITING = 128
"""Connections that queue until they are taken up."""


@dataclass(frozen=True)
class Listening:
    """A place that is listened at.

    Attributes:
        opened: The socket.
        host: Address or name.
        port: Its number.
    """

    opened: socket.socket
    host: str
    port: int

    @property
    def address(self) -> str:
        """What to type into a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


def listen(host: str, port: int) -> Listening:
    """Listen at a port of this machine; 0 takes any that is free.

    Raises:
        InputError: The host can be reached from elsewhere. There are no accounts yet.
        UnavailableError: Something else listens there.
    """
    if not _is_loopback(host):
        raise InputError(
            lazy(
                "{host} can be reached from other machines; pages have no accounts yet.", host=host
            ),
            hint=lazy("Listen on 127.0.0.1, and reach it from elsewhere through an SSH tunnel."),
            code="not_loopback",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(WAITING)  # whoever comes before the first answer waits, and is not refused
    except OSError as fault:
        opened.close()
        raise UnavailableError(
            lazy("Nothing can listen at port {port}: {fault}.", port=port, fault=fault.strerror),
            hint=lazy("Name another with --port; 0 takes any that is free."),
            code="port",
        ) from None
    return Listening(opened, host, opened.getsockname()[1])


def serve(folder: Path, place: Listening, *, started: Callable[[], None] = lambda: None) -> None:
    """Answer until the process is told to stop; then what is being answered is finished.

    Args:
        folder: The workspace.
        place: Where to listen.
        started: Called once, before the first answer.

    Raises:
        WorkspaceError: The folder is no workspace.
    """
    server = server_of(folder, place)
    started()
    with suppress(KeyboardInterrupt):  # it has stopped by then
        server.run(sockets=[place.opened])


def server_of(folder: Path, place: Listening) -> uvicorn.Server:
    """What will answer, not running yet."""
    config = uvicorn.Config(
        application(folder, hosts=(*LOOPBACK, place.host)),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOPPING_SECONDS,
    )
    return uvicorn.Server(config)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
