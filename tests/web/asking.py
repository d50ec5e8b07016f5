"""A server for tests, and requests to it as plain as they can be."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhike.web import listen, server_of


@dataclass(frozen=True)
class Said:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Site:
    address: str
    port: int

    @classmethod
    def at(cls, address: str) -> Site:
        """What answers at an address of this machine."""
        return cls(address.rstrip("/"), int(address.rstrip("/").rpartition(":")[2]))

    def get(self, path: str, **headers: str) -> Said:
        return self.ask("GET", path, headers)

    def post(self, path: str, body: str | bytes, **headers: str) -> Said:
        return self.ask("POST", path, headers, body)

    def ask_bytes(self, path: str) -> tuple[Mapping[str, str], bytes]:
        """What travels to a browser that unpacks gzip."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"accept-encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return {name.lower(): value for name, value in answer.getheaders()}, body

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str | bytes | None = None
    ) -> Said:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        lower = {name.lower(): value for name, value in answer.getheaders()}
        return Said(answer.status, lower, text)


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """The workspace, served on a free port until the block ends."""
    place = listen("127.0.0.1", 0)
    server = server_of(folder, place)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place.opened]})
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield Site(place.address.rstrip("/"), place.port)
    finally:
        server.should_exit = True
        thread.join(timeout=30)
