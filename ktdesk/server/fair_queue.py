# SPDX-License-Identifier: Apache-2.0
"""A queue in which owners take turns, and each owner's jobs keep their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from ktdesk.server.job import Job


class FairQueue:
    """Jobs that wait. Not thread-safe."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[Job]] = {}  # by owner, whose turn is next first; none empty

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __iter__(self) -> Iterator[Job]:
        for line in self._lines.values():
            yield from line

    def push(self, job: Job) -> None:
        """Add a job behind those of its owner."""
        self._lines.setdefault(job.owner, deque()).append(job)

    def first(self) -> Job | None:
        """Return the job whose turn it is."""
        return next(iter(self), None)

    def take(self) -> Job:
        """Remove the job whose turn it is, and return it; then it is the next owner's turn."""
        owner, line = next(iter(self._lines.items()))
        job = line.popleft()
        del self._lines[owner]
        if line:
            self._lines[owner] = line
        return job

    def remove(self, job: Job) -> bool:
        """Remove a job; return whether it was there."""
        line = self._lines.get(job.owner)
        if line is None or job not in line:
            return False
        line.remove(job)
        if not line:
            del self._lines[job.owner]
        return True
