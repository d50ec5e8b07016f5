"""Fields that a company defines of its own: declared in `zhike.toml`, filled in the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa

CustomType = Literal["text", "number", "day", "flag", "choice"]
CUSTOM_TYPES: tuple[str, ...] = get_args(CustomType)

_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "day": pa.date32(),
    "flag": pa.bool_(),
    "choice": pa.string(),
}


@dataclass(frozen=True, kw_only=True)
class CustomField:
    """One field of a company's own, one value a customer.

    Attributes:
        name: Column of the table `custom_fields`, and its name in conditions and rules.
        type: How its values are written and compared.
        label: What people call it, as they wrote it.
        choices: What may be chosen, of a field of type "choice".
        required: Whether a value, once there, may not be cleared.
        hidden: Whether it is left out everywhere; its values are kept.

    Examples:
        >>> CustomField(name="pet", type="flag", label="养宠物").arrow_type
        DataType(bool)
    """

    name: str
    type: CustomType = "text"
    label: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    hidden: bool = False

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type of its values."""
        return _ARROW[self.type]
