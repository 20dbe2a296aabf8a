# SPDX-License-Identifier: Apache-2.0
"""One download of zeros by KTDesk, in a process of its own: `... URL SIZE FOLDER`."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from ktdesk.library.fetch.fetcher import Fetcher
from ktdesk.library.fetch.order import Address, FileState, Order, Progress
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.web import Web

_CHUNK = bytes(1 << 20)


class _Server:
    id = "server"

    def __init__(self, url: str) -> None:
        self._url = url

    def address(self, file: RemoteFile) -> Address:
        return Address(self._url)


def fetch_once(url: str, size: int, folder: Path) -> dict[str, float]:
    """Fetch the file; return the seconds until it was on the disk, and until it was verified."""
    file = RemoteFile(urlsplit(url).path[1:], size, _sha256_of_zeros(size))
    order = Order("1", "", "server", "", "", (file,), folder)
    began, fetched = time.perf_counter(), [0.0]

    def note(progress: Progress) -> None:
        if progress.files[0].state is FileState.VERIFYING and not fetched[0]:
            fetched[0] = time.perf_counter() - began

    Fetcher(order, [_Server(url)], Web()).run(threading.Event(), note)
    return {"fetched_s": fetched[0], "verified_s": time.perf_counter() - began}


def _sha256_of_zeros(size: int) -> str:
    digest = hashlib.sha256()
    for left in range(size, 0, -len(_CHUNK)):
        digest.update(memoryview(_CHUNK)[: min(left, len(_CHUNK))])
    return digest.hexdigest()


if __name__ == "__main__":
    address, length, target = sys.argv[1:]
    sys.stdout.write(json.dumps(fetch_once(address, int(length), Path(target))))
