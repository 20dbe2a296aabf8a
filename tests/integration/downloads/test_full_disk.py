# SPDX-License-Identifier: Apache-2.0
"""A disk that gets full on the way loses nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faulty_server import FaultyServer, Request
from tests.integration.downloads.orders import (
    BLOCK,
    MODEL,
    PATH,
    QUICK,
    ServerOrigin,
    check_files,
    fails,
    fetch,
    serve,
)
from tests.small_disk import small_disk_at

SIZE = 16 * BLOCK
DISK = 4 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "disk", DISK) as folder:
        yield folder


@pytest.mark.parametrize("connections", [1, 3])
def test_it_goes_on_when_there_is_room(
    server: FaultyServer, small_disk: Path, connections: int
) -> None:
    order = serve(server, small_disk / "m", **{MODEL: SIZE})
    ballast = small_disk / "ballast"

    def fill_up(request: Request) -> None:
        """Let others take what is free, after it was found to be enough."""
        if server.sent_bytes() > 5 * BLOCK and not ballast.exists():
            with ballast.open("wb") as file, suppress(OSError):
                while True:
                    file.write(bytes(4096))
                    file.flush()

    server.before = fill_up
    error = fails(order, ServerOrigin(server.url), tuning=replace(QUICK, connections=connections))
    assert error.kind == "full"
    assert not error.is_retryable
    assert fails(order, ServerOrigin(server.url)).kind == "full"  # seen before anything is asked
    before = server.sent_bytes()
    ballast.write_bytes(b"")
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    # What was fetched again is at most the block that each connection could not write.
    assert reports[0].done_bytes >= before - connections * BLOCK
    assert server.sent_bytes() - SIZE <= connections * BLOCK


def test_a_folder_that_cannot_be_written_is_told(server: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    order = serve(server, tmp_path / "file" / "m", **{MODEL: SIZE})
    assert fails(order, ServerOrigin(server.url)).kind == "unwritable"
    assert server.served(PATH) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_disk_that_takes_no_large_files_is_told(server: FaultyServer, tmp_path: Path) -> None:
    import resource

    order = serve(server, tmp_path, **{MODEL: SIZE})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5 * BLOCK, before[1]))
    try:
        error = fails(order, ServerOrigin(server.url))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "takes no file as large" in str(error)
    reports = fetch(order, ServerOrigin(server.url))
    assert reports[0].done_bytes >= 3 * BLOCK
    check_files(order, server)
