# SPDX-License-Identifier: Apache-2.0
"""Sources that say no, not now, or not any more; and who else is asked."""

from __future__ import annotations

import email.utils
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.library.fetch.order import Address
from ktdesk.library.hub.listing import RemoteFile
from tests.faulty_server import Fault, FaultyServer, Reply, Request
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
    serve,
)


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
