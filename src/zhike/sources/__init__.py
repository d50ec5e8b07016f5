"""Reading the outside: files of any usual kind as raw tables, every record accounted for."""

from zhike.sources.landing import content_hash, write_parquet
from zhike.sources.opening import SourceOptions, files_at, open_source
from zhike.sources.streams import refuse_packed_bomb
from zhike.sources.tables import LEDGER_COLUMNS, Progress, RawTable, landing_schema

__all__ = [
    "LEDGER_COLUMNS",
    "Progress",
    "RawTable",
    "SourceOptions",
    "content_hash",
    "files_at",
    "landing_schema",
    "open_source",
    "refuse_packed_bomb",
    "write_parquet",
]
