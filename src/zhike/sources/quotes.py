"""Where records end in a block of delimited bytes, found without reading its cells.

In well-formed text every quote with an even number of quotes before it opens a cell (or is the
second of a doubled pair), and every other closes one (or is the first of a pair). Where all
quotes of a block obey that, a line end with an even number of quotes before it ends a record, and
a fast parser may be trusted with the block. All of it is vectorised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.sources.records import RECORD_LIMIT_CHARS

Positions = npt.NDArray[np.int64]

_MOST_OPEN_BYTES = 4 * RECORD_LIMIT_CHARS
_QUOTE, _LF, _CR, _EQUALS, _SPACE, _TAB = b'"\n\r= \t'


@dataclass(frozen=True)
class Quoting:
    """The quotes of a block.

    Attributes:
        positions: Where they are.
        prefixes: Signs before an opening quote that are no part of the cell, as in `="0012"`.
        fault: Place of the first quote that does not obey, None where all do.
    """

    positions: Positions
    prefixes: Positions
    fault: int | None = None

    def before(self, end: int) -> Quoting:
        """The quotes of the block cut at `end`, a place before any fault."""
        return Quoting(
            self.positions[: np.searchsorted(self.positions, end)],
            self.prefixes[: np.searchsorted(self.prefixes, end)],
        )


NO_QUOTES = Quoting(np.empty(0, np.int64), np.empty(0, np.int64))


def quoting(block: bytes, delimiter: bytes, *, final: bool = True) -> Quoting:
    """The quotes of a block that begins at a record.

    Args:
        block: Bytes of text.
        delimiter: What separates cells.
        final: Whether nothing follows the block, so that a quote still open is a fault.

    Examples:
        >>> quoting(b'a,"b ""c"" d"', b",").fault, quoting(b'a,b"c', b",").fault
        (None, 3)
    """
    if b'"' not in block:
        return NO_QUOTES
    signs = np.frombuffer(block, np.uint8)
    at = np.flatnonzero(signs == _QUOTE)
    opening, closing = at[0::2], at[1::2]
    boundary = np.zeros(256, bool)
    boundary[[_LF, _CR, delimiter[0]]] = True
    opens, prefixed = _opens(signs, opening, at[1:-1:2], boundary)
    closes = _closes(signs, closing, at[2::2], boundary)
    closes &= closing - opening[: len(closing)] <= RECORD_LIMIT_CHARS
    faults = [*opening[~opens][:1], *closing[~closes][:1]]
    if len(opening) > len(closing):
        open_bytes = len(signs) - opening[-1]
        faults += [opening[-1]] if final or open_bytes > _MOST_OPEN_BYTES else []
    return Quoting(at, opening[prefixed] - 1, int(min(faults)) if faults else None)


def _opens(
    signs: npt.NDArray[np.uint8],
    opening: Positions,
    closed_before: Positions,
    boundary: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    before = np.where(opening > 0, signs[np.maximum(opening - 1, 0)], _LF)
    two_before = np.where(opening > 1, signs[np.maximum(opening - 2, 0)], _LF)
    sign = (before == _EQUALS) | (before == _SPACE) | (before == _TAB)
    prefixed = sign & ~boundary[before] & boundary[two_before]
    doubled = np.zeros(len(opening), bool)
    doubled[1:] = closed_before[: len(opening) - 1] == opening[1:] - 1
    return boundary[before] | prefixed | doubled, prefixed


def _closes(
    signs: npt.NDArray[np.uint8],
    closing: Positions,
    opened_after: Positions,
    boundary: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    last = len(signs) - 1
    after = np.where(closing < last, signs[np.minimum(closing + 1, last)], _LF)
    doubled = np.zeros(len(closing), bool)
    doubled[: len(opened_after)] = opened_after == closing[: len(opened_after)] + 1
    return boundary[after] | doubled


def last_record_end(block: bytes, quotes: Quoting) -> int:
    """Where the last whole record before any fault ends; 0 when there is none."""
    if not len(quotes.positions):
        return block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, -1) + 1
    ends = record_ends(block, quotes)
    within = len(block) - block.endswith(b"\r") if quotes.fault is None else quotes.fault
    ends = ends[: np.searchsorted(ends, within, "right")]
    return int(ends[-1]) if len(ends) else 0


def record_ends(block: bytes, quotes: Quoting) -> Positions:
    """The position after each line end that ends a record."""
    signs = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(signs == _LF)
    if block.count(b"\r") > block.count(b"\r\n"):
        returns = np.flatnonzero(signs == _CR)
        alone = returns[signs[np.minimum(returns + 1, len(signs) - 1)] != _LF]
        ends = np.sort(np.concatenate((ends, alone)))
    if len(quotes.positions):
        ends = ends[np.searchsorted(quotes.positions, ends) % 2 == 0]
    return ends + 1


def without(block: bytes, positions: Positions) -> bytes:
    """The block without the bytes at these positions."""
    if not len(positions):
        return block
    return np.delete(np.frombuffer(block, np.uint8), positions).tobytes()
