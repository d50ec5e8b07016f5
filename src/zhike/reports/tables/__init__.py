"""Tables for other programs: CSV, Parquet, DuckDB and SPSS, each with what its columns mean."""

from zhike.reports.tables.contents import (
    ExportColumn,
    ExportTable,
    customer_export,
    customer_list,
    list_export,
    result_exports,
)
from zhike.reports.tables.csv_files import write_csv
from zhike.reports.tables.duckdb_files import write_duckdb
from zhike.reports.tables.parquet_files import write_parquet
from zhike.reports.tables.sav_files import write_sav

__all__ = [
    "ExportColumn",
    "ExportTable",
    "customer_export",
    "customer_list",
    "list_export",
    "result_exports",
    "write_csv",
    "write_duckdb",
    "write_parquet",
    "write_sav",
]
