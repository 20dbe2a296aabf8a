# SPDX-License-Identifier: Apache-2.0
"""Whether what a host begins to send is what was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.spans import Span
from ktdesk.library.web import Response

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Offer:
    """What comes: bytes from `start` on. is_whole: the file from its beginning, asked for or not.

    etag: what the host calls this content, if that tells two contents apart for sure; or ''.
    """

    start: int
    is_whole: bool
    etag: str


def read_offer(response: Response, span: Span, size: int) -> Offer:
    """Return what an answer to a request for a part of a file of this size offers.

    Raises DownloadError if it is of another file, or makes no sense.
    """
    host = response.host
    etag = response.headers.get("ETag", "")
    if etag.startswith("W/"):
        etag = ""
    if response.status == 200:
        length = response.headers.get("Content-Length", "")
        if length and length != str(size):
            raise _other_size(host)
        return Offer(0, True, etag)
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if response.status != 206 or not found:
        raise DownloadError(f"{host} answers with something else than the file.")
    start, last, total = int(found[1]), int(found[2]), found[3]
    if total not in ("*", str(size)):
        raise _other_size(host)
    if start != span[0] or not start <= last < span[1]:
        raise DownloadError(f"{host} sends another part than it was asked for.")
    return Offer(start, False, etag)


def _other_size(host: str) -> DownloadError:
    """Return the error of a file that is not as large as it was said to be."""
    return DownloadError(
        f"The file at {host} has another size than when it was looked up.",
        hint="Look the model up again; its files may be others by now.",
        kind="changed",
    )
