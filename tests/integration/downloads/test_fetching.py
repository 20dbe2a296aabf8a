# SPDX-License-Identifier: Apache-2.0
"""Files come whole, are verified, and are not fetched again."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, DownloadError
from ktdesk.library.fetch.order import FileState
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.verifier import Verifier
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.lock_file import read_locks
from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer
from tests.integration.downloads.orders import (
    BLOCK,
    MODEL,
    PATH,
    QUICK,
    SIZE,
    ServerOrigin,
    check_files,
    fails,
    fetch,
    order_of,
    serve,
)


def test_all_files_come_and_are_locked(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path / "m", **{"a.gguf": SIZE, "empty": 0, "sub/b": 100})
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert {one.size_bytes for one in reports} == {SIZE + 100}
    assert reports[-1].done_bytes == SIZE + 100
    assert {file.state for file in reports[-1].files} == {FileState.COMPLETE}
    [lock] = read_locks(order.folder)
    assert lock.files == order.files
    assert {path for path, _ in lock.seals} == {"a.gguf", "empty", "sub/b"}
    assert server.sent_bytes() == order.size_bytes


def test_nothing_is_fetched_again(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE, "b": 9})
    fetch(order, ServerOrigin(server.url))
    before = len(server.log)
    reports = fetch(order, ServerOrigin(server.url))
    assert reports[0].done_bytes == order.size_bytes
    assert len(server.log) == before
    check_files(order, server)


def test_a_file_without_a_hash_is_complete_but_not_verified(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, known=False, **{MODEL: SIZE})
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert server.sent_bytes() == SIZE
    assert reports[-1].note == ""
    [lock] = read_locks(tmp_path)
    assert lock.files[0].sha256 == ""
    assert lock.seals == ()


def test_stopping_keeps_all(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail_always(PATH, Fault(stall_after=BLOCK // 2))
    stop = threading.Event()
    with pytest.raises(Cancelled):
        fetch(
            order,
            ServerOrigin(server.url),
            stop=stop,
            web=Web(read_timeout_s=60),
            report=lambda progress: stop.set() if progress.bytes_per_s else None,
        )
    sent = server.sent_bytes()
    assert sent
    server.mend(PATH)
    reports = fetch(order, ServerOrigin(server.url))
    assert reports[0].done_bytes == sent
    assert server.sent_bytes() == SIZE
    check_files(order, server)


def test_the_speed_limit_holds_and_can_be_changed(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    limit = SpeedLimit(BLOCK)
    stop = threading.Event()
    threading.Timer(1, stop.set).start()
    with pytest.raises(Cancelled):
        reports = fetch(order, ServerOrigin(server.url), limit=limit, stop=stop)
    limit.bytes_per_s = 0
    reports = fetch(order, ServerOrigin(server.url), limit=limit)
    assert reports[0].done_bytes < 3 * BLOCK
    check_files(order, server)


def test_names_stay_in_the_folder(server: FaultyServer, tmp_path: Path) -> None:
    for path in ("../a", "/a", "a/../b", "a\\b", "c:a", "nul.gguf"):
        with pytest.raises(DownloadError, match="refused"):
            fetch(order_of(tmp_path, RemoteFile(path, 1, "")), ServerOrigin(server.url))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "out").symlink_to(tmp_path)
    order = order_of(tmp_path / "m", RemoteFile("out/a", 1, ""))
    assert "leads elsewhere" in str(fails(order, ServerOrigin(server.url)))
    assert server.log == []


def test_too_little_space_is_told_before(server: FaultyServer, tmp_path: Path) -> None:
    order = order_of(tmp_path, RemoteFile("a", 1 << 60, hashlib.sha256().hexdigest()))
    assert fails(order, ServerOrigin(server.url)).kind == "full"
    assert server.log == []


def test_two_downloads_into_one_folder_are_refused(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    problems: list[str] = []

    def second(_: object) -> None:
        if not problems:
            problems.append(str(fails(order, ServerOrigin(server.url))))

    fetch(order, ServerOrigin(server.url), report=second)
    assert "Another download" in problems[0]
    check_files(order, server)


def test_a_folder_is_a_source(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path / "to", **{MODEL: SIZE})
    data = server.contents[PATH][0]
    assert isinstance(data, bytes)
    (tmp_path / MODEL).write_bytes(data)
    fetch(order, ServerOrigin(tmp_path.as_uri()))
    check_files(order, server)
    assert server.log == []


def test_a_file_that_was_verified_is_not_read_again(
    server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    fetch(order, ServerOrigin(server.url))
    monkeypatch.setattr(Verifier, "verify", None)
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)


def test_another_file_of_the_name_is_kept(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    (tmp_path / MODEL).write_bytes(b"mine")
    (tmp_path / f"{MODEL}.old").write_bytes(b"older")
    fetch(order, ServerOrigin(server.url))
    check_files(order, server, f"{MODEL}.old", f"{MODEL}.old2")
    assert (tmp_path / f"{MODEL}.old2").read_bytes() == b"mine"


def test_a_host_that_does_not_answer_holds_nobody(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    asked, answer, stop = threading.Event(), threading.Event(), threading.Event()

    def wait(_: object) -> None:
        asked.set()
        answer.wait(30)

    server.before = wait
    try:
        with pytest.raises(Cancelled):
            fetch(
                order,
                ServerOrigin(server.url),
                stop=stop,
                web=Web(read_timeout_s=60),
                report=lambda progress: stop.set() if asked.is_set() else None,
            )
    finally:
        answer.set()
    while any(thread.name == "fetch" for thread in threading.enumerate()):
        time.sleep(0.01)
    assert all(one.sent_bytes <= BLOCK for one in server.log)
    assert list(tmp_path.glob("*.part")) == []
    server.before = lambda request: None
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)


def test_many_small_files_come(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{f"{number}.json": number for number in range(300)})
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert server.connections <= QUICK.connections
