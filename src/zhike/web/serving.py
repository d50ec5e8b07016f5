"""Listening on this machine, and answering until told to stop."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvicorn

from zhike.errors import InputError, UnavailableError
from zhike.i18n import lazy
from zhike.web.application import LOOPBACK, application

STOPPING_SECONDS = 10
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104
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
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """What to type into a browser."""
        host = socket.gethostname() if self.host in EVERYWHERE else self.host
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/"


def listen(host: str, port: int, *, has_accounts: bool = False) -> Listening:
    """Listen at a port of this machine; 0 takes any that is free.

    Args:
        host: Address or name.
        port: Its number.
        has_accounts: Whether people have to sign in.

    Raises:
        InputError: The host can be reached from elsewhere, and nobody would have to sign in.
        UnavailableError: Something else listens there.
    """
    if not has_accounts and not is_loopback(host):
        raise InputError(
            lazy(
                "{host} can be reached from other machines, and there is no account yet: anybody "
                "could read everything.",
                host=host,
            ),
            hint=lazy(
                "Make one with `zhike account add NAME --role admin`, or listen on 127.0.0.1."
            ),
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


def serve(
    folder: Path,
    place: Listening,
    *,
    names: Iterable[str] = (),
    started: Callable[[], None] = lambda: None,
) -> None:
    """Answer until the process is told to stop; then what is being answered is finished.

    Args:
        folder: The workspace.
        place: Where to listen.
        names: Names that browsers use for this machine, besides its own.
        started: Called once, before the first answer.

    Raises:
        WorkspaceError: The folder is no workspace.
    """
    server = server_of(folder, place, names)
    started()
    with suppress(KeyboardInterrupt):  # it has stopped by then
        server.run(sockets=[place.opened])


def server_of(folder: Path, place: Listening, names: Iterable[str] = ()) -> uvicorn.Server:
    """What will answer, not running yet."""
    config = uvicorn.Config(
        application(folder, hosts=(*LOOPBACK, *_names_of(place), *names)),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOPPING_SECONDS,
    )
    return uvicorn.Server(config)


def _names_of(place: Listening) -> Iterator[str]:
    """What browsers may call this machine: where it listens everywhere, all its addresses."""
    if place.host not in EVERYWHERE:
        yield f"[{place.host}]" if ":" in place.host else place.host
        return
    yield socket.gethostname()
    for several in psutil.net_if_addrs().values():
        for item in several:
            if item.family in (socket.AF_INET, socket.AF_INET6):
                bare = item.address.partition("%")[0]
                yield f"[{bare}]" if ":" in bare else bare


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address or name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
