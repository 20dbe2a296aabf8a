# SPDX-License-Identifier: Apache-2.0
"""Headers of files elsewhere that were read before, on this disk."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

from ktdesk.library.hub.listing import Listing, RemoteFile
from ktdesk.settings import cache_folder
from ktdesk.whole_file import whole_file

log = logging.getLogger(__name__)

_MOST_BYTES = 200_000_000  # a header takes 5 to 10 MB, nearly all of it the vocabulary


class HeaderCache:
    """The begins of files, by where they are from; what was not used for longest goes first.

    What cannot be read or written is as if it were not there. From any thread and process.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder() / "headers"

    def read(self, listing: Listing, file: RemoteFile) -> bytes:
        """Return the begin of a file, b'' if it is not here."""
        path = self._path(listing, file)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return b""
        return data

    def write(self, listing: Listing, file: RemoteFile, data: bytes) -> None:
        """Keep the begin of a file."""
        try:
            with whole_file(self._path(listing, file)) as stream:
                stream.write(data)
            self._make_room()
        except OSError as error:
            log.info("A header is not kept: %s", error)

    def _path(self, listing: Listing, file: RemoteFile) -> Path:
        origin = (listing.source, listing.repository, listing.revision)
        key = "\0".join((*origin, file.path, str(file.size_bytes), file.sha256))
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.gguf-header"

    def _make_room(self) -> None:
        states = [(path, path.stat()) for path in self._folder.glob("*.gguf-header")]
        total = sum(state.st_size for _, state in states)
        for path, state in sorted(states, key=lambda each: each[1].st_mtime_ns):
            if total <= _MOST_BYTES:
                return
            path.unlink(missing_ok=True)
            total -= state.st_size
