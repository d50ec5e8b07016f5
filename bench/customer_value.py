"""Customer value, timed beside lifetimes and pymc-marketing: `python -m bench.customer_value`.

Buying histories are simulated (BG/NBD for BG/NBD, Pareto/NBD for Pareto/NBD) and every subject
fits the same rows in a process of its own; peers live in environments of their own, made here, and
are left out with the reason where they cannot be installed. `cold` is the first fit of a process,
`warm` the second. Then everybody is scored with all intervals, from a table of histories in the
engine to a file; and fits grow to ten million customers.

    python -m bench.customer_value                      all of it
    python -m bench.customer_value --only bg_nbd        one of bg_nbd, pareto_nbd, scoring, growth
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import CHECKOUT, RESULTS
from bench.measure import machine, measured, peer_python

PYTHON = [sys.executable, "-m"]
PEERS = {
    # lifetimes is no longer maintained: what it calls of NumPy, SciPy and pandas is gone since.
    "lifetimes": ("lifetimes==0.11.3", "numpy<2", "pandas<2.2", "scipy<1.12"),
    "pymc-marketing": ("pymc-marketing==0.19.2",),
}
MILLION, SMALL, MOST = 1_000_000, 100_000, 10_000_000
DAYS = 730
SAME = 1e-4
PARTS = ("bg_nbd", "pareto_nbd", "scoring", "growth")
TRUTH = {"bg_nbd": (0.6, 60.0, 0.8, 2.5), "pareto_nbd": (0.6, 60.0, 0.7, 250.0)}


def main() -> None:
    asked = parsed()
    parts = {"bg_nbd": bg_nbd, "pareto_nbd": pareto_nbd, "scoring": scoring, "growth": growth}
    found: dict[str, Any] = {"machine": machine()}
    for name in asked.only or PARTS:
        say(name)
        found[name] = parts[name]()
    text = json.dumps(found, indent=2)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "customer_value.json").write_text(text, encoding="utf-8")
    print(text)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS)
    return parser.parse_args()


def bg_nbd() -> dict[str, Any]:
    """A million customers: ours, lifetimes, and pymc-marketing's maximum a posteriori."""
    file = written("bg_nbd", MILLION)
    found = {"customers": MILLION, "ours": ours("bg_nbd", file)}
    for peer in PEERS:
        found[peer] = beside(peer, "bg_nbd", file, found["ours"])
    if "parameters" in found["lifetimes"]:
        apart = found["lifetimes"]["parameters_apart"]
        assert apart <= SAME, f"parameters differ from those of lifetimes by {apart}"
    return found


def pareto_nbd() -> dict[str, Any]:
    """A hundred thousand beside lifetimes; a million beside our own BG/NBD on the same rows."""
    small, million = written("pareto_nbd", SMALL), written("pareto_nbd", MILLION)
    few = {"customers": SMALL, "ours": ours("pareto_nbd", small)}
    few["lifetimes"] = beside("lifetimes", "pareto_nbd", small, few["ours"])
    many, simpler = (ours(model, million) for model in ("pareto_nbd", "bg_nbd"))
    return {
        "small": few,
        "million": {
            "ours": many,
            "bg_nbd": simpler,
            "times_bg_nbd": round(many["cold_seconds"] / simpler["cold_seconds"], 2),
        },
    }


def scoring() -> dict[str, Any]:
    """A million customers in the engine: histories, fits, and every value with its interval."""
    file = written("pareto_nbd", MILLION)
    seen = measured([*PYTHON, "bench.valuing", "score", str(file)], 1)
    return {
        "seconds": round(seen["seconds"], 1),
        "peak_mb": round(seen["peak_rss_mb"]),
        **seen["answers"],
    }


def growth() -> dict[str, Any]:
    """How a fit grows from one million to ten."""
    found: dict[str, Any] = {}
    for model in TRUTH:
        sizes = (MILLION, MOST)
        seen = {str(size): ours(model, written(model, size)) for size in sizes}
        small, large = (seen[str(size)]["warm_seconds"] for size in sizes)
        found[model] = {**seen, "times_ten_times_as_many": round(large / small, 2)}
    return found


def ours(model: str, file: Path) -> dict[str, Any]:
    seen = measured([*PYTHON, "bench.valuing", "fit", str(file), model], 1)
    return {"peak_mb": round(seen["peak_rss_mb"]), **seen["answers"]}


def beside(peer: str, model: str, file: Path, own: dict[str, Any]) -> dict[str, Any]:
    """A peer's fit of the same rows, and how many times ours is faster."""
    say(f"  {peer}")
    python = peer_python(RESULTS / peer, PEERS[peer])
    if isinstance(python, str):
        return {"skipped": python}
    script = str(CHECKOUT / "bench" / f"in_{peer.replace('-', '_')}.py")
    done = subprocess.run(
        [str(python), script, model, str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"skipped": done.stderr.strip().splitlines()[-1]}
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    theirs, mine = np.array(seen["parameters"]), np.array(own["parameters"])
    return {
        **seen,
        "parameters_apart": float(np.abs(theirs / mine - 1).max()),
        "ours_times_faster": round(seen["seconds"] / own["cold_seconds"], 1),
    }


def written(model: str, customers: int) -> Path:
    """The histories of so many simulated customers: `x`, `t_x`, `T`, in whole days."""
    folder = RESULTS / "customer_value"
    file = folder / f"{model}-{customers}.npz"
    if not file.exists():
        say(f"  simulating {customers:,} customers of {model}")
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / "draft.npz"
        np.savez(draft, **simulated(model, customers))
        draft.replace(file)
    return file


def simulated(model: str, customers: int) -> dict[str, Any]:
    chance = np.random.default_rng(20260101)
    r, alpha, one, other = TRUTH[model]
    end = chance.integers(0, DAYS, customers)
    rate = chance.gamma(r, 1 / alpha, customers)
    gone, leaves = end.astype(np.float64), np.zeros(customers)
    if model == "bg_nbd":
        leaves = chance.beta(one, other, customers)
    else:
        gone = np.minimum(gone, chance.exponential(1 / chance.gamma(one, 1 / other, customers)))
    count, last = np.zeros(customers, np.int64), np.zeros(customers)
    here, now = np.arange(customers), np.zeros(customers)
    while here.size:
        now += chance.exponential(1 / rate[here])
        still = now <= gone[here]
        here, now = here[still], now[still]
        count[here] += 1
        last[here] = now
        if model == "bg_nbd":
            stays = chance.random(here.size) > leaves[here]
            here, now = here[stays], now[stays]
    days = np.ceil(last).astype(np.int64)
    return {"x": np.minimum(count, days), "t_x": days, "T": end}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
