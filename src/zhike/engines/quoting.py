"""Names and texts as DuckDB's SQL writes them."""

from __future__ import annotations


def quoted(name: str) -> str:
    """A name of a table or a column.

    Examples:
        >>> print(quoted('the "best" of them'))
        "the ""best"" of them"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text.

    Examples:
        >>> print(literal("O'Neil"))
        'O''Neil'
    """
    return "'" + text.replace("'", "''") + "'"
