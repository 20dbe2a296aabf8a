# SPDX-License-Identifier: Apache-2.0
"""Files of this computer, and of disks and shares that it reaches, answered as a host would."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

from urllib3 import HTTPResponse

from ktdesk.errors import DownloadError
from ktdesk.library.web.response import Response

if TYPE_CHECKING:
    from typing_extensions import Buffer


def is_local(url: str) -> bool:
    """Whether an address is one of a file, as `Path.as_uri` writes it."""
    return url[:5].lower() == "file:"


def open_local(method: str, url: str, span: tuple[int, int] | None, etag: str) -> Response:
    """Return a file as an answer; see `Web.open`."""
    path = _path(url)
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise DownloadError(
            f"There is no file {path}.",
            hint="Is the disk connected? Check the folder.",
            kind="missing",
        ) from None
    except (OSError, ValueError) as error:
        raise DownloadError(
            f"{path} cannot be read ({type(error).__name__}).",
            hint="Check the disk and the file's permissions.",
            kind="refused",
        ) from None
    state = os.fstat(file.fileno())
    own_etag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
    is_part = span is not None and etag in ("", own_etag)
    start, end = span if span and is_part else (0, state.st_size)
    end = max(start, min(end, state.st_size))
    headers = {"Content-Length": str(end - start), "ETag": own_etag}
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{state.st_size}"
    body = io.BufferedReader(_Part(file, start, start if method == "HEAD" else end))
    status = 206 if is_part else 200
    raw = HTTPResponse(body, headers, status, preload_content=False, request_method=method)
    return Response(raw, url=url, host=str(path.parent))


def _path(url: str) -> Path:
    parts = urlsplit(url)
    place = f"//{parts.netloc}" if parts.netloc and os.name == "nt" else ""
    return Path(url2pathname(place + parts.path))


class _Part(io.RawIOBase):
    """A part of a file, read to its end and no further."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        self._file, self._left = file, max(0, end - start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        data = self._file.read(min(len(memoryview(buffer)), self._left))
        self._left -= len(data)
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
