"""An empty table to fill in, for those who begin by typing."""

from __future__ import annotations

from zhike.schema.fields import Field
from zhike.schema.tables import standard_table


def template_header(table: str) -> tuple[str, ...]:
    """The headers to type under, in the language of the moment, what is required first.

    A file with these headers is read back without a question.

    Args:
        table: Name of a standard table.

    Raises:
        ParameterError: There is no such table.

    Examples:
        >>> template_header("orders")[:3]
        ('Order id', 'Ordered at', 'Customer id')
    """
    fields = [item for item in standard_table(table).fields if not item.derived]
    return tuple(str(item.label) for item in sorted(fields, key=_optional))


def _optional(item: Field) -> bool:
    return not item.required
