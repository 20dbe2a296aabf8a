# SPDX-License-Identifier: Apache-2.0
"""Which other sources have the same files, to go on from one of them or to choose the fastest."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from ktdesk.errors import DownloadError
from ktdesk.library.hub.listing import Listing, RemoteFile
from ktdesk.library.hub.source import Source

log = logging.getLogger(__name__)

_AT_ONCE = 8


def listings_with(
    sources: Iterable[Source], repository: str, files: Iterable[RemoteFile]
) -> list[tuple[Source, Listing]]:
    """Return the sources that have all of some files, under the same names, and their listings.

    Only those with the same sizes and checksums count; a file without a checksum is nobody's. Each
    source is asked for a repository of this name; one that cannot be reached has nothing.
    """
    wanted = set(files)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        asked = [(source, threads.submit(_listing, source, repository)) for source in sources]
        found = [(source, listing.result()) for source, listing in asked]
    return [
        (source, listing)
        for source, listing in found
        if listing is not None
        and all(file.sha256 for file in wanted)
        and wanted <= set(listing.files)
    ]


def _listing(source: Source, repository: str) -> Listing | None:
    try:
        return source.listing(repository)
    except DownloadError as error:
        log.info("%s is not asked further: %s", source.title, error)
        return None
