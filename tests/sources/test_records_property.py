"""Whatever the mess: every record of the text is in exactly one row, in order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.errors import SourceError
from zhike.sources import open_source
from zhike.sources.blocks import Layout, fitted
from zhike.sources.delimited import record_blocks
from zhike.sources.records import Dialect, records

_PIECES = st.sampled_from(
    [
        "a",
        "1",
        "中",
        ",",
        ",",
        '"',
        '""',
        '="',
        ' "',
        "\n",
        "\r\n",
        "\r",
        "x,y,z",
        '"q",',
        "'0",
        " ",
    ]
)
_MESS = st.lists(_PIECES, max_size=60).map("".join)


def reference_records(text: str) -> list[str]:
    """The records of comma-separated text, by a reader that shares nothing with ours."""
    found, at = [], 0
    while at < len(text):
        end = _well_formed_end(text, at)
        end = _line_end(text, at) if end is None else end
        found.append(text[at:end])
        at = end + (2 if text.startswith("\r\n", end) else 1)
    return found


def _well_formed_end(text: str, at: int) -> int | None:
    while True:
        if text[at : at + 1] in ("=", " ", "\t") and text[at + 1 : at + 2] == '"':
            at += 1
        if text[at : at + 1] == '"':
            at = _closing(text, at + 1)
            if at < 0 or (text[at : at + 1] or "\n") not in ",\r\n":
                return None
        while at < len(text) and text[at] not in ",\r\n":
            at += 1
        if at == len(text) or text[at] != ",":
            return at
        at += 1


def _closing(text: str, at: int) -> int:
    while (at := text.find('"', at)) >= 0 and text[at + 1 : at + 2] == '"':
        at += 2
    return at + 1 if at >= 0 else -1


def _line_end(text: str, at: int) -> int:
    ends = [end for sign in "\r\n" if (end := text.find(sign, at)) >= 0]
    return min(ends, default=len(text))


def _cut(text: str, places: list[int]) -> Iterator[str]:
    bounds = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    yield from (text[begin:end] for begin, end in pairwise(bounds))
    yield ""


@settings(max_examples=200, deadline=None)
@given(_MESS, st.lists(st.integers(0, 120), max_size=4))
def test_records_are_the_same_however_the_text_is_cut(text: str, places: list[int]) -> None:
    blocks = list(record_blocks(_cut(text, places), Layout(Dialect(","), 3)))
    raws = [block.raw_of(at) for block in blocks for at in range(len(block))]
    assert raws == [record.rstrip("\r\n") for record in reference_records(text)]
    rows = [block.first_row + at for block in blocks for at in range(len(block))]
    assert rows == list(range(1, len(raws) + 1))


@settings(max_examples=200, deadline=None)
@given(_MESS, st.lists(st.integers(0, 120), max_size=4))
def test_the_fast_parser_reads_the_cells_that_the_careful_one_reads(
    text: str, places: list[int]
) -> None:
    blocks = record_blocks(_cut(text, places), Layout(Dialect(","), 3))
    read = [
        None if at in block.rejected else [column[at].as_py() for column in block.columns]
        for block in blocks
        for at in range(len(block))
    ]
    assert read == [fitted(record.cells, 3) for record in records(text, Dialect(","))[0]]


@settings(max_examples=80, deadline=None)
@given(_MESS)
def test_every_record_of_a_file_is_in_one_row_and_rejects_keep_their_text(mess: str) -> None:
    text = "订单号,金额,备注\n" + "001,5.00,x\n" * 40 + mess
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "订单.csv"
        path.write_text(text, encoding="utf-8", newline="")
        try:
            (table,) = open_source(path)
        except SourceError:
            return
        rows = [row for batch in table.batches() for row in batch.to_pylist()]
    records = reference_records(text)
    header = {n + 1 for n in range(len(records))} - {row["_row"] for row in rows}
    assert len(rows) + len(header) == len(records)
    assert len(header) <= 1
    assert [row["_row"] for row in rows] == sorted(row["_row"] for row in rows)
    for row in rows:
        if row["_fate"]:
            assert row["_reason"]
            assert row["_raw"] == records[row["_row"] - 1].rstrip("\r\n")
