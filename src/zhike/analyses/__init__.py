"""Computed answers, one module each: found by name, imported when first asked for."""

from zhike.analyses.registry import REGISTRY, Registry
from zhike.analyses.results import as_json

__all__ = ["REGISTRY", "Registry", "as_json"]
