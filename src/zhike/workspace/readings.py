"""File readings in terms of JSON, as batches and mappings keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from zhike.preparation.mapping import from_json, to_json
from zhike.preparation.reading import FileReading


def reading_as_json(reading: FileReading) -> dict[str, Any]:
    """A reading in terms of JSON."""
    value: dict[str, Any] = json.loads(to_json(reading))
    return value


def reading_from_json(value: Mapping[str, Any]) -> FileReading:
    """The reading that `reading_as_json` gave."""
    return from_json(json.dumps(value))
