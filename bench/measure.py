"""One subject, measured in a process of its own: seconds, peak memory, and what it answered."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Answers = Mapping[str, Any]


def report(work: Callable[[], Callable[[], Answers]]) -> None:
    """Time `work` and print its measure; what it gives back makes the answers, untimed."""
    start, started = time.perf_counter(), time.process_time()
    answers = work()
    measure = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - started,
        "peak_rss_mb": peak_rss_mb(),
    }
    print(json.dumps({**measure, "answers": answers()}))


def peak_rss_mb() -> float:
    """The most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would carry over the parent's
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measured(command: list[str], repeats: int) -> dict[str, Any]:
    """Medians over runs of a command that prints a measure; its answers must not vary."""
    runs = []
    for _ in range(repeats):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        "seconds": statistics.median(run["seconds"] for run in runs),
        "cpu_seconds": statistics.median(run["cpu_seconds"] for run in runs),
        "peak_rss_mb": max(run["peak_rss_mb"] for run in runs),
        "answers": runs[0]["answers"],
    }


def differences(ours: Any, theirs: Any, place: str = "") -> list[str]:
    """Where two answers differ by more than floating point explains."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        keys = sorted({*ours, *theirs})
        return [
            fault
            for key in keys
            for fault in differences(ours.get(key), theirs.get(key), f"{place}/{key}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list):
        ours, theirs = dict(enumerate(ours)), dict(enumerate(theirs))
        return differences(ours, theirs, place)
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        close = abs(ours - theirs) <= max(1e-6, 1e-9 * abs(ours))
        return [] if close else [f"{place}: {ours} is not {theirs}"]
    return [] if ours == theirs else [f"{place}: {ours} is not {theirs}"]


def machine() -> dict[str, Any]:
    return {
        "processors": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
    }


def peer_python(home: Path, packages: Sequence[str]) -> Path | str:
    """The interpreter of an environment with these packages, or why there is none."""
    python, complete = home / "bin" / "python", home / "complete"
    if complete.exists():
        return python
    for command in (
        ["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(home)],
        ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python),
         *packages],
    ):  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            return "uv is not on the path, so that the environment cannot be made"
        except subprocess.CalledProcessError as fault:
            said = fault.stderr.strip().splitlines()
            return f"{packages[0]} cannot be installed: {said[-1] if said else fault}"
    complete.touch()
    return python
