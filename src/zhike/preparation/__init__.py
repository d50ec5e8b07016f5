"""From what was landed to the standard tables, with an account of every record."""

from zhike.preparation.context import Context, Prepared
from zhike.preparation.prepare import prepare
from zhike.preparation.reasons import REASONS, REPAIRS
from zhike.preparation.settling import settle

__all__ = ["REASONS", "REPAIRS", "Context", "Prepared", "prepare", "settle"]
