"""How a text file is encoded, told from what its bytes say and not from the first kilobyte."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from zhike.errors import ParameterError, SourceError
from zhike.i18n import LazyText, lazy
from zhike.sources.decoding import decoded
from zhike.sources.scripts import chinese_share, valid_share, western_share
from zhike.sources.streams import ByteSource, ByteStream

_WINDOW_BYTES = 1 << 13
_CHUNK_BYTES = 1 << 20
_MOST_WINDOWS = 12

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """An encoding, and why it was taken.

    Attributes:
        name: As Python's codecs call it.
        why: The reason, for people.
    """

    name: str
    why: LazyText

    @property
    def unit_bytes(self) -> int:
        """Bytes that a place in the file must be a multiple of."""
        return 4 if "32" in self.name else 2 if "16" in self.name else 1


def decide_encoding(source: ByteSource, forced: str = "") -> Encoding:
    """The encoding of a text file: what was asked for, or what its bytes say.

    Bytes from the beginning, the middle and the end are looked at, and those where the first
    non-ASCII characters stand, however far down.

    Raises:
        ParameterError: There is no encoding called `forced`.
        SourceError: The bytes read like text in no encoding.
    """
    if forced:
        return Encoding(_known(forced), lazy("Encoding {name}: as asked.", name=forced))
    head = source.head(_WINDOW_BYTES)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Encoding(name, lazy("Encoding {name}: the file says so itself.", name=name))
    if wide := unmarked_utf16(head):
        return Encoding(wide, lazy("Encoding {name}: by the pattern of its bytes.", name=wide))
    with source.open() as stream:
        windows = _windows(stream, source.size_bytes)
    return _decide(b"".join(windows), source.name)


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except LookupError:
        choices = ("utf-8", "utf-16", "gb18030", "big5", "cp1252", "latin-1", "shift_jis", "euc_kr")
        raise ParameterError.unknown(lazy("encoding"), name, choices) from None
    return "gb18030" if found in {"gbk", "gb2312"} else found


def unmarked_utf16(head: bytes) -> str:
    """UTF-16 shows in ASCII characters: every other byte of them is zero, always on one side."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < max(2, len(head) // 50) or min(even, odd) * 20 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _windows(stream: ByteStream, size_bytes: int) -> list[bytes]:
    """Pieces that hold non-ASCII bytes, whole lines where there are lines."""
    found: list[bytes] = []
    if stream.seekable:
        step = max(size_bytes // _MOST_WINDOWS, _WINDOW_BYTES)
        for offset in range(0, size_bytes, step):
            _look(stream, offset, found)
        _look(stream, max(size_bytes - _WINDOW_BYTES, 0), found)
        stream.seek(0)
    while len(found) < 2 and (chunk := stream.read(_CHUNK_BYTES)):
        if not chunk.isascii():
            first = len(chunk) - len(chunk.lstrip(_ASCII))
            found.append(_whole_lines(chunk[max(first - 256, 0) : first + _WINDOW_BYTES]))
    return found


_ASCII = bytes(range(128))


def _look(stream: ByteStream, offset: int, found: list[bytes]) -> None:
    stream.seek(offset)
    window = stream.read(_WINDOW_BYTES)
    if not window.isascii():
        found.append(_whole_lines(window) if offset else _until_line_end(window))


def _whole_lines(window: bytes) -> bytes:
    lines = window[window.find(b"\n") + 1 :]
    return _until_line_end(window if lines.isascii() else lines)


def _until_line_end(window: bytes) -> bytes:
    lines = window[: window.rfind(b"\n") + 1]
    return window if lines.isascii() else lines


def _decide(evidence: bytes, name: str) -> Encoding:
    if not evidence:
        return Encoding("utf-8", lazy("Encoding utf-8: every character is ASCII."))
    as_utf8 = valid_share(decoded(evidence, "utf-8"))
    if as_utf8 >= 0.9:
        return Encoding("utf-8", lazy("Encoding utf-8: its characters are valid UTF-8."))
    if chinese_share(decoded(evidence, "gb18030")) >= 0.7:
        return Encoding("gb18030", lazy("Encoding gb18030: read so, it is Chinese."))
    if western_share(decoded(evidence, "cp1252")) >= 0.8:
        return Encoding("cp1252", lazy("Encoding cp1252: read so, its accents make words."))
    if as_utf8 >= 0.6:
        return Encoding("utf-8", lazy("Encoding utf-8: most of its characters are valid UTF-8."))
    raise SourceError(
        lazy("{name} is text in none of the encodings that were tried.", name=name),
        hint=lazy(
            "Save it again as UTF-8, or name its encoding (such as big5 or shift_jis) when adding."
        ),
        code="unknown_encoding",
    )
