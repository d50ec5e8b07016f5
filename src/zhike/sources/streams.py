"""Bytes of a file, packed or not, with every failure told as a sentence."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

from zhike.errors import SourceError
from zhike.i18n import lazy

BOMB_RATIO = 250
"""No table packs better than this; a longer run of bytes is an attack or a mistake."""
BOMB_FLOOR_BYTES = 256 << 20
"""Unpacked size from which the ratio is looked at."""
MOST_PACKED = 1040
"""Nothing that zip writes unpacks to more times its size."""


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn whatever goes wrong while bytes are read into a `SourceError` that says what to do."""
    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(
            lazy("{name} is not there.", name=name),
            hint=lazy("It may have been moved or renamed; check the path and add it again."),
            code="missing_file",
        ) from error
    except PermissionError as error:
        raise SourceError(
            lazy("{name} may not be read.", name=name),
            hint=lazy("Close it in other programs, or ask for the right to read it."),
            code="locked_file",
        ) from error
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise SourceError(
            lazy("{name} is damaged or incomplete.", name=name),
            hint=lazy("The download may have been cut off; fetch or export it again."),
            code="truncated_file",
        ) from error
    except OSError as error:
        raise SourceError(
            lazy("{name} cannot be read ({why}).", name=name, why=error.strerror or str(error)),
            hint=lazy("If it lies on a synced or network drive, copy it to this computer first."),
            code="unreadable_file",
        ) from error


def refuse_packed_bomb(data: bytes, name: str) -> None:
    """Refuse a workbook whose parts unpack to far more than a table would.

    The parts are unpacked and thrown away: what their headers say of their size is not believed.

    Raises:
        SourceError: It is one, or it is damaged.
    """
    if len(data) * MOST_PACKED < BOMB_FLOOR_BYTES or not zipfile.is_zipfile(io.BytesIO(data)):
        return
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                with archive.open(member) as part:
                    while piece := part.read(1 << 20):
                        unpacked += len(piece)
                        if unpacked > max(BOMB_FLOOR_BYTES, len(data) * BOMB_RATIO):
                            raise _bomb(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise SourceError(
            lazy("{name} is no Excel workbook that can be read; it may be damaged.", name=name)
        ) from fault


def _bomb(name: str) -> SourceError:
    return SourceError(
        lazy("{name} unpacks to far more than a table would.", name=name),
        hint=lazy("Unpack it yourself if you trust it, and add the files inside."),
        code="zip_bomb",
    )


class ByteStream:
    """Unpacked bytes, read forward; knows how far into the file on disk it is."""

    def __init__(self, name: str, disk: BufferedReader, unpacked: IO[bytes]) -> None:
        self._name = name
        self._disk = disk
        self._unpacked = unpacked
        self._read_bytes = 0

    @property
    def disk_bytes(self) -> int:
        """Bytes of the file on disk that are behind."""
        return self._disk.tell()

    @property
    def seekable(self) -> bool:
        """Whether any place of it can be reached at once."""
        return self._disk is self._unpacked

    def seek(self, offset: int) -> None:
        """Go to a place of a file that is not packed."""
        self._disk.seek(offset)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end."""
        with reading(self._name):
            taken = self._unpacked.read(size)
        self._read_bytes += len(taken)
        if not self.seekable:
            self._refuse_bomb()
        return taken

    def _refuse_bomb(self) -> None:
        packed = max(self._disk.tell(), 1)
        if self._read_bytes > BOMB_FLOOR_BYTES and self._read_bytes > packed * BOMB_RATIO:
            raise _bomb(self._name)

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._unpacked.close()
        self._disk.close()


@dataclass(frozen=True)
class ByteSource:
    """Where the bytes of one table or workbook come from.

    Attributes:
        path: The file on disk.
        name: What people read.
        unpack: Makes the unpacked stream of the file opened on disk.
        member: Name inside an archive, else "".
    """

    path: Path
    name: str
    unpack: Callable[[BufferedReader], IO[bytes]] | None = None
    member: str = ""

    @classmethod
    def plain(cls, path: Path) -> ByteSource:
        """The bytes of a file as they are."""
        return cls(path, path.name)

    @property
    def suffix(self) -> str:
        """The ending that says what is inside, lower case: ".csv" also of "a.csv.gz"."""
        name = Path(self.member or self.name)
        packed = self.unpack is not None and not self.member
        return (Path(name.stem) if packed else name).suffix.lower()

    @property
    def size_bytes(self) -> int:
        """Size on disk."""
        with reading(self.name):
            return self.path.stat().st_size

    def open(self) -> ByteStream:
        """A fresh stream from the first byte."""
        with reading(self.name):
            disk = self.path.open("rb")
            try:
                return ByteStream(self.name, disk, self.unpack(disk) if self.unpack else disk)
            except BaseException:
                disk.close()
                raise

    def head(self, size: int) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def whole(self) -> bytes:
        """All bytes; for formats that cannot be read forward."""
        with self.open() as stream:
            return b"".join(iter(lambda: stream.read(1 << 22), b""))
