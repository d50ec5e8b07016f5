"""Bytes to text, a block at a time; bytes that are no text stay recognisable."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from zhike.sources.streams import ByteStream

T = TypeVar("T")

MARK = "\U0010fffe"
"""Stands before two hexadecimal digits for a byte that is no text; Unicode never assigns it."""

_EURO = 0x80
"""In cp936, which Windows calls GBK, this byte is the euro sign; GB18030 leaves it undefined."""


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    if error.encoding == "gb18030" and bad[0] == _EURO:
        return "€", error.start + 1
    return "".join(f"{MARK}{byte:02x}" for byte in bad), error.end


codecs.register_error("zhike_marked", _marked)


def decoded(data: bytes, encoding: str) -> str:
    r"""The text of `data`; each undecodable byte is `MARK` and its two digits.

    Examples:
        >>> shown(decoded(b"caf\xe9", "utf-8"))
        'caf\\xe9'
    """
    return data.decode(encoding, "zhike_marked")


def shown(text: str) -> str:
    r"""The text with undecodable bytes written as people know them: \xNN."""
    return text.replace(MARK, "\\x")


def text_blocks(stream: ByteStream, encoding: str, block_bytes: int) -> Iterator[str]:
    """The whole stream as text, at most `block_bytes` of it at a time."""
    decoder = codecs.getincrementaldecoder(encoding)("zhike_marked")
    while data := stream.read(block_bytes):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one made while the last one is worked on.

    Decoding needs Python, parsing does not: together they keep two processors busy.
    """
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, items, None)
            yield item
