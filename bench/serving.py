"""How quickly pages answer under load: `python -m bench.serving WORKSPACE [--seconds 300]`.

Arrivals are open: a reader comes when the clock says so, whether or not those before have been
answered, and waits from then on. Readers keep their connection and what they were sent, as a
browser does, so that some answers are "still the same". Prints JSON: of each kind of page how many
were asked for and how long they took, what failed, and the memory of the server over time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

READY_SECONDS = 600
RULES = ("recency_days > 90 and monetary > 500", "frequency >= 3", "stage = 'loyal'")
PAGES: dict[str, tuple[int, tuple[str, ...]]] = {
    "overview": (30, ("/",)),
    "overview JSON": (5, ("/api/v1/overview",)),
    "analyses": (8, ("/analyses",)),
    "an analysis": (
        20,
        tuple(f"/analyses/{name}" for name in ("rfm", "lifecycle", "cohorts", "churn", "clv")),
    ),
    "metrics": (5, ("/metrics",)),
    "customers": (8, ("/customers",)),
    "customers by rule and order": (
        12,
        tuple(
            f"/customers?rule={quote(rule)}&sort={sort}"
            for rule in RULES
            for sort in ("-monetary", "recency_days", "-frequency")
        ),
    ),
    "search": (4, ("/search?q=wang", "/search?q=1380", "/search?q=revenue")),
    "a customer": (8, ()),
}
"""Kind of page to how often of a hundred it is asked for, and its addresses."""


@dataclass
class Reader:
    """A browser: one connection, and the tags of what it has."""

    port: int
    language: str
    tags: dict[str, str] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)
    connection: http.client.HTTPConnection | None = None

    def ask(self, address: str) -> int:
        """The status of the answer; 0 where there was none."""
        headers = {"accept-language": self.language, "accept-encoding": "gzip"}
        if address in self.tags:
            headers["if-none-match"] = self.tags[address]
        with self.turn:
            answer = self._answer(address, headers)
        if answer is None:
            return 0
        tag = answer.getheader("etag")
        if tag:
            self.tags[address] = tag
        return answer.status

    def _answer(self, address: str, headers: dict[str, str]) -> http.client.HTTPResponse | None:
        """What comes back, read; a connection that had been closed meanwhile is opened anew."""
        for kept in (self.connection, None):
            connection = kept or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", address, headers=headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self.connection = None
                if kept is None:
                    return None
                continue
            self.connection = connection
            return answer
        return None


@dataclass
class Load:
    """What is asked of a server, and what came of it."""

    port: int
    seconds: float
    rate: float
    sessions: int
    customers: list[str]
    took: dict[str, list[float]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def put_on(self, seed: int = 1) -> None:
        """Ask until the time is over."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        readers = [Reader(self.port, chance.choice(("zh-CN", "en"))) for _ in range(self.sessions)]
        kinds, weights = list(PAGES), [weight for weight, _ in PAGES.values()]
        began = time.perf_counter()
        due = 0.0
        with ThreadPoolExecutor(self.sessions) as threads:
            while due < self.seconds:
                kind = chance.choices(kinds, weights)[0]
                addresses = PAGES[kind][1] or tuple(f"/customers/{it}" for it in self.customers)
                time.sleep(max(began + due - time.perf_counter(), 0))
                reader, address = chance.choice(readers), chance.choice(addresses)
                threads.submit(self._one, reader, kind, address, began + due)
                due += chance.expovariate(self.rate)

    def _one(self, reader: Reader, kind: str, address: str, due: float) -> None:
        status = reader.ask(address)
        self.took.setdefault(kind, []).append(time.perf_counter() - due)
        if status not in (200, 304):
            self.failed.append(f"{status} {address}")

    def told(self) -> dict[str, Any]:
        """The figures, in milliseconds."""
        return {
            kind: {
                "asked": len(times),
                "p50": round(statistics.median(times) * 1000, 1),
                "p95": round(_share(times, 0.95) * 1000, 1),
                "most": round(max(times) * 1000, 1),
            }
            for kind, times in sorted(self.took.items())
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--sessions", type=int, default=100)
    given = parser.parse_args()
    port = _free_port()
    command = [sys.executable, "-m", "zhike", "-C", str(given.workspace), "serve"]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        first = Reader(port, "en")
        ready, customers = _made_ready(first)
        load = Load(port, given.seconds, given.rate, given.sessions, customers)
        memory: list[int] = []
        watched = threading.Event()
        watch = threading.Thread(target=_watch, args=(server.pid, memory, watched))
        watch.start()
        load.put_on()
        watched.set()
        watch.join()
        print(
            json.dumps(
                {
                    "seconds_until": ready,
                    "pages": load.told(),
                    "failed": len(load.failed),
                    "failures": sorted(set(load.failed))[:10],
                    "rss_mb": memory,
                },
                indent=2,
            )
        )
    finally:
        server.terminate()
        server.wait()


def _made_ready(reader: Reader) -> tuple[dict[str, float], list[str]]:
    """Seconds until pages, customers and what is expected of each are there, and some of them."""
    began, took = time.perf_counter(), dict[str, float]()
    _wait(reader, "/", began)
    took["first page"] = time.perf_counter() - began
    _wait(reader, "/api/v1/customers", began)
    customers = [row["customer_id"] for row in _json(reader, "/api/v1/customers")["customers"]]
    took["customers"] = time.perf_counter() - began
    while _json(reader, f"/api/v1/customers/{customers[0]}")["outlook"] is None:
        if time.perf_counter() - began > READY_SECONDS:
            raise SystemExit("What is to be expected of customers was not there in time")
        time.sleep(1)
    took["outlook"] = time.perf_counter() - began
    return {name: round(seconds, 1) for name, seconds in took.items()}, customers


def _json(reader: Reader, address: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", reader.port, timeout=60)
    connection.request("GET", address)
    said = json.loads(connection.getresponse().read())
    connection.close()
    return said


def _wait(reader: Reader, address: str, began: float) -> None:
    while reader.ask(address) != 200:
        if time.perf_counter() - began > READY_SECONDS:
            raise SystemExit(f"{address} did not answer within {READY_SECONDS} seconds")
        reader.tags.clear()
        time.sleep(0.2)


def _watch(pid: int, memory: list[int], over: threading.Event) -> None:
    process = psutil.Process(pid)
    while not over.wait(10):
        memory.append(round(process.memory_info().rss / 2**20))


def _share(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


if __name__ == "__main__":
    main()
