"""Our analyses on the shop's Parquet: `python -m bench.ours NAMES FOLDER AS_OF`.

What one customer gets (scores, classes, stages) is computed for every customer and kept, as an
analysis page would open it, though a result would keep it lazy; beside the facts about customers,
which are there already, as data frames share their columns.
"""

from __future__ import annotations

import gc
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.measure import Answers, report
from zhike.analyses import REGISTRY
from zhike.engines import Engine, open_engine
from zhike.schema import TABLE_NAMES, Shop

EACH_CUSTOMER = {
    "rfm": ("scores", ("recency_score", "frequency_score", "monetary_score", "segment", "type")),
    "abc": ("members", ("abc_class",)),
    "lifecycle": ("members", ("stage",)),
}


def shop_of(engine: Engine, folder: Path, as_of: date) -> Shop:
    tables = {
        path.stem: engine.read_parquet([path])
        for path in sorted(folder.glob("*.parquet"))
        if path.stem in TABLE_NAMES
    }
    return Shop(engine, tables, as_of=as_of)


def warmed() -> Engine:
    """An engine that has answered once.

    What the peers import before their clock starts is imported here: pandas, which Ibis and Arrow
    load with the first answer, and what the engine loads with the first query.
    """
    gc.set_threshold(100_000, 20, 20)  # as the command line does
    engine = open_engine()
    engine.load("first", {"number": [0]}).to_pyarrow()
    return engine


def main(names: list[str], folder: Path, as_of: date) -> None:
    kinds = {name: REGISTRY[name] for name in names}
    warmed().close()

    def work() -> Any:
        engine = open_engine()
        shop = shop_of(engine, folder, as_of)
        results = {name: kind().run(shop) for name, kind in kinds.items()}
        each = {
            name: engine.materialise(getattr(results[name], rows).select("customer_id", *columns))
            for name, (rows, columns) in EACH_CUSTOMER.items()
            if name in names
        }
        return lambda: {name: ANSWERS[name](results[name], each.get(name)) for name in names}

    report(work)


def rfm(_result: Any, scores: Any) -> Answers:
    names = ("recency_score", "frequency_score", "monetary_score")
    cells = scores.group_by(*names).agg(n=scores.count()).to_pyarrow().to_pylist()
    return {"".join(str(cell[name]) for name in names): cell["n"] for cell in cells}


def overview(result: Any, _each: Any) -> Answers:
    rows = result.metrics.to_pylist()
    columns = ("value", "previous", "last_year")
    shown = ("revenue", "customers", "new_customers")
    return {
        "metrics": {name: {row["metric"]: row[name] for row in rows} for name in columns},
        "months": {
            row["month"]: {name: row[name] for name in shown} for row in result.months.to_pylist()
        },
    }


def abc(result: Any, _each: Any) -> Answers:
    def classes(table: pa.Table, of: str, gini: float | None) -> Answers:
        return {"gini": gini, **{row["abc_class"]: row[of] for row in table.to_pylist()}}

    return {
        "customers": classes(result.customer_classes, "customers", result.customer_gini),
        "products": classes(result.product_classes, "products", result.product_gini),
    }


def lifecycle(result: Any, _each: Any) -> Answers:
    def counts(row: dict[str, Any]) -> Answers:
        return {name: number for name, number in row.items() if name != "month" and number}

    return {
        "now": {row["stage"]: row["customers"] for row in result.stages.to_pylist()},
        "months": {row["month"]: counts(row) for row in result.months.to_pylist()},
        "moved": {
            f"{row['before']}>{row['after']}": row["customers"]
            for row in result.transitions.to_pylist()
        },
    }


def cohorts(result: Any, _each: Any) -> Answers:
    names = ("customers", "revenue", "retention", "revenue_per_customer")
    return {
        f"{row['cohort']}+{row['period']}": [row[name] for name in names]
        for row in result.cells.to_pylist()
        if row["customers"] or row["revenue"]
    }


ANSWERS = {
    "overview": overview,
    "rfm": rfm,
    "abc": abc,
    "lifecycle": lifecycle,
    "cohorts": cohorts,
}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
