"""Expressions of metrics: `net_revenue / customers`, read and checked, never executed."""

from zhike.catalogue.formulas.nodes import (
    Aggregate,
    Constant,
    Formula,
    Named,
    Negative,
    Operation,
    leaves_of,
)
from zhike.catalogue.formulas.reading import parse_formula
from zhike.catalogue.formulas.values import counted_in, value_of
from zhike.catalogue.formulas.writing import Wording

__all__ = [
    "Aggregate",
    "Constant",
    "Formula",
    "Named",
    "Negative",
    "Operation",
    "Wording",
    "counted_in",
    "leaves_of",
    "parse_formula",
    "value_of",
]
