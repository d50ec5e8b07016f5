"""`zhike serve` listens on this machine alone, says where, and stops when told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from web.asking import Said, Site
from zhike.errors import InputError, UnavailableError
from zhike.web import listen, server_of
from zhike.workspace import Workspace

ZHIKE = (sys.executable, "-m", "zhike")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])  # noqa: S104
def test_nothing_beyond_this_machine_is_listened_to(host: str) -> None:
    with pytest.raises(InputError, match="no account yet") as refused:
        listen(host, 0)
    assert refused.value.code == "not_loopback"


def test_a_port_that_is_taken_is_a_sentence() -> None:
    first = listen("127.0.0.1", 0)
    with pytest.raises(UnavailableError, match="--port"):
        listen("127.0.0.1", first.port)
    first.opened.close()


def test_where_there_is_nothing_yet_a_workspace_is_made_and_served(tmp_path: Path) -> None:
    said, begun = served(tmp_path / "new", "/")
    assert Workspace.open(tmp_path / "new").sources() == []
    assert (said["folder"], begun.headers["location"]) == (str(tmp_path / "new"), "/begin")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear Ann")
    command = [*ZHIKE, "-C", str(tmp_path / "other"), "--json", "serve", "--port", "0"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "no_workspace" in refused.stdout + refused.stderr


def test_the_command_says_where_answers_and_stops(shop: Workspace) -> None:
    assert served(shop.folder, "/health")[1].json["status"] == "ok"


def served(folder: Path, path: str) -> tuple[dict[str, str], Said]:
    """What the command says, and what it answers at an address, until it is stopped."""
    command = [*ZHIKE, "-C", str(folder), "--json", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            lines = iter(running.stdout.readline, "}\n")
            said = json.loads("".join(lines) + "}")
            answer = Site.at(said["address"]).get(path)
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=30) == 0
        finally:
            running.kill()
    return said, answer


def test_other_commands_do_not_wait_for_web_frameworks() -> None:
    code = "import sys, zhike.cli; print([m for m in sys.modules if m in ('fastapi', 'uvicorn')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(("host", "name"), [("0.0.0.0", "shop.example"), ("127.0.0.1", "")])  # noqa: S104
def test_a_browser_calls_the_machine_by_a_name_that_was_given(
    host: str, name: str, shop: Workspace
) -> None:
    place = replace(listen("127.0.0.1", 0), host=host)  # what a test opens stays on this machine
    assert place.is_loopback == (not name)
    server = server_of(shop.folder, place, [name] if name else [])
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place.opened]})
    thread.start()
    site = Site.at(f"http://127.0.0.1:{place.port}")
    while not server.started:
        time.sleep(0.02)
    try:
        names = ("127.0.0.1", "shop.example", "evil.example")
        told = {asked: site.get("/health", host=asked).status for asked in names}
    finally:
        server.should_exit = True
        thread.join(timeout=30)
    assert told == {"127.0.0.1": 200, "shop.example": 200 if name else 400, "evil.example": 400}
