"""Which engine answers to an address."""

from __future__ import annotations

from collections.abc import Callable

from zhike.engines.engine import Engine
from zhike.errors import ParameterError
from zhike.i18n import lazy

SCHEMES = ("duckdb",)


def engine_class(address: str) -> Callable[..., Engine]:
    """The class that opens an address: its scheme decides.

    Raises:
        ParameterError: No engine answers to that address.
    """
    scheme = address.partition(":")[0]
    if scheme == "duckdb":
        from zhike.engines.duckdb import DuckDBEngine

        return DuckDBEngine
    raise ParameterError.unknown(lazy("engine"), address, SCHEMES)
