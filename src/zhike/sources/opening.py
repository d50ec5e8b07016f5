"""From a path to the raw tables behind it."""

from __future__ import annotations

import glob
import gzip
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import IO

from zhike.errors import SourceError
from zhike.i18n import lazy
from zhike.sources.delimited import delimited_table
from zhike.sources.json_files import json_table
from zhike.sources.kinds import Kind, kind_of
from zhike.sources.parquet_files import parquet_table
from zhike.sources.streams import ByteSource, reading
from zhike.sources.tables import FATE, RawTable
from zhike.sources.workbooks import workbook_tables

NO_TABLE = {"binary_file", "empty_file", "no_records", "web_page"}
"""Codes of refusals of what merely lies beside tables: a picture, a page of instructions."""

_MOST_MEMBERS = 1000
_LEFT_ALONE = ("~$", ".", "__MACOSX", "Thumbs.db", "desktop.ini")
_UNFINISHED = {".tmp", ".part", ".crdownload", ".download", ".lock"}


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """What a person knows of a file better than its bytes tell.

    Attributes:
        encoding: As Python's codecs call it; "" to find out.
        name: What it was called where it came from; "" where the path has its name.
    """

    encoding: str = ""
    name: str = ""


def open_source(path: Path | str, *, options: SourceOptions | None = None) -> list[RawTable]:
    r"""The tables of a file, a folder, or all files that a pattern such as `*.csv` names.

    Sheets of a workbook and members of a zip are tables of their own. Nothing but the beginning
    of each is read; `RawTable.batches` streams the rest.

    Raises:
        SourceError: A file is missing, empty, damaged, protected or no table.

    Examples:
        >>> from pathlib import Path; from tempfile import mkdtemp
        >>> path = Path(mkdtemp()) / "orders.csv"
        >>> _ = path.write_text("order,paid\n0012,5.00\n")
        >>> [table.header for table in open_source(path)]
        [('order', 'paid')]
    """
    chosen = options or SourceOptions()
    tables: list[RawTable] = []
    for file in files_at(path):
        tables.extend(_tables(ByteSource(file, chosen.name or file.name), chosen))
    return tables


def files_at(path: Path | str) -> list[Path]:
    """The files behind a path: itself, a folder's, or those that a pattern names, sorted.

    Hidden files, Excel's lock files (`~$…`) and unfinished downloads of a folder are left alone.

    Raises:
        SourceError: There is none.
    """
    path = Path(path).expanduser()
    with reading(str(path)):
        if path.is_file():
            return [path]
        if path.is_dir():
            found = [file for file in sorted(path.rglob("*")) if _is_wanted(file, path)]
        else:
            named = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - any root
            found = [Path(name) for name in named]
            found = [file for file in found if file.is_file() and _is_wanted(file, file.parent)]
    if not found:
        raise SourceError(
            lazy("There is no file at {path}.", path=path),
            hint=lazy("Check the path; a folder must hold CSV, Excel, Parquet or JSON files."),
            code="missing_file",
        )
    return found


def _is_wanted(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    return (
        file.is_file()
        and not any(part.startswith(_LEFT_ALONE) for part in parts)
        and file.suffix.lower() not in _UNFINISHED
    )


def _tables(source: ByteSource, options: SourceOptions) -> list[RawTable]:
    kind = kind_of(source)
    if kind in _PACKED:
        return _PACKED[kind](source, options)
    return _refuse_empty(source, _READERS[kind](source, options))


def _refuse_empty(source: ByteSource, tables: list[RawTable]) -> list[RawTable]:
    """Tables with at least one record; that the others have none is said."""
    full = [table for table in tables if _has_records(table)]
    if not full:
        raise SourceError(
            lazy("{name} has column names but no records.", name=source.name),
            hint=lazy("Export it again with its records."),
            code="no_records",
        )
    notes = tuple(
        lazy("Sheet {sheet} has no records and was left out.", sheet=table.sheet)
        for table in tables
        if not any(table is kept for kept in full)
    )
    return [replace(table, notes=table.notes + notes) for table in full] if notes else full


def _has_records(table: RawTable) -> bool:
    return any(batch.column(FATE).null_count or _rejects(batch) for batch in table.batches())


def _rejects(batch: object) -> bool:
    return "rejected" in batch.column(FATE).to_pylist()  # type: ignore[attr-defined]


def _gzip(source: ByteSource, options: SourceOptions) -> list[RawTable]:
    if source.unpack:
        raise _too_deep(source.name)
    return _tables(ByteSource(source.path, source.name, _gunzip), options)


def _gunzip(disk: BufferedReader) -> IO[bytes]:
    return gzip.GzipFile(fileobj=disk)  # type: ignore[return-value]


def _zip(source: ByteSource, options: SourceOptions) -> list[RawTable]:
    if source.unpack:
        raise _too_deep(source.name)
    with reading(source.name), zipfile.ZipFile(source.path) as archive:
        members = [info for info in archive.infolist() if _is_member(info)]
    if not members or len(members) > _MOST_MEMBERS:
        raise SourceError(
            lazy("{name} holds {count} files.", name=source.name, count=len(members)),
            hint=lazy("Unpack it and add the files that are wanted."),
            code="archive_members",
        )
    tables: list[RawTable] = []
    faults: list[SourceError] = []
    for info in members:
        if info.flag_bits & 1:
            raise SourceError(
                lazy("{name} is protected with a password.", name=source.name),
                hint=lazy("Unpack it with the password, and add the files inside."),
                code="password",
            )
        name = member_name(info)
        inner = ByteSource(
            source.path, f"{source.name} › {name}", partial(_unzipped, member=info.filename), name
        )
        try:
            tables.extend(_tables(inner, options))
        except SourceError as fault:
            if fault.code not in NO_TABLE:
                raise
            faults.append(fault)
    if not tables:
        raise faults[0]
    notes = tuple(lazy("{why} It was left out.", why=fault.message) for fault in faults)
    return [replace(table, notes=table.notes + notes) for table in tables]


def _unzipped(disk: BufferedReader, member: str) -> IO[bytes]:
    return zipfile.ZipFile(disk).open(member)


def _is_member(info: zipfile.ZipInfo) -> bool:
    parts = member_name(info).split("/")
    return not info.is_dir() and not any(part.startswith(_LEFT_ALONE) for part in parts)


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name; Chinese Windows writes it in GBK and says nothing."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return info.filename


def _too_deep(name: str) -> SourceError:
    return SourceError(
        lazy("{name} is packed more than once.", name=name),
        hint=lazy("Unpack it, and add what is inside."),
        code="nested_archive",
    )


_PACKED: dict[Kind, Callable[[ByteSource, SourceOptions], list[RawTable]]] = {
    "gzip": _gzip,
    "zip": _zip,
}
_READERS: dict[Kind, Callable[[ByteSource, SourceOptions], list[RawTable]]] = {
    "delimited": lambda source, options: [delimited_table(source, options.encoding)],
    "json": lambda source, options: [json_table(source, options.encoding)],
    "parquet": lambda source, _: [parquet_table(source)],
    "workbook": lambda source, _: workbook_tables(source),
}
