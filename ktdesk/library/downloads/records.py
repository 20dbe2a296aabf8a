# SPDX-License-Identifier: Apache-2.0
"""How orders and their progress are written into the database: as JSON, in ASCII.

So a folder whose name is no text, as Linux allows, comes back as it was. Reading raises ValueError,
KeyError or TypeError where something is not what was written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ktdesk.library.downloads.item import Failure, State, Wait
from ktdesk.library.fetch.order import FileProgress, FileState, Order, Progress
from ktdesk.library.hub.listing import RemoteFile


@dataclass(frozen=True, slots=True)
class Record:
    """One order as the database has it.

    is_removed, deletes_files: that it is to go, and with what was fetched.
    """

    order: Order
    state: State
    waits_for: Wait | None
    failure: Failure | None
    progress: Progress
    is_removed: bool = False
    deletes_files: bool = False


def write_order(order: Order) -> str:
    """Return the text of an order."""
    return json.dumps(
        {
            "id": order.id,
            "title": order.title,
            "source": order.source,
            "repository": order.repository,
            "revision": order.revision,
            "folder": str(order.folder),
            "files": [[file.path, file.size_bytes, file.sha256] for file in order.files],
        }
    )


def read_order(text: str) -> Order:
    """Return the order of a text."""
    values = json.loads(text)
    files = tuple(RemoteFile(path, int(size), sha256) for path, size, sha256 in values["files"])
    return Order(**values | {"files": files, "folder": Path(values["folder"])})


def write_progress(progress: Progress) -> str:
    """Return the text of a progress; the files themselves are the order's."""
    files = [[file.state.value, file.done_bytes] for file in progress.files]
    return json.dumps({"files": files, "bytes_per_s": progress.bytes_per_s, "note": progress.note})


def read_progress(text: str, order: Order) -> Progress:
    """Return the progress of a text."""
    values = json.loads(text)
    files = tuple(
        FileProgress(file, FileState(state), int(done))
        for file, (state, done) in zip(order.files, values["files"], strict=True)
    )
    return Progress(files, float(values["bytes_per_s"]), values["note"])


def write_failure(failure: Failure | None) -> str:
    """Return the text of a failure; '' for none."""
    if failure is None:
        return ""
    return json.dumps([failure.kind, failure.is_retryable, failure.text, failure.hint])


def read_failure(text: str) -> Failure | None:
    """Return the failure of a text."""
    return Failure(*json.loads(text)) if text else None
