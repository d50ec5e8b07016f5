"""Final fates: what a batch's records are beside earlier batches of the same feed.

A thing (an order, a customer) told again with the same records is *unchanged*, with others
*updated*; a new one is *loaded*. The records of one thing share its fate, since a later export
replaces it whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import ibis
import ibis.expr.types as ir

from zhike.engines import Engine
from zhike.preparation.context import write
from zhike.preparation.ledger import count_fates

_ = ibis._


@dataclass(frozen=True)
class Settled:
    """The fates of a batch's records, once earlier batches were looked at.

    Attributes:
        fates: Fate to number of records; all six.
        reasons: Reason code to number of records that were not loaded.
    """

    fates: Mapping[str, int]
    reasons: Mapping[str, int]


def settle(engine: Engine, folder: Path, earlier: Sequence[Path]) -> Settled:
    """Settle the ledger in a folder against those of earlier batches of its feed, oldest first."""
    ledger = folder / "records.parquet"
    if earlier:
        records = engine.read_parquet([ledger])
        settled = folder / "settled.parquet"
        write(_settled(records, _last_told(engine, earlier)), settled, engine)
        settled.replace(ledger)
    return Settled(*count_fates(engine.read_parquet([ledger])))


def _settled(records: ir.Table, before: ir.Table) -> ir.Table:
    now = _contents(records)
    told = now.left_join(before, "key").select(
        known=now.key,
        fate_now=ibis.cases(
            (before.key.isnull(), "loaded"),
            ((before.content == now.content) & (before.records == now.records), "unchanged"),
            else_="updated",
        ),
    )
    joined = records.left_join(told, records.key == told.known)
    used = joined.fate == "loaded"
    fate = used.ifelse(ibis.coalesce(joined.fate_now, joined.fate), joined.fate)
    return joined.mutate(fate=fate).select(*records.columns)


def _last_told(engine: Engine, earlier: Sequence[Path]) -> ir.Table:
    """Each known thing as the last batch that holds it told it."""
    batches = [
        _contents(engine.read_parquet([folder / "records.parquet"])).mutate(
            place=ibis.literal(place, "int64")
        )
        for place, folder in enumerate(earlier)
    ]
    every = reduce(lambda left, right: left.union(right), batches)
    last = every.group_by("key").agg(place=_.place.max())
    return every.semi_join(last, ["key", "place"]).drop("place")


def _contents(records: ir.Table) -> ir.Table:
    """What is told of each thing, whatever the order of its records.

    The hashes are of MD5, so that another version of DuckDB finds the same things unchanged.
    """
    used = records.filter(~_.fate.isin(["rejected", "skipped"]), _.key.notnull())
    return used.group_by("key").agg(
        content=_.content_hash.cast("decimal(20, 0)").sum(), records=_.count()
    )
