"""Which engine answers to an address."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from zhike.engines.engine import Engine
from zhike.errors import ParameterError
from zhike.i18n import lazy

ENGINES = {
    "duckdb": "zhike.engines.duckdb:DuckDBEngine",
    "postgres": "zhike.engines.postgres:PostgresEngine",
    "postgresql": "zhike.engines.postgres:PostgresEngine",
    "spark": "zhike.engines.spark:SparkEngine",
}
"""Scheme of an address to the class that opens it; imported only when asked for."""


def engine_class(address: str) -> Callable[..., Engine]:
    """The class that opens an address: its scheme decides.

    Raises:
        ParameterError: No engine answers to that address.
    """
    scheme = address.partition(":")[0]
    if scheme not in ENGINES:
        raise ParameterError.unknown(lazy("engine"), scheme, ENGINES)
    module, _, name = ENGINES[scheme].partition(":")
    found: Callable[..., Engine] = getattr(import_module(module), name)
    return found
