# SPDX-License-Identifier: Apache-2.0
"""How fast each source is at the moment: some seconds of a file from each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Origin
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.web import Web

_SECONDS = 3.0
_MOST_BYTES = 1 << 27  # of each source, however fast it is
_READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class SourceSpeed:
    """What one source reached. source: its id. first_byte_s: how long it took to answer.

    problem: why nothing came; else ''.
    """

    source: str
    bytes_per_s: float = 0.0
    first_byte_s: float = 0.0
    problem: str = ""


def measure_speeds(
    web: Web,
    offers: Iterable[tuple[Origin, RemoteFile]],
    stop: threading.Event | None = None,
    *,
    seconds: float = _SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> list[SourceSpeed]:
    """Fetch a part of a file of each source for some seconds; return the fastest source first.

    Nothing is kept. One after the other, so that they do not share the line. stop: ends it early,
    with what was measured until then.
    """
    stop = stop or threading.Event()
    speeds: list[SourceSpeed] = []
    for origin, file in offers:
        if not stop.is_set():
            speeds.append(_measure(web, origin, file, stop, seconds, clock))
    return sorted(speeds, key=lambda speed: -speed.bytes_per_s)


def _measure(
    web: Web,
    origin: Origin,
    file: RemoteFile,
    stop: threading.Event,
    seconds: float,
    clock: Callable[[], float],
) -> SourceSpeed:
    begin, first, size = clock(), 0.0, 0
    span = (0, min(file.size_bytes, _MOST_BYTES))
    try:
        address = origin.address(file)
        with web.open("GET", address.url, headers=address.headers, span=span) as response:
            while size < span[1] and not stop.is_set() and clock() - begin < seconds:
                data = response.read(_READ_BYTES)
                if not data:
                    break
                first = first or clock() - begin
                size += len(data)
    except DownloadError as error:
        if not size:
            return SourceSpeed(origin.id, problem=str(error))
    return SourceSpeed(origin.id, size / max(clock() - begin, 1e-6), first)
