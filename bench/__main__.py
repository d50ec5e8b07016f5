"""`make bench`: every subject in a process of its own, in one run; ratios as JSON.

    make bench                                    1M and 10M order lines
    make bench BENCH_OPTIONS="--lines 1000000"    only these
    make bench BENCH_OPTIONS=--big                and 50M lines through ours

Nothing here is a test: a figure depends on the machine, a ratio somewhat less. Where others use the
machine meanwhile, `cpu_seconds` (of all threads) say more than `seconds`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.data import CHECKOUT, RESULTS
from bench.measure import differences, machine, measured, peer_python

AS_OF = "2025-07-01"
ANALYSES = ("overview", "rfm", "abc", "lifecycle", "cohorts")
PYTHON = [sys.executable, "-m"]
PEER = "openretailscience==0.48.1"
IMPORTED = (1_000_000, 5_000_000)
BIG = 50_000_000


def main() -> None:
    options = parsed()
    repeats = options.repeats
    found: dict[str, Any] = {"machine": machine(), "repeats": repeats}
    peer = peer_python(RESULTS / "openretailscience", (PEER,))
    found["analyses"] = {str(lines): analyses(lines, repeats, peer) for lines in options.lines}
    if not options.no_import:
        found["import"] = importing(repeats)
    found["help_seconds"] = help_seconds()
    if options.big:
        found["big"] = big()
    if not options.no_value:
        found["customer_value"] = customer_value()
    text = json.dumps(found, indent=2, ensure_ascii=False)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "latest.json").write_text(text, encoding="utf-8")
    print(text)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--big", action="store_true", help="also 50M lines through ours")
    parser.add_argument("--no-import", action="store_true")
    parser.add_argument("--no-value", action="store_true", help="without models of buying")
    return parser.parse_args()


def analyses(lines: int, repeats: int, peer: Path | str) -> dict[str, Any]:
    """All five together and each alone, beside the floor, pandas and the peer."""
    say(f"{lines:,} order lines: simulating")
    folder = simulated(lines)
    say("  the floor")
    floor = measured([*PYTHON, "bench.floor", folder], repeats)
    rows = {"together": compared(list(ANALYSES), folder, floor, repeats)}
    for name in ANALYSES:
        rows[name] = compared([name], folder, floor, repeats)
        if name in PEER_CUSTOMERS:
            rows[name]["openretailscience"] = beside_peer(name, folder, rows[name], peer, repeats)
    for row in rows.values():
        del row["answers"]
    return {"floor": shown(floor), **rows, "everything": everything(folder, floor)}


def everything(folder: str, floor: dict[str, Any]) -> dict[str, Any]:
    """All analyses that there are and what stands out, once, with what each took."""
    say("  everything")
    ours = measured([*PYTHON, "bench.everything", folder, AS_OF], 1)
    return {
        "ours": shown(ours),
        "times_the_floor": round(ours["seconds"] / floor["seconds"], 2),
        **ours["answers"],
    }


def compared(names: list[str], folder: str, floor: dict[str, Any], repeats: int) -> dict[str, Any]:
    """Ours beside pandas and the floor; the two must say the same."""
    say(f"  {' + '.join(names)}: ours, pandas")
    arguments = [json.dumps(names), folder, AS_OF]
    ours = measured([*PYTHON, "bench.ours", *arguments], repeats)
    pandas = measured([*PYTHON, "bench.in_pandas", *arguments], repeats)
    faults = differences(ours["answers"], pandas["answers"])
    assert not faults, "\n".join(faults[:20])
    return {
        "ours": shown(ours),
        "pandas": shown(pandas),
        "answers": ours["answers"],
        "equal_answers": True,
        "times_the_floor": round(ours["seconds"] / floor["seconds"], 2),
        "times_faster_than_pandas": round(pandas["seconds"] / ours["seconds"], 2),
    }


def beside_peer(
    name: str, folder: str, row: dict[str, Any], peer: Path | str, repeats: int
) -> dict[str, Any]:
    """The peer from the standard tables, as ours; on a flat file of lines; and on orders alone."""
    if isinstance(peer, str):
        return {"skipped": peer}
    script = str(CHECKOUT / "bench" / "in_openretailscience.py")
    found: dict[str, Any] = {}
    for grain in ("tables", "lines", "orders"):
        say(f"  {name}: openretailscience on {grain}")
        theirs = measured([str(peer), script, name, grain, folder, AS_OF], repeats)
        assert theirs["answers"]["customers"] == PEER_CUSTOMERS[name](row["answers"]), theirs
        faster = round(theirs["seconds"] / row["ours"]["seconds"], 2)
        found[grain] = {**shown(theirs), "ours_times_faster": faster}
    return found


def cohort_sizes(answers: dict[str, Any]) -> float:
    return sum(cell[0] for name, cell in answers.items() if name.endswith("+0"))


# Its scores are quintiles by row order, so that what can be equal is who was counted.
PEER_CUSTOMERS = {
    "rfm": lambda answers: sum(answers["rfm"].values()),
    "cohorts": lambda answers: cohort_sizes(answers["cohorts"]),
}


def importing(repeats: int) -> dict[str, Any]:
    """GB18030 rows to standard tables with ledger, beside a bare read of the same in UTF-8."""
    found: dict[str, Any] = {}
    for lines in IMPORTED:
        say(f"Importing {lines:,} rows")
        subprocess.run([*PYTHON, "bench.importing", "write", str(lines)], check=True)
        runs = repeats if lines == IMPORTED[0] else 1
        ours = measured([*PYTHON, "bench.importing", "ours", str(lines)], runs)
        bare = measured([*PYTHON, "bench.importing", "duckdb", str(lines)], runs)
        said = ours["answers"]
        assert said["rows_read"] == said["balances"] == bare["answers"]["rows_read"], said
        found[str(lines)] = {
            "rows": said["rows_read"],
            "ours": shown(ours),
            "duckdb": shown(bare),
            "times_a_bare_read": round(ours["seconds"] / bare["seconds"], 2),
        }
    few, many = (found[str(lines)]["ours"]["peak_rss_mb"] for lines in IMPORTED)
    return {**found, "memory_growth": round(many / few, 2)}


def big() -> dict[str, Any]:
    """All analyses over 50M lines: does it end, and with how much memory?"""
    say(f"{BIG:,} order lines: simulating")
    folder = simulated(BIG)
    say("  all analyses: ours")
    return shown(measured([*PYTHON, "bench.ours", json.dumps(ANALYSES), folder, AS_OF], 1))


def customer_value() -> dict[str, Any]:
    """Models of buying beside lifetimes and pymc-marketing (`python -m bench.customer_value`)."""
    say("Customer value")
    done = subprocess.run(
        [*PYTHON, "bench.customer_value"], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def help_seconds() -> float:
    """How long `zhike --help` takes."""
    command = [str(Path(sys.executable).with_name("zhike")), "--help"]

    def once() -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start

    once()
    return round(median(once() for _ in range(5)), 3)


def simulated(lines: int) -> str:
    done = subprocess.run(
        [*PYTHON, "bench.data", str(lines)], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def shown(measure: dict[str, Any]) -> dict[str, float]:
    digits = {"seconds": 3, "cpu_seconds": 3, "peak_rss_mb": 0}
    return {name: round(measure[name], places) for name, places in digits.items()}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
