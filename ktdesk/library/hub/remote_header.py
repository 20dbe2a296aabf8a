# SPDX-License-Identifier: Apache-2.0
"""The headers of a model elsewhere, by ranges: what plans need, and not a weight of it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ktdesk.errors import DownloadError, ModelFileError
from ktdesk.formats.gguf import Checkpoint, FilePart
from ktdesk.formats.gguf_header import Header, HeaderCutError, read_header
from ktdesk.library.fetch.order import Address, Origin
from ktdesk.library.hub.header_cache import HeaderCache
from ktdesk.library.hub.listing import Listing, RemoteFile, Variant
from ktdesk.library.hub.source import Source
from ktdesk.library.hub.vocabulary import Vocabulary
from ktdesk.library.web import Response, Web

# The first shard's header has the vocabulary, 3 to 10 MB; others only have a table of tensors.
_FIRST_BYTES, _TABLE_BYTES = 1 << 20, 1 << 15
_STEP_BYTES, _GROWTH = 1 << 20, 1.25
_AROUND_BYTES = 1 << 16  # what stands before and after a vocabulary that is known
_MOST_BYTES = 1 << 26  # the largest vocabularies in use take a quarter of it
_AT_ONCE = 4  # shards
_READ_BYTES = 1 << 16
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class RemoteHeaders:
    """Reads headers, and keeps them for the next time. From any thread."""

    def __init__(self, web: Web, cache: HeaderCache | None = None) -> None:
        self._web, self._cache = web, cache or HeaderCache()
        # Of the last repository, whose other quantisations have the same.
        self._known: tuple[tuple[str, str], Vocabulary | None] = ("", ""), None

    def checkpoint(self, source: Source, listing: Listing, variant: Variant) -> Checkpoint:
        """Return a model without its weights and its vocabulary.

        Raises DownloadError if it cannot be reached or is incomplete there, ModelFileError if its
        files are not what they should be.
        """
        if variant.missing:
            raise DownloadError(
                f"{listing.repository} lacks {len(variant.missing)} of the parts of "
                f"{variant.label}: {', '.join(map(str, variant.missing[:5]))}"
                f"{' ...' if len(variant.missing) > 5 else ''}.",
                hint="It may still be on its way there. Choose another quantisation, or source.",
                kind="missing",
            )
        origin = source.origin(listing.repository, listing.revision)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            parts = list(threads.map(partial(self._part, origin, listing, variant), variant.files))
        return Checkpoint(parts[0].path, parts)

    def _part(
        self, origin: Origin, listing: Listing, variant: Variant, file: RemoteFile
    ) -> FilePart:
        path, is_first = Path(file.path), file == variant.files[0]
        data = self._cache.read(listing, file)
        try:
            header = read_header(path, data, file.size_bytes)
        except (ModelFileError, HeaderCutError):  # not there, or damaged
            begin = _Begin(self._web, origin, file)
            if is_first:
                header = begin.header(_FIRST_BYTES, self._vocabulary(listing))
            else:
                header = begin.header(_TABLE_BYTES)
            data = bytes(begin.data[: header.data_start])
            self._cache.write(listing, file, data)
        if is_first:
            self._remember(listing, data)
        return FilePart(path, file.size_bytes, _without_vocabulary(header))

    def _vocabulary(self, listing: Listing) -> Vocabulary | None:
        repository, vocabulary = self._known
        return vocabulary if repository == (listing.source, listing.repository) else None

    def _remember(self, listing: Listing, header: bytes) -> None:
        if self._vocabulary(listing) is None:
            self._known = (listing.source, listing.repository), Vocabulary.of(header)


def _without_vocabulary(header: Header) -> Header:
    """Leave out what takes 30 MB of memory, and no plan needs."""
    metadata = {
        key: value
        for key, value in header.metadata.items()
        if not (key.startswith("tokenizer.") and isinstance(value, list))
    }
    return replace(header, metadata=metadata)


@dataclass
class _Begin:
    """The begin of a file, as far as it was fetched."""

    web: Web
    origin: Origin
    file: RemoteFile
    data: bytearray = field(default_factory=bytearray)
    address: Address | None = None  # to which the origin has led on
    etag: str = ""

    def header(self, wanted: int, vocabulary: Vocabulary | None = None) -> Header:
        """Fetch as much as the header takes, so many bytes to begin with, and read it.

        vocabulary: that it probably has; it is not fetched again if it begins like that.
        """
        if vocabulary:
            try:
                return self._header_around(vocabulary)
            except ModelFileError:  # it has another one
                self.data.clear()
        return self._header(wanted)

    def _header_around(self, vocabulary: Vocabulary) -> Header:
        self._fetch(min(_AROUND_BYTES, self.file.size_bytes))
        self.data[:] = vocabulary.complete(bytes(self.data))
        return self._header(len(self.data), _AROUND_BYTES)

    def _header(self, wanted: int, step: int = _STEP_BYTES) -> Header:
        while True:
            self._fetch(min(wanted, self.file.size_bytes))
            try:
                return read_header(Path(self.file.path), bytes(self.data), self.file.size_bytes)
            except HeaderCutError as cut:
                wanted = max(cut.least_bytes, len(self.data) + step)
                step = int(step * _GROWTH)
            if wanted > _MOST_BYTES:
                raise ModelFileError(
                    Path(self.file.path),
                    f"The header of {self.file.path} is longer than any known one.",
                    hint="The file is damaged, or made for another program.",
                )

    def _fetch(self, wanted: int) -> None:
        """Fetch up to so many bytes; from the origin again if the connection or the way breaks."""
        try:
            self._read(wanted)
        except DownloadError as error:
            if error.kind not in ("offline", "refused"):
                raise
            self.address = None
            self._read(wanted)

    def _read(self, wanted: int) -> None:
        have, address = len(self.data), self.address or self.origin.address(self.file)
        if have >= wanted:
            return
        with self.web.open(
            "GET", address.url, headers=address.headers, span=(have, wanted), etag=self.etag
        ) as response:
            if self._start(response) != have:  # it does not know ranges, or has another file by now
                self.data.clear()
            self.etag = response.headers.get("ETag", "")
            if response.has_left:  # the next step need not be led on again
                self.address = Address(response.url)
            while len(self.data) < wanted:
                some = response.read(min(_READ_BYTES, wanted - len(self.data)))
                if not some:
                    raise DownloadError(
                        f"The connection broke within the header of {self.file.path}.",
                        hint="Try again.",
                        kind="offline",
                    )
                self.data += some

    def _start(self, response: Response) -> int:
        """Return which byte of the file an answer begins with."""
        if response.status != 206:
            return 0
        said = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if said is None or int(said[2]) != self.file.size_bytes:
            raise DownloadError(
                f"{self.file.path} is not what it was when its repository was listed.",
                hint="Look the model up again.",
                kind="changed",
            )
        start = int(said[1])
        if start != len(self.data):
            raise DownloadError(f"The answer for {self.file.path} begins at the wrong byte.")
        return start
