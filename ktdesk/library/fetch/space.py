# SPDX-License-Identifier: Apache-2.0
"""Whether a disk has room for what is still to come."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from ktdesk.errors import DownloadError, format_bytes
from ktdesk.library.fetch.disk import allocated_bytes, disk_errors
from ktdesk.library.fetch.job import Job
from ktdesk.library.fetch.order import FileState


def needed_bytes(jobs: Sequence[Job]) -> int:
    """Return what files will take of the disk beyond what they have already."""
    open_jobs = [job for job in jobs if job.state is not FileState.COMPLETE and not job.is_in_place]
    return sum(max(0, job.file.size_bytes - allocated_bytes(job.part_path)) for job in open_jobs)


def check_space(folder: Path, jobs: Sequence[Job]) -> None:
    """Raise DownloadError unless all files will find room."""
    needed = needed_bytes(jobs)
    with disk_errors(folder):
        free = shutil.disk_usage(folder).free
    if needed > free:
        raise DownloadError(
            f"The disk of {folder} has {format_bytes(free)} free; {format_bytes(needed)} are "
            "still to come.",
            hint="Make room, or choose a folder on another disk.",
            kind="full",
        )
