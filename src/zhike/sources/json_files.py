"""JSON lines and JSON arrays as raw tables: nested keys with dots, arrays as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from zhike.errors import SourceError
from zhike.i18n import lazy
from zhike.sources.decoding import MARK, shown, text_blocks
from zhike.sources.encodings import decide_encoding
from zhike.sources.fates import Block, judged_batches, texts
from zhike.sources.headers import Header, column_names
from zhike.sources.streams import ByteSource, ByteStream
from zhike.sources.tables import Progress, RawTable

NOT_JSON, NOT_AN_OBJECT, UNDECODABLE = "not_json", "not_an_object", "undecodable"

_PIECE_BYTES = 1 << 20
_BLOCK_RECORDS = 1 << 15
_DOCUMENT_PIECES = 64
_BLANK = " \r\n\t\ufeff"
_GAP = re.compile(r"[\s,]*")

Found = tuple[dict[str, str | None] | str, str]
"""A record's flat cells, or the code of why there are none; and its text."""


class _Digits(str):
    """A number as written: JSON's own digits survive, also inside arrays."""

    __slots__ = ()


def json_table(source: ByteSource, encoding: str = "") -> RawTable:
    """The table of a JSON file, one record an object.

    Keys may first appear anywhere, so the file is read through once to know its columns.

    Raises:
        SourceError: The bytes are no text, or the text no JSON.
    """
    chosen = decide_encoding(source, encoding)
    keys: dict[str, None] = {}
    with source.open() as stream:
        for cells, _ in _records(stream, chosen.name, source.name):
            keys.update({} if isinstance(cells, str) else dict.fromkeys(cells))
    if not keys:
        raise SourceError(
            lazy("{name} holds no JSON object.", name=source.name),
            hint=lazy("It must be one object a line, or an array of objects."),
            code="no_records",
        )
    return RawTable(
        name=source.name,
        file=source.path,
        header=column_names(list(keys)),
        stream=_Reader(source, chosen.name, tuple(keys)).batches,
        sheet=source.member,
        encoding=chosen.name,
        notes=(chosen.why,),
        size_bytes=source.size_bytes,
    )


@dataclass(frozen=True)
class _Reader:
    source: ByteSource
    encoding: str
    keys: tuple[str, ...]

    def batches(self, progress: Progress) -> Iterator[pa.RecordBatch]:
        header, total = Header(column_names(self.keys), 0, ()), self.source.size_bytes
        row = 1
        with self.source.open() as stream:
            found = _records(stream, self.encoding, self.source.name)
            while kept := list(islice(found, _BLOCK_RECORDS)):
                yield from judged_batches(self._block(kept, row), header)
                row += len(kept)
                progress(stream.disk_bytes, total)

    def _block(self, kept: list[Found], row: int) -> Block:
        cells = [None if isinstance(found, str) else found for found, _ in kept]
        columns = [
            texts([None if record is None else record.get(key) for record in cells])
            for key in self.keys
        ]
        rejected = {
            at: found for at, (found, _) in enumerate(kept) if isinstance(found, str) and found
        }
        return Block(columns, row, lambda at: shown(kept[at][1]), rejected)


def _records(stream: ByteStream, encoding: str, name: str) -> Iterator[Found]:
    pieces = text_blocks(stream, encoding, _PIECE_BYTES)
    text = next((piece for piece in pieces if piece.strip(_BLANK)), "").lstrip("\ufeff")
    if text.lstrip(_BLANK).startswith("["):
        return _array(text.lstrip(_BLANK)[1:], pieces, name)
    if _may_be_one_value(text):
        text += "".join(islice(pieces, _DOCUMENT_PIECES))
        if found := _inside(text):
            return iter(found)
    return _lines(text, pieces)


def _may_be_one_value(text: str) -> bool:
    """Whether the first value of the text reaches to its end, or further."""
    try:
        _, end = _DECODER.raw_decode(text.lstrip(_BLANK))
    except json.JSONDecodeError:
        return True
    return not text.lstrip(_BLANK)[end:].strip()


def _inside(text: str) -> list[Found]:
    """The longest list of objects in a JSON object, as a web service answers; none in lines."""
    try:
        value = _DECODER.decode(text.strip(_BLANK))
    except json.JSONDecodeError:
        return []
    if not isinstance(value, dict):
        return []
    deeper = [
        item for inner in value.values() if isinstance(inner, dict) for item in inner.values()
    ]
    lists = [item for item in (*value.values(), *deeper) if isinstance(item, list)]
    objects = [item for item in lists if item and all(isinstance(entry, dict) for entry in item)]
    longest = max(objects, key=len, default=[value] if "\n" in text.strip(_BLANK) else [])
    return [(_record(entry), _json(entry)) for entry in longest]


def _lines(text: str, pieces: Iterator[str]) -> Iterator[Found]:
    for piece in pieces:
        *lines, text = (text + piece).split("\n")
        yield from map(_line, lines)
    if text:
        *lines, last = text.split("\n")
        yield from map(_line, lines + [last] * bool(last))


def _line(line: str) -> Found:
    line = line.rstrip("\r")
    if MARK in line:
        return UNDECODABLE, line
    if not line.strip():
        return {}, line
    try:
        return _record(_DECODER.decode(line)), line
    except json.JSONDecodeError:
        return NOT_JSON, line


def _array(text: str, pieces: Iterator[str], name: str) -> Iterator[Found]:
    at = count = 0
    while True:
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        if text.startswith("]", at):
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
            if end == len(text):
                raise json.JSONDecodeError("more may follow", text, end)
        except json.JSONDecodeError as error:
            piece = next(pieces, None)
            if piece is None:
                raise SourceError(
                    lazy("{name} is no JSON after its {count} records.", name=name, count=count),
                    hint=lazy("The download may have been cut off; fetch or export it again."),
                    code="truncated_file",
                ) from error
            text, at = text[at:] + piece, 0
            continue
        raw, at, count = text[at:end], end, count + 1
        yield (UNDECODABLE if MARK in raw else _record(value)), raw


def _record(value: Any) -> dict[str, str | None] | str:
    return _flat(value) if isinstance(value, dict) else NOT_AN_OBJECT


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """The object's cells, keys of objects inside it joined by dots.

    Examples:
        >>> _flat({"id": 7, "buyer": {"name": "x"}, "items": [1, 2]})
        {'id': '7', 'buyer.name': 'x', 'items': '[1, 2]'}
    """
    cells: dict[str, str | None] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            cells.update(_flat(item, f"{prefix}{key}."))
        else:
            cells[prefix + key] = _cell(item)
    return cells


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return str(value) if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, _Digits):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_json(key)}: {_json(item)}' for key, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


_DECODER = json.JSONDecoder(parse_int=_Digits, parse_float=_Digits, parse_constant=lambda _: None)
