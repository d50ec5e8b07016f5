"""Files that a browser sends, written as they come: never whole in memory, never by their names."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from zhike.errors import InputError
from zhike.i18n import lazy
from zhike.workspace.durable import room_on_disk
from zhike.workspace.errands import ErrandFolder, tidy_name
from zhike.workspace.settings import size_bytes

MOST_FILES = 100
CHUNK_BYTES = 1 << 20
WRAPPING_BYTES = 1 << 16
"""What a form adds around its files."""


class TooLargeError(InputError):
    """More was sent at once than the settings allow."""

    default_code = "too_large"

    def __init__(self, limit: str) -> None:
        super().__init__(
            lazy("That is more than {limit} at once.", limit=limit),
            hint=lazy(
                "Send the files one by one, pack them, or raise {setting} in {file}.",
                setting="largest_upload",
                file="zhike.toml",
            ),
        )


async def received(request: Request, folder: ErrandFolder, limit: str) -> tuple[str, ...]:
    """Take the files of a form in; gives what they are called.

    What comes after too much is read and thrown away, so that the browser hears why.

    Args:
        request: The form, `multipart/form-data`.
        folder: Where to put them.
        limit: The most that may come, as the settings write it.

    Raises:
        TooLargeError: More came.
        InputError: There is no file in it, or too many.
    """
    most = size_bytes(limit) + WRAPPING_BYTES
    arriving = Arriving(folder, _boundary(request))
    got, waiting = 0, bytearray()
    try:
        with room_on_disk(folder.path):
            async for chunk in request.stream():
                got += len(chunk)
                if got > 2 * most:
                    break
                if got <= most:
                    waiting += chunk
                if len(waiting) >= CHUNK_BYTES:
                    await asyncio.to_thread(arriving.write, bytes(waiting))
                    waiting.clear()
            if got <= most:
                await asyncio.to_thread(arriving.write, bytes(waiting))
                arriving.parser.finalize()
    except (FormParserError, ClientDisconnect) as fault:
        raise HTTPException(400) from fault
    finally:
        arriving.close()
    if got > most:
        raise TooLargeError(limit)
    if not arriving.names:
        raise InputError(lazy("No file was chosen."), code="no_file")
    return tuple(arriving.names)


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(400)
    return options[b"boundary"]


@dataclass
class Arriving:
    """The files of one form, being written.

    Args:
        folder: Where to put them.
        boundary: What stands between the parts of the form.
    """

    folder: ErrandFolder
    boundary: bytes
    names: list[str] = field(default_factory=list)
    _open: IO[bytes] | None = None
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _headers: dict[bytes, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parser = MultipartParser(
            self.boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._keep_header,
                "on_headers_finished": self._begin,
                "on_part_data": self._keep,
                "on_part_end": self.close,
            },
        )

    def write(self, data: bytes) -> None:
        """Take the next bytes of the form."""
        if data:
            self.parser.write(data)

    def close(self) -> None:
        """The file that was being written is whole."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _keep_header(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _begin(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"filename", b"").decode("utf-8", "replace")
        if not name:  # another field, or an input without a file
            return
        if len(self.names) >= MOST_FILES:
            raise InputError(
                lazy("More than {count} files at once.", count=MOST_FILES),
                hint=lazy("Pack them into a zip, and send that."),
                code="too_many_files",
            )
        path: Path = self.folder.file(len(self.names))
        self._open = path.open("xb")
        self.names.append(tidy_name(name))

    def _keep(self, data: bytes, start: int, end: int) -> None:
        if self._open is not None:
            self._open.write(data[start:end])
