"""Paths, archives, folders, and every file that cannot be read, each with its sentence."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from zhike.errors import SourceError
from zhike.i18n import use_language
from zhike.sources import files_at, open_source
from zhike.sources.opening import member_name
from zhike.sources.streams import BOMB_FLOOR_BYTES

from .conftest import rows_of

CSV = "订单号,金额\n1,2\n3,4\n".encode("gbk")


def refusal(path: Path | str) -> SourceError:
    with pytest.raises(SourceError) as refused:
        for table in open_source(path):
            rows_of(table)
    return refused.value


def test_gzip_is_looked_into(written) -> None:
    (table,) = open_source(written(gzip.compress(CSV), "订单.csv.gz"))
    assert table.encoding == "gb18030"
    assert len(rows_of(table)) == 2


def test_members_of_a_zip_are_tables_and_what_lies_beside_them_is_named(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("订单.csv", CSV)
        archive.writestr("__MACOSX/._订单.csv", CSV)
        archive.writestr("更多/客户.csv", CSV)
        archive.writestr("说明.pdf", b"%PDF-1.7")
    tables = open_source(path)
    assert [table.name for table in tables] == ["all.zip › 订单.csv", "all.zip › 更多/客户.csv"]
    assert all(len(rows_of(table)) == 2 for table in tables)
    assert "a PDF" in str(tables[0].notes[-1])


def test_member_names_that_windows_wrote_in_gbk_are_read() -> None:
    info = zipfile.ZipInfo("订单.csv".encode("gbk").decode("cp437"))
    assert member_name(info) == "订单.csv"


def test_a_folder_gives_its_files_without_locks_and_hidden_ones(tmp_path: Path) -> None:
    folder = tmp_path / "导出 文件"
    folder.mkdir()
    for name in ("b.csv", "a.csv", "~$a.xlsx", ".hidden.csv", "c.csv.crdownload"):
        (folder / name).write_bytes(CSV)
    assert [file.name for file in files_at(folder)] == ["a.csv", "b.csv"]
    assert [table.name for table in open_source(folder)] == ["a.csv", "b.csv"]
    assert [table.name for table in open_source(str(folder / "b*.csv"))] == ["b.csv"]


def test_an_unknown_ending_does_not_matter(read) -> None:
    assert len(read(CSV, name="export.dat")) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n", "empty_file"),
        (b"a,b,c\n", "no_records"),
        (b"%PDF-1.7 ...", "binary_file"),
        (bytes(range(256)) * 40, "binary_file"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
        (gzip.compress(CSV * 5000, mtime=0)[:-40], "truncated_file"),
        (gzip.compress(gzip.compress(CSV, mtime=0), mtime=0), "nested_archive"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(written, content, code) -> None:
    error = refusal(written(content))
    assert error.code == code
    assert str(error.hint)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv").code == "missing_file"
    assert refusal(tmp_path).code == "missing_file"


def test_a_file_that_vanishes_after_it_was_opened_is_refused(written) -> None:
    path = written(CSV)
    (table,) = open_source(path)
    path.unlink()
    with pytest.raises(SourceError) as refused:
        rows_of(table)
    assert refused.value.code == "missing_file"


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    packed = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", packed) as archive, archive.open("a.csv", "w") as member:
        member.write(b"a,b\n")
        for _ in range(BOMB_FLOOR_BYTES // (1 << 22) + 2):
            member.write(b"1,2\n" * (1 << 20))
    assert refusal(path).code == "zip_bomb"


def test_a_bomb_in_a_workbook_is_refused_whatever_its_headers_say(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["order", "paid"])
    book.save(path)
    packed = zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(path, "a", packed) as archive,
        archive.open("xl/media/picture.bin", "w") as member,
    ):
        for _ in range(BOMB_FLOOR_BYTES // (1 << 22) + 2):
            member.write(b"<c/>" * (1 << 20))
    assert refusal(path).code == "zip_bomb"
    whole = path.read_bytes()
    lying = whole.replace(struct.pack("<L", BOMB_FLOOR_BYTES + (1 << 23)), struct.pack("<L", 1000))
    assert lying != whole
    path.write_bytes(lying)
    assert refusal(path).code in ("zip_bomb", "source")


def test_a_refusal_is_spoken_in_the_readers_language(tmp_path: Path) -> None:
    with use_language("zh"):
        assert "没有文件" in str(refusal(tmp_path / "无.csv"))
