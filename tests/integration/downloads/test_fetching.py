# SPDX-License-Identifier: Apache-2.0
"""Files come whole through whatever goes wrong on the way."""

from __future__ import annotations

import email.utils
import hashlib
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, DownloadError
from ktdesk.library.fetch.order import Address, FileState, Order
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.lock_file import read_locks
from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer, Reply, Request
from tests.integration.downloads.orders import (
    BLOCK,
    QUICK,
    ServerOrigin,
    check_files,
    content,
    fetch,
    order_of,
    remote,
    serve,
)

MODEL = "model.gguf"
PATH = f"/{MODEL}"
SIZE = 7 * BLOCK + 5


def fails(order: Order, *origins: ServerOrigin) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        fetch(order, *origins)
    assert str(caught.value).endswith(".")
    assert caught.value.hint
    return caught.value


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


def test_a_cut_connection_costs_nothing(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail(PATH, *(Fault(cut_after=count) for count in (0, 1, 1000, BLOCK - 1, 40_000)))
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert server.sent_bytes() == SIZE


def test_a_host_that_sends_no_more_is_left(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail(PATH, Fault(stall_after=1000), Fault(stall_after=0))
    fetch(order, ServerOrigin(server.url), web=Web(read_timeout_s=0.2))
    check_files(order, server)
    assert server.sent_bytes() == SIZE


def test_a_host_that_drips_is_left(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail(PATH, Fault(drip_bytes_per_s=1000))
    tuning = replace(QUICK, slow_bytes_per_s=BLOCK, slow_s=0.2)
    fetch(order, ServerOrigin(server.url), tuning=tuning)
    check_files(order, server)
    # What the dripping one brought is kept; only what was under way to it came for nothing.
    assert server.sent_bytes() < SIZE + BLOCK


def test_a_host_without_ranges_sends_one_stream(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE, "b": 2 * BLOCK})
    server.fail_always(PATH, Fault(ignores_range=True))
    server.fail(PATH, *[Fault(ignores_range=True, cut_after=3 * BLOCK + 9)] * 3)
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    done = [one.files[0].done_bytes for one in reports]
    assert done == sorted(done)


def test_ranges_may_end_early(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    data = server.contents[PATH][0]
    assert isinstance(data, bytes)

    def short(request: Request) -> Reply:
        start, end = request.span or (0, SIZE)
        end = min(end or SIZE, start + 20_000)
        headers = {"Content-Range": f"bytes {start}-{end - 1}/*"}
        return Reply(206, data[start:end], headers)

    server.answer(PATH, short)
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)


@pytest.mark.parametrize("known", [True, False])
def test_other_content_begins_again(server: FaultyServer, tmp_path: Path, known: bool) -> None:
    old, new = content(SIZE, 1), content(SIZE, 2)
    order = order_of(tmp_path, remote(MODEL, new, known=known), remote("b", new[:9]))
    server.add("/b", new[:9])
    server.add(PATH, old, etag='"old"')

    def change(request: Request) -> None:
        if server.sent_bytes(PATH) >= 4 * BLOCK:
            server.add(PATH, new, etag='"new"')

    server.before = change
    reports = fetch(order, ServerOrigin(server.url), tuning=replace(QUICK, connections=1))
    check_files(order, server)
    assert any("begins again" in one.note for one in reports)
    assert server.sent_bytes("/b") == 9


def test_another_name_of_the_same_content_costs_a_block(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    data = server.contents[PATH][0]

    def rename(request: Request) -> None:
        if server.sent_bytes(PATH) >= 4 * BLOCK:
            server.add(PATH, data, etag='"renamed"')

    server.before = rename
    fetch(order, ServerOrigin(server.url), tuning=replace(QUICK, connections=1))
    check_files(order, server)
    whole = [one for one in server.served(PATH) if one.status == 200]
    ranges = [one for one in server.served(PATH) if one.status == 206]
    assert len(whole) == 1
    assert sum(one.sent_bytes for one in ranges) <= SIZE + BLOCK


def test_a_host_that_always_has_another_name_is_taken_by_the_hash(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    data, count = server.contents[PATH][0], iter(range(10_000))
    server.before = lambda request: server.add(PATH, data, etag=f'"{next(count)}"') and None
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)


def test_another_size_is_told(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    for data in (content(SIZE + 1), content(10)):
        server.add(PATH, data)
        assert fails(order, ServerOrigin(server.url)).kind == "changed"


def test_a_busy_host_is_asked_when_it_says(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    date = email.utils.format_datetime(
        email.utils.datetime.datetime.fromtimestamp(
            time.time() + 2, email.utils.datetime.timezone.utc
        ),
        usegmt=True,
    )
    server.fail(
        PATH,
        Fault(reply=Reply(429, headers={"Retry-After": "1"})),
        Fault(reply=Reply(503, headers={"Retry-After": date})),
        Fault(reply=Reply(500)),
    )
    tuning = replace(QUICK, connections=1)
    began = time.monotonic()
    reports = fetch(order, ServerOrigin(server.url), tuning=tuning)
    assert time.monotonic() - began > 1  # no sooner than it was told
    check_files(order, server)
    assert any("Next try in 1 s." in one.note for one in reports)


def test_expired_addresses_are_asked_for_again(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    uses: dict[str, int] = {}

    def expires(request: Request) -> Reply | None:
        key = request.path.partition("?")[2]
        uses[key] = uses.get(key, 0) + 1
        return Reply(403) if uses[key] > 3 else None

    server.answer(PATH + "?", expires)

    class Signing(ServerOrigin):
        def address(self, file: RemoteFile) -> Address:
            return Address(f"{super().address(file).url}?signature={self.asked}")

    origin = Signing(server.url)
    fetch(order, origin, tuning=replace(QUICK, connections=1))
    check_files(order, server)
    assert origin.asked == 3
    assert server.sent_bytes() == SIZE


@pytest.mark.parametrize(("status", "kind"), [(401, "refused"), (403, "refused"), (404, "missing")])
def test_a_no_is_final(server: FaultyServer, tmp_path: Path, status: int, kind: str) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail_always(PATH, Fault(reply=Reply(status)))
    error = fails(order, ServerOrigin(server.url))
    assert error.kind == kind
    assert not error.is_retryable


def test_terms_to_accept_are_told(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    reply = Reply(403, headers={"X-Error-Code": "GatedRepo"})
    server.fail_always(PATH, Fault(reply=reply))
    assert fails(order, ServerOrigin(server.url)).kind == "gated"


def test_a_token_goes_to_its_host_alone(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    with FaultyServer() as hub:
        moved = Reply(302, headers={"Location": server.url + PATH})
        hub.answer("/repository", moved)
        origin = ServerOrigin(hub.url + "/repository", headers={"Authorization": "Bearer secret"})
        fetch(order, origin)
        asked_hub = [one.request.header("Authorization") for one in hub.log]
    check_files(order, server)
    assert asked_hub
    assert set(asked_hub) == {"Bearer secret"}
    assert {one.request.header("Authorization") for one in server.log} == {""}
    # The address that was signed is used again; the hub is not asked for every part.
    assert len(asked_hub) <= QUICK.connections
    assert server.sent_bytes() == SIZE


def test_wrong_bytes_are_found_and_replaced(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail(PATH, *[Fault(wrong_at=(3 * BLOCK + 5, SIZE - 1))] * 8)
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert FileState.REPAIRING in {one.files[0].state for one in reports}


def test_another_source_repairs_what_the_first_has_wrong(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    with FaultyServer() as wrong:
        wrong.add(PATH, server.contents[PATH][0], etag='"w"')
        wrong.fail_always(PATH, Fault(wrong_at=(17,)))
        fetch(order, ServerOrigin(wrong.url, "wrong"), ServerOrigin(server.url, "right"))
    check_files(order, server)
    assert server.sent_bytes() == SIZE


def test_content_that_never_fits_ends_and_is_kept(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail_always(PATH, Fault(wrong_at=(17,)))
    assert fails(order, ServerOrigin(server.url)).kind == "changed"
    assert (tmp_path / f"{MODEL}.part").stat().st_size == SIZE
    assert server.sent_bytes() <= 3 * SIZE
    server.mend(PATH)
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)


def test_damage_of_the_disk_costs_the_damaged_blocks(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail(PATH, *[Fault()] * 5, *[Fault(reply=Reply(404))] * 9)
    with pytest.raises(DownloadError):
        fetch(order, ServerOrigin(server.url), tuning=replace(QUICK, connections=1))
    with (tmp_path / f"{MODEL}.part").open("r+b") as file:
        file.seek(2 * BLOCK + 1)
        file.write(b"damaged")
    server.mend(PATH)
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert any("disk has damaged" in one.note for one in reports)
    assert server.sent_bytes(PATH) == SIZE + BLOCK


def test_a_damaged_file_in_its_place_is_repaired(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    fetch(order, ServerOrigin(server.url))
    with (tmp_path / MODEL).open("r+b") as file:
        file.seek(5)
        file.write(b"damaged")
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert server.sent_bytes() == 2 * SIZE


def test_another_file_of_the_name_is_kept(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    (tmp_path / MODEL).write_bytes(b"mine")
    (tmp_path / f"{MODEL}.old").write_bytes(b"older")
    fetch(order, ServerOrigin(server.url))
    check_files(order, server, f"{MODEL}.old", f"{MODEL}.old2")
    assert (tmp_path / f"{MODEL}.old2").read_bytes() == b"mine"


def test_a_file_without_a_hash_is_complete_but_not_verified(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, known=False, **{MODEL: SIZE})
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    [lock] = read_locks(tmp_path)
    assert lock.files[0].sha256 == ""
    assert lock.seals == ()


def test_the_next_source_goes_on_where_the_first_failed(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    with FaultyServer() as first:
        first.add(PATH, server.contents[PATH][0], etag='"first"')
        first.fail(PATH, Fault(), Fault(), Fault(cut_after=100), *[Fault(reply=Reply(404))] * 20)
        fetch(order, ServerOrigin(first.url, "first"), ServerOrigin(server.url, "second"))
        assert first.sent_bytes() > BLOCK
        assert first.sent_bytes() + server.sent_bytes() == SIZE
    check_files(order, server)


def test_what_has_no_hash_comes_from_one_source(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, known=False, **{MODEL: SIZE})
    with FaultyServer() as first:
        first.add(PATH, server.contents[PATH][0])
        first.fail(PATH, Fault(), Fault(cut_after=100), *[Fault(reply=Reply(404))] * 20)
        error = fails(order, ServerOrigin(first.url, "first"), ServerOrigin(server.url, "second"))
    assert error.kind == "missing"
    assert server.log == []


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
