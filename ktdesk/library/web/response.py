# SPDX-License-Identifier: Apache-2.0
"""An answer of a host, read as it comes."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from urllib3 import BaseHTTPResponse

from ktdesk.errors import DownloadError, format_bytes
from ktdesk.library.web.failures import translated

_READ_BYTES = 1 << 16


class Response:
    """An open answer; a context manager that closes it.

    url: where it came from, after redirects. host: whose it is, for people. headers: their names
    in any case. has_left: it came from another host than the one that was asked, so it never saw
    the headers for that one.
    """

    def __init__(
        self, raw: BaseHTTPResponse, *, url: str, host: str, has_left: bool = False
    ) -> None:
        self._raw = raw
        self.host = host
        self.url = url
        self.has_left = has_left
        self.headers: Mapping[str, str] = raw.headers
        # ModelScope gives what was asked for, and says so, but not in the status.
        is_part = raw.status == 200 and "Content-Range" in raw.headers
        self.status: int = 206 if is_part else raw.status

    def __enter__(self) -> Response:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, most_bytes: int) -> bytes:
        """Return what has come, at least a byte; b'' at the end. Waits for it.

        Raises DownloadError if the connection breaks, or nothing comes for too long.
        """
        with translated(self.host):
            return self._raw.read1(most_bytes)

    def json(self, limit_bytes: int, within_s: float = math.inf) -> Any:
        """Return what the JSON of the whole answer says.

        Raises DownloadError as `read` does, and for what is too long, not all there within that
        time, or not JSON.
        """
        text = bytearray()
        ends_at = time.monotonic() + within_s
        while data := self.read(_READ_BYTES):
            text += data
            if time.monotonic() > ends_at:
                raise DownloadError(
                    f"{self.host} takes longer than {within_s:.0f} s for its answer.",
                    hint="Try again later.",
                    kind="busy",
                )
            if len(text) > limit_bytes:
                raise DownloadError(
                    f"The answer of {self.host} is longer than {format_bytes(limit_bytes)}.",
                    hint="Choose another source.",
                )
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise DownloadError(
                f"The answer of {self.host} is not JSON.",
                hint="Something may stand in between, such as a sign-in page.",
            ) from None

    def abort(self) -> None:
        """Let a read in another thread end at once."""
        with suppress(OSError, ValueError, RuntimeError):
            self._raw.shutdown()

    def close(self) -> None:
        """End it. The connection is kept for others if all was read."""
        with suppress(OSError, ValueError, RuntimeError):
            if self._raw.closed:
                self._raw.release_conn()
            else:
                self._raw.close()
