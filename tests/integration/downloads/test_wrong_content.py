# SPDX-License-Identifier: Apache-2.0
"""Files come whole though sources change them, or lines and disks damage them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.shelf.facts import facts_file
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.verify import verify
from tests.faulty_server import Fault, FaultyServer, Reply, Request
from tests.integration.downloads.orders import (
    BLOCK,
    MODEL,
    PATH,
    QUICK,
    SIZE,
    ServerOrigin,
    check_files,
    content,
    fails,
    fetch,
    order_of,
    remote,
    serve,
)


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
    assert "begins again" in reports[-1].note
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
    order = serve(server, tmp_path, **{MODEL: 40 * BLOCK})
    data, count = server.contents[PATH][0], iter(range(10_000))
    server.before = lambda request: server.add(PATH, data, etag=f'"{next(count)}"') and None
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    # Soon it is asked without a condition, and gives parts again.
    whole = [one for one in server.served(PATH) if one.status == 200]
    assert len(whole) <= QUICK.tries + 2 * QUICK.connections


def test_another_size_is_told(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    for data in (content(SIZE + 1), content(10)):
        server.add(PATH, data)
        assert fails(order, ServerOrigin(server.url)).kind == "changed"


def test_wrong_bytes_are_found_and_replaced(server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    server.fail(PATH, *[Fault(wrong_at=(3 * BLOCK + 5, SIZE - 1))] * 8)
    reports = fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert "compared with its source" in reports[-1].note


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


def test_a_line_that_always_damages_something_else_ends_it(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path, **{MODEL: SIZE})
    places = iter(range(10_000))
    server.before = lambda request: server.fail_always(
        PATH, Fault(wrong_at=tuple(BLOCK * block + next(places) for block in range(8)))
    )
    assert fails(order, ServerOrigin(server.url)).kind == "damaged"
    assert server.sent_bytes() == 3 * SIZE
    assert (tmp_path / f"{MODEL}.part").stat().st_size == SIZE


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
    assert "disk has damaged" in reports[-1].note
    assert server.sent_bytes(PATH) == SIZE + BLOCK


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_damaged_file_in_its_place_is_repaired(
    server: FaultyServer, tmp_path: Path, is_remembered: bool
) -> None:
    order = serve(server, tmp_path / "model", **{MODEL: SIZE})
    fetch(order, ServerOrigin(server.url))
    if not is_remembered:
        facts_file().unlink()
    with (order.folder / MODEL).open("r+b") as file:
        file.seek(5)
        file.write(b"damaged")
    fetch(order, ServerOrigin(server.url))
    check_files(order, server)
    assert server.sent_bytes() == SIZE + (BLOCK if is_remembered else SIZE)


def test_bits_that_turn_on_the_disk_are_found_and_cost_one_block(
    server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path / "model", **{MODEL: SIZE})
    fetch(order, ServerOrigin(server.url))
    path = order.folder / MODEL
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(3 * BLOCK)
        file.write(b"turned")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with Shelf([(order.folder, Owner.KTDESK)]) as shelf:
        (result,) = verify(shelf.look_at(path), shelf.facts)
        assert result.bad == ((3 * BLOCK, 4 * BLOCK),)
        fetch(order, ServerOrigin(server.url))
        assert shelf.look_at(path).state.damaged == ()
    check_files(order, server)
    assert server.sent_bytes() == SIZE + BLOCK
