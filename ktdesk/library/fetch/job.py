# SPDX-License-Identifier: Apache-2.0
"""One file on its way: what is missing, what is being fetched, and what is on the disk."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path

from ktdesk.library.fetch.disk import PartFile
from ktdesk.library.fetch.journal import Block, Journal, Record
from ktdesk.library.fetch.names import PART
from ktdesk.library.fetch.order import Address, FileProgress, FileState
from ktdesk.library.fetch.spans import Span, gaps, total
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.seal import Seal


class Job:
    """A file of an order. Its lock guards all of it; who holds it never waits for the network.

    missing: what nobody fetches yet. doubtful: what is on the disk, and is to be fetched again
    and compared. Both in order. addresses, refusals: by the id of an origin.
    """

    def __init__(self, file: RemoteFile, target: Path, journal: Journal) -> None:
        self.file = file
        self.target = target
        self.part_path = target.with_name(target.name + PART)
        self.journal = journal
        self.lock = threading.RLock()
        self.state = FileState.WAITING
        self.missing: list[Span] = []
        self.doubtful: list[Span] = []
        self.claims: list[Claim] = []
        self.is_streamed = False
        self.is_in_place = False  # whether it was there before, and is only to be verified
        self.done_bytes = 0
        self.source = self.etag = ""
        self.addresses: dict[str, Address] = {}
        self.refusals: dict[str, int] = {}
        self.failed_origins: set[str] = set()
        self.seal: Seal | None = None  # of the file in its place, since it was compared
        self.passes = 0  # times that all of it was compared with an origin
        self.differing_bytes = 0  # found by the present comparison
        self.is_probing = False  # whether a part is compared to learn of all
        self.changes = 0  # times that an origin had another name for it
        self.trusts_etags = True
        self._part: PartFile | None = None

    def take_up(self, record: Record, seal: Seal | None) -> None:
        """Go on from what is on the disk. seal: of an earlier order. Raises OSError."""
        self.source, self.etag = record.source, record.etag
        if self.target.is_file() and self.target.stat().st_size == self.file.size_bytes:
            self.done_bytes = self.file.size_bytes
            found = Seal.of(self.target)
            if not self.file.sha256 or found in (record.seal, seal):
                self.seal = found if self.file.sha256 else None
                self.state = FileState.COMPLETE
                return
            if not self.part_path.exists():
                self.is_in_place = True
                return
        size = self.part_path.stat().st_size if self.part_path.is_file() else 0
        kept = [block for block in record.blocks if block.end <= size]
        lost = tuple(block for block in record.blocks if block.end > size)
        if lost:
            self.journal.remove(self.file.path, lost)
        self.missing = gaps([(block.start, block.end) for block in kept], self.file.size_bytes)
        self.done_bytes = self.file.size_bytes - total(self.missing)

    @property
    def part(self) -> PartFile:
        """The file that is written; opened when it is first needed."""
        with self.lock:
            if self._part is None:
                self._part = PartFile(self.part_path)
            return self._part

    def close_part(self) -> None:
        """Close the file that is written."""
        with self.lock:
            if self._part:
                self._part.close()
                self._part = None

    def leave_place(self) -> None:
        """Go on with a file that was in its place as with one that has come. Raises OSError."""
        self.target.rename(self.part_path)
        self.is_in_place = False

    @property
    def is_fetched(self) -> bool:
        """Whether every byte is on the disk."""
        with self.lock:
            return not (self.missing or self.doubtful or self.claims)

    def progress(self) -> FileProgress:
        """Return how far it is."""
        with self.lock:
            return FileProgress(self.file, self.state, self.done_bytes)

    def claim(self, most_bytes: int) -> Claim | None:
        """Return the next part to fetch, which is then nobody else's; None if there is none."""
        with self.lock:
            if self.is_streamed:
                return None
            for spans in (self.doubtful, self.missing):
                if spans:
                    start, end = spans[0]
                    return self._take(spans, start, min(end, start + most_bytes))
            return None

    def has(self, claim: Claim) -> bool:
        """Return whether a claim is still valid."""
        with self.lock:
            return claim in self.claims

    def running_claims(self) -> tuple[Claim, ...]:
        """Return what is being fetched now."""
        with self.lock:
            return tuple(self.claims)

    def share(self, claim: Claim) -> Claim | None:
        """Return the second half of what a claim has left, as one of its own."""
        with self.lock:
            middle = (claim.position + claim.end) // 2
            if claim not in self.claims or self.is_streamed or middle >= claim.end:
                return None
            second = Claim(self, middle, claim.end, compares=claim.compares)
            claim.end = middle
            self.claims.append(second)
            return second

    def claim_after(self, position: int, most_bytes: int) -> Claim | None:
        """Return the next part from a place on, of a file that comes in one stream."""
        with self.lock:
            later = [
                (span, spans)
                for spans in (self.missing, self.doubtful)
                for span in spans
                if span[1] > position
            ]
            if not later:
                return None
            (start, end), spans = min(later, key=lambda one: one[0])
            start = max(start, position)
            return self._take(spans, start, min(end, start + most_bytes))

    def stream(self, claim: Claim) -> bool:
        """Take all parts from those who fetch them: what comes is the file from its beginning.

        Return False if the claim is not valid any more, so that somebody else does this.
        """
        with self.lock:
            if claim not in self.claims:
                return False
            self.is_streamed = True
            for one in list(self.claims):
                self.give_back(one)
            return True

    def end_stream(self) -> None:
        """Let several fetch the file again."""
        with self.lock:
            self.is_streamed = False
            for one in list(self.claims):
                self.give_back(one)

    def give_back(self, claim: Claim) -> None:
        """Let others fetch what a claim has not. It can write nothing from now on."""
        with self.lock:
            if claim not in self.claims:
                return
            self.claims.remove(claim)
            if claim.committed < claim.end:
                spans = self.doubtful if claim.compares else self.missing
                spans.append((claim.committed, claim.end))
                spans.sort()

    def begin_again(self) -> None:
        """Forget all that is on the disk: it is not of the file that the source has now."""
        with self.lock:
            self.journal.remove(self.file.path)
            self.claims.clear()
            self.doubtful.clear()
            self.missing = gaps([], self.file.size_bytes)
            self.done_bytes = 0

    def doubt(self, blocks: tuple[Block, ...]) -> None:
        """Let parts be fetched again, and compared with what is on the disk."""
        with self.lock:
            self.journal.remove(self.file.path, blocks)
            self.doubtful += [(block.start, block.end) for block in blocks]
            self.doubtful.sort()
            self.done_bytes -= sum(block.end - block.start for block in blocks)

    def probe_differs(self) -> bool:
        """Return whether a part that was compared is another one; end the probe when it is told."""
        with self.lock:
            is_open = self.doubtful or any(claim.compares for claim in self.claims)
            if self.differing_bytes or not is_open:
                self.is_probing = False
            return self.differing_bytes > 0

    def _take(self, spans: list[Span], start: int, end: int) -> Claim:
        span = next(span for span in spans if span[0] <= start < span[1])
        at = spans.index(span)
        rest = [(span[0], start), (end, span[1])]
        spans[at : at + 1] = [one for one in rest if one[0] < one[1]]
        claim = Claim(self, start, end, compares=spans is self.doubtful)
        self.claims.append(claim)
        if self.state is FileState.WAITING:
            self.state = FileState.FETCHING
        return claim


class Claim:
    """A part of a file that one thread fetches.

    position: how far it is written. committed: how far it is on the disk for good. compares: there
    is something on the disk, which is written over only where it differs.
    """

    def __init__(self, job: Job, start: int, end: int, *, compares: bool) -> None:
        self.job = job
        self.start = start
        self.end = end
        self.compares = compares
        self.position = self.committed = start
        self._crc = 0
        self._began = time.monotonic()

    @property
    def left_bytes(self) -> int:
        """How much has not come yet. It may become less at any time."""
        return self.end - self.position

    @property
    def left_s(self) -> float:
        """How long the rest will take, if it goes on as it did."""
        spent_s = time.monotonic() - self._began
        return spent_s * self.left_bytes / max(self.position - self.start, 1)

    def write(self, data: bytes) -> bool:
        """Write what comes next; False if the claim is not valid any more."""
        job = self.job
        part = job.part
        with job.lock:  # a claim that ends must not write into what others have written since
            if self not in job.claims:
                return False
            data = data[: self.left_bytes]
            if not self.compares:
                part.write(self.position, data)
            elif part.read(self.position, len(data)) != data:
                part.write(self.position, data)
                job.differing_bytes += len(data)
            self.position += len(data)
        self._crc = zlib.crc32(data, self._crc)
        return True

    def commit(self) -> None:
        """Write down in the journal what has been written, once it is on the disk for good."""
        if self.position == self.committed:
            return
        job = self.job
        job.part.sync()
        with job.lock:
            if self not in job.claims:
                return
            block = Block(self.start, self.position, self._crc)
            job.journal.add(job.file.path, block, job.source, job.etag)
            job.done_bytes += self.position - self.committed
            self.committed = self.position
