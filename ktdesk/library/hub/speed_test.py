# SPDX-License-Identifier: Apache-2.0
"""How fast each source is at the moment: some seconds of a file from each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Origin
from ktdesk.library.hub.listing import Listing, RemoteFile
from ktdesk.library.hub.source import Source
from ktdesk.library.hub.tree import Tree
from ktdesk.library.hub.variants import variants_of
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


def offers_of(
    sources: Iterable[Source], repository: str, stop: threading.Event | None = None
) -> tuple[list[tuple[Origin, RemoteFile]], list[SourceSpeed]]:
    """Return where a large file of a model can be had, whatever its name is there.

    Of servers and folders that do not have the model, any other will do. Also returns those that
    have none, and why. Slow: sources are asked one after another, until `stop`. Raises
    DownloadError if nobody has any.
    """
    offers: list[tuple[Origin, RemoteFile]] = []
    others: list[SourceSpeed] = []
    for source in sources:
        if stop and stop.is_set():
            break
        try:
            listing = _listing(source, repository)
        except DownloadError as error:
            others.append(SourceSpeed(source.id, problem=str(error)))
            continue
        files = [file for variant in variants_of(listing.files) for file in variant.files]
        if files:
            origin = source.origin(listing.repository, listing.revision)
            offers.append((origin, max(files, key=lambda file: file.size_bytes)))
    if not offers and not (stop and stop.is_set()):
        problems = " ".join(other.problem for other in others)
        raise DownloadError(
            f"No source has {repository}. {problems}", hint="Name another OWNER/NAME."
        )
    return offers, others


def _listing(source: Source, repository: str) -> Listing:
    try:
        return source.listing(repository)
    except DownloadError as error:
        hits = source.search("", 1) if isinstance(source, Tree) and error.kind == "missing" else []
        if not hits:
            raise
        return source.listing(hits[0].repository)


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
