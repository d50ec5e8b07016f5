"""What a file is, told from its first bytes and not from its name."""

from __future__ import annotations

import re
from typing import Literal

from zhike.errors import SourceError
from zhike.i18n import LazyText, lazy
from zhike.sources.encodings import unmarked_utf16
from zhike.sources.streams import ByteSource

Kind = Literal["delimited", "json", "parquet", "workbook", "zip", "gzip"]

_HEAD_BYTES = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_PART = re.compile(rb"\[Content_Types\]\.xml|xl/|_rels/\.rels|docProps/")
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b\x1f\x01"))
_PAGE = re.compile(rb"^\s*(?:<\?xml|<!doctype|<html|<table|<head|<meta|<style)", re.IGNORECASE)
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[{\]])")

_OTHERS = (
    (b"%PDF", lazy("a PDF")),
    (b"\x89PNG", lazy("a picture")),
    (b"\xff\xd8\xff", lazy("a picture")),
    (b"GIF8", lazy("a picture")),
    (b"7z\xbc\xaf", lazy("a 7z archive")),
    (b"Rar!", lazy("a RAR archive")),
    (b"SQLite format 3", lazy("a database")),
)


def kind_of(source: ByteSource) -> Kind:
    """What the file is.

    Raises:
        SourceError: It is empty, or nothing that holds a table.
    """
    head = source.head(_HEAD_BYTES)
    if not head.strip(b"\r\n\t \xef\xbb\xbf"):
        raise SourceError(
            lazy("{name} is empty.", name=source.name),
            hint=lazy("Export it again, or wait until its download has finished."),
            code="empty_file",
        )
    if packed := _packed(head):
        return packed
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise _no_table(source.name, what)
    if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise SourceError(
            lazy("{name} is a web page or XML, whatever its ending says.", name=source.name),
            hint=lazy("Open it in Excel, save it as .xlsx, and add that file."),
            code="web_page",
        )
    if _is_binary(head):
        raise _no_table(source.name, lazy("a binary file"))
    return "json" if _JSON.match(head.removeprefix(b"\xef\xbb\xbf")) else "delimited"


def _packed(head: bytes) -> Kind | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_OLE):
        return "workbook"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "workbook" if _WORKBOOK_PART.search(head[:4096]) else "zip"
    return None


def _is_binary(head: bytes) -> bool:
    if head.startswith(_WIDE_BOMS) or unmarked_utf16(head):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > max(2, len(head) // 500)


def _no_table(name: str, what: LazyText) -> SourceError:
    return SourceError(
        lazy("{name} is {what}, which holds no table that can be read.", name=name, what=what),
        hint=lazy("Add CSV, Excel, Parquet or JSON files, also inside .zip or .gz."),
        code="binary_file",
    )
