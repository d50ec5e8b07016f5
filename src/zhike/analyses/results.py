"""A result as JSON: one shape for every analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhike.catalogue.analysis import Analysis, Result
from zhike.i18n import LazyText


def as_json(result: Result, analysis: Analysis) -> dict[str, Any]:
    """A result in terms of JSON: words in the language of the moment, no NaN.

    Returns:
        `analysis`, `as_of`, `params`, `numbers`, `tables` (name to rows as objects; only the
        bounded ones, never one row a customer) and `findings`.

    Examples:
        >>> from zhike.analyses import REGISTRY
        >>> from zhike.datasets import corner_shop
        >>> rfm = REGISTRY["rfm"]()
        >>> as_json(rfm.run(corner_shop()), rfm)["numbers"]["customers"]
        3.0
    """
    as_of = getattr(result, "as_of", analysis.as_of)
    params = {item.name: getattr(analysis, item.name) for item in fields(analysis)}
    bounded = {
        item.name: getattr(result, item.name)
        for item in fields(result)  # type: ignore[arg-type]
        if isinstance(getattr(result, item.name), pa.Table)
    }
    return {
        "analysis": analysis.name,
        "as_of": _plain(as_of),
        "params": _plain(params | {"as_of": as_of}),
        "numbers": _plain(result.numbers),
        "tables": {name: _plain(table.to_pylist()) for name, table in bounded.items()},
        "findings": [
            {item.name: _plain(getattr(finding, item.name)) for item in fields(finding)}
            for finding in result.findings()
        ],
    }


def _plain(value: Any) -> Any:
    match value:
        case float():
            plain: Any = value if math.isfinite(value) else None
        case Decimal():
            plain = float(value)
        case date():
            plain = value.isoformat()
        case LazyText():
            plain = str(value)
        case Mapping():
            plain = {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            plain = [_plain(item) for item in value]
        case _:
            plain = value
    return plain
