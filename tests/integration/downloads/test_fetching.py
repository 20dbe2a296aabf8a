# SPDX-License-Identifier: Apache-2.0
"""Files come whole through whatever goes wrong on the way."""

from __future__ import annotations

from pathlib import Path

from ktdesk.library.fetch.order import FileState
from ktdesk.library.shelf.lock_file import read_locks
from tests.faulty_server import FaultyServer
from tests.integration.downloads.orders import BLOCK, ServerOrigin, check_files, fetch, serve


def test_all_files_come_and_are_locked(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path / "m", **{"a.gguf": 5 * BLOCK + 7, "empty": 0, "sub/b": 100})
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert {one.size_bytes for one in reports} == {5 * BLOCK + 107}
    assert reports[-1].done_bytes == 5 * BLOCK + 107
    assert {file.state for file in reports[-1].files} == {FileState.COMPLETE}
    [lock] = read_locks(order.folder)
    assert lock.files == order.files
    assert {path for path, _ in lock.seals} == {"a.gguf", "empty", "sub/b"}
    assert server.sent_bytes() == order.size_bytes
