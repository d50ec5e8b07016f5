"""Numbers inside sentences, written in the language of the moment they are read."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.blocks import Format, write_value


@dataclass(frozen=True)
class Shown:
    """A value that a lazy sentence carries until somebody reads it.

    Examples:
        >>> f"{Shown(0.25, 'share')} of {Shown(1204, 'count')}"
        '25.0% of 1,204'
    """

    value: object
    format: Format
    currency: str = ""

    def __str__(self) -> str:
        return write_value(self.value, self.format, self.currency)
