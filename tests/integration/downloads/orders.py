# SPDX-License-Identifier: Apache-2.0
"""Orders of files of the faulty server, and what fetches them."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.fetcher import Fetcher
from ktdesk.library.fetch.order import Address, Order, Origin, Progress
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.web import Web
from ktdesk.settings import data_folder
from tests.faulty_server import FaultyServer

BLOCK = 64 << 10
MODEL = "model.gguf"
PATH = f"/{MODEL}"
SIZE = 7 * BLOCK + 5
QUICK = Tuning(
    connections=3, block_bytes=BLOCK, first_wait_s=0.01, longest_wait_s=0.05, report_s=0.01
)


class ServerOrigin:
    """The files of a server, below an address."""

    def __init__(self, url: str, name: str = "server", headers: dict[str, str] | None = None):
        self.id = name
        self.asked = 0
        self._url = url
        self._headers = headers or {}

    def address(self, file: RemoteFile) -> Address:
        self.asked += 1
        return Address(f"{self._url}/{file.path}", self._headers)


def content(size: int, seed: int = 0) -> bytes:
    """Return bytes that repeat nowhere."""
    return random.Random(seed).randbytes(size)


def remote(path: str, data: bytes, *, known: bool = True) -> RemoteFile:
    """Return what a listing says of a file."""
    return RemoteFile(path, len(data), hashlib.sha256(data).hexdigest() if known else "")


def order_of(folder: Path, *files: RemoteFile) -> Order:
    """Return an order of files."""
    return Order("1", "A model", "server", "a/model", "main", tuple(files), folder)


def serve(server: FaultyServer, folder: Path, known: bool = True, **files: int) -> Order:
    """Serve new files of these sizes, and return an order of them."""
    found: list[RemoteFile] = []
    for seed, (name, size) in enumerate(files.items()):
        data = content(size, seed)
        server.add(f"/{name}", data)
        found.append(remote(name, data, known=known))
    return order_of(folder, *found)


def fetch(
    order: Order,
    *origins: Origin,
    web: Web | None = None,
    limit: SpeedLimit | None = None,
    tuning: Tuning = QUICK,
    stop: threading.Event | None = None,
    report: Callable[[Progress], None] | None = None,
) -> list[Progress]:
    """Fetch an order; return the reports."""
    reports: list[Progress] = []

    def note(progress: Progress) -> None:
        reports.append(progress)
        if report:
            report(progress)

    own = web or Web(connect_timeout_s=2, read_timeout_s=2)
    try:
        Fetcher(order, origins, own, limit=limit, tuning=tuning).run(
            stop or threading.Event(), note
        )
    finally:
        if web is None:
            own.close()
    return reports


def fails(order: Order, *origins: Origin, tuning: Tuning = QUICK) -> DownloadError:
    """Return the error that an order ends with."""
    with pytest.raises(DownloadError) as caught:
        fetch(order, *origins, tuning=tuning)
    assert str(caught.value).endswith(".")
    assert caught.value.hint
    return caught.value


def check_files(order: Order, server: FaultyServer, *others: str) -> None:
    """Assert that the folder has the files as they are on the server, and nothing else."""
    for file in order.files:
        served, _ = server.contents[f"/{file.path}"]
        assert (order.folder / file.path).read_bytes() == served
    home = data_folder()  # of a test; some fetch into the folder that it lies in
    found = {
        path for path in order.folder.rglob("*") if path.is_file() and home not in path.parents
    }
    names = {path.relative_to(order.folder).as_posix() for path in found}
    # A new lock file that was killed before it got its name stays beside the next one.
    names = {name for name in names if not fnmatch(name, "model.lock.json*.new")}
    expected = {file.path for file in order.files} | {"model.lock.json", *others}
    assert names == expected, names ^ expected
