# SPDX-License-Identifier: Apache-2.0
"""Files come whole over lines that break, stall and crawl."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer, Reply, Request
from tests.integration.downloads.orders import (
    BLOCK,
    MODEL,
    PATH,
    QUICK,
    SIZE,
    ServerOrigin,
    check_files,
    fetch,
    serve,
)


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


def test_what_keeps_all_waiting_is_shared(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: 4 * BLOCK})
    server.fail(PATH, Fault(drip_bytes_per_s=BLOCK / 4))
    tuning = replace(QUICK, block_bytes=2 * BLOCK, share_s=0.2, share_bytes=BLOCK // 8)
    fetch(order, ServerOrigin(server.url), tuning=tuning)
    check_files(order, server)
    assert min(one.sent_bytes for one in server.served(PATH)) < BLOCK
