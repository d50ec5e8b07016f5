"""Where relational work runs: DuckDB embedded by default, PostgreSQL and Spark by configuration."""

from zhike.engines.engine import Engine, open_engine

__all__ = ["Engine", "open_engine"]
