"""Which standard table a file is, and which column is which field."""

from zhike.preparation.mapping.questions import UnclearError
from zhike.preparation.mapping.stored import from_json, signature, to_json
from zhike.preparation.mapping.suggestion import suggest

__all__ = ["UnclearError", "from_json", "signature", "suggest", "to_json"]
