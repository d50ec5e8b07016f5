"""Spark: for data that outgrow one machine; local as well, which is how it is tested."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.engines.arrow import as_arrow
from zhike.errors import UnavailableError
from zhike.i18n import lazy

LOCAL_PARTITIONS = 4
"""Parts a local shuffle is split into; Spark's own 200 is for clusters."""


class SparkEngine:
    """A Spark session in UTC; what is kept is checkpointed, so that plans stay short.

    Args:
        address: "spark" for this machine, "spark://host:port" for a cluster.
        memory: Most that the driver may hold, such as "2g".
        threads: Most threads on this machine; 0 means all.

    Raises:
        UnavailableError: The extra or Java is not installed, or the cluster does not answer.
    """

    name = "spark"

    def __init__(self, address: str = "spark", *, memory: str = "", threads: int = 0) -> None:
        self._session = _session(address, memory, threads)
        self.connection = ibis.pyspark.connect(self._session)
        self._numbers = itertools.count()

    def read_parquet(self, paths: list[Path]) -> ir.Table:
        """The rows of Parquet files with one schema, as a lazy table."""
        frame = self._session.read.parquet(*(str(path) for path in paths))
        return self._viewed(f"read_{next(self._numbers)}", frame)

    def load(self, name: str, rows: Any) -> ir.Table:
        """Arrow, pandas or polars rows as a view of this session."""
        return self._viewed(name, self._session.createDataFrame(as_arrow(rows)))

    def materialise(self, expression: ir.Table, *, wide: bool = False) -> ir.Table:
        """The expression computed once and kept until the engine is closed."""
        frame = self._session.sql(self.connection.compile(expression))
        return self._viewed(f"kept_{next(self._numbers)}", frame.localCheckpoint())

    def close(self) -> None:
        """Let go of what was kept, and of the session."""
        self._session.stop()

    def _viewed(self, name: str, frame: Any) -> ir.Table:
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)


def _session(address: str, memory: str, threads: int) -> Any:
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as fault:
        raise UnavailableError(
            lazy("Spark needs a part that is not installed."),
            hint=lazy("Install it: pip install 'zhike[spark]', and Java 17."),
            code="spark_missing",
        ) from fault
    is_local = address == "spark"
    builder = (
        SparkSession.builder.appName("zhike")
        .master(f"local[{threads or '*'}]" if is_local else address)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    if is_local:
        builder = builder.config("spark.sql.shuffle.partitions", str(LOCAL_PARTITIONS))
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1")
    if memory:
        builder = builder.config("spark.driver.memory", memory.lower())
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError as fault:
        raise UnavailableError(
            lazy("Spark does not start: {reason}", reason=str(fault).strip()),
            hint=lazy("It needs Java 17 or later; on Debian: apt install openjdk-17-jre-headless."),
            code="spark_unreachable",
        ) from fault
