# SPDX-License-Identifier: Apache-2.0
"""The same files at several sources, and which of those is the fastest."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.folder import Folder
from ktdesk.library.hub.huggingface import HuggingFace
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.same_files import listings_with
from ktdesk.library.hub.server import PlainServer
from ktdesk.library.hub.speed_test import measure_speeds
from ktdesk.library.shelf.lock_file import ModelLock, write_lock
from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer
from tests.hub import Hub

NAME = "maker/model-GGUF"
DATA = b"GGUF" + bytes(1 << 20)
SAME = {"m-Q4_0.gguf": DATA, "m-Q8_0.gguf": b"GGUF other"}
WANTED = RemoteFile("m-Q4_0.gguf", len(DATA), hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def mirror(web: Web, credentials: Credentials) -> Iterator[HuggingFace]:
    with FaultyServer() as server:
        hub = Hub(server)
        hub.add(NAME, SAME)
        yield HuggingFace(web, credentials, hub.url, id="mirror", title="Mirror")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    place = tmp_path / NAME
    place.mkdir(parents=True)
    (place / WANTED.path).write_bytes(DATA)
    write_lock(place, ModelLock("huggingface", NAME, "0" * 40, (WANTED,)))
    return Folder(tmp_path)


def test_sources_with_the_same_file(
    hub: Hub, source: HuggingFace, mirror: HuggingFace, folder: Folder, web: Web
) -> None:
    hub.add(NAME, {"m-Q4_0.gguf": DATA[:-1] + b"x"})
    gone = PlainServer(web, Credentials({}), "http://127.0.0.1:9/")
    found = listings_with([source, mirror, folder, gone], NAME, [WANTED])
    assert [(each.id, listing.source) for each, listing in found] == [
        ("mirror", "mirror"), (folder.id, folder.id)
    ]  # fmt: skip


def test_without_a_checksum_nobody_has_the_same(mirror: HuggingFace) -> None:
    unknown = RemoteFile(WANTED.path, WANTED.size_bytes, "")
    assert listings_with([mirror], NAME, [unknown]) == []
    assert listings_with([mirror], NAME, [WANTED, RemoteFile("more.gguf", 1, "0" * 64)]) == []


def test_the_fastest_source_comes_first(
    hub: Hub, source: HuggingFace, mirror: HuggingFace, store: FaultyServer, web: Web
) -> None:
    hub.add(NAME, SAME)
    store.fail_always(f"/store/{NAME}/{WANTED.path}", Fault(drip_bytes_per_s=200_000))
    gone = PlainServer(web, Credentials({}), "http://127.0.0.1:9/")
    offers = [(each.origin(NAME, "main"), WANTED) for each in (gone, source, mirror)]
    fast, slow, none = measure_speeds(web, offers, seconds=0.3)
    assert (fast.source, slow.source, none.source) == ("mirror", "huggingface", gone.id)
    assert fast.bytes_per_s > slow.bytes_per_s > none.bytes_per_s == 0
    assert "not reached" in none.problem
    assert fast.problem == slow.problem == ""
    assert store.sent_bytes() < len(DATA)


def test_what_came_before_a_connection_broke_counts(
    hub: Hub, source: HuggingFace, store: FaultyServer, web: Web
) -> None:
    hub.add(NAME, SAME)
    store.fail_always(f"/store/{NAME}/{WANTED.path}", Fault(cut_after=200_000))
    (speed,) = measure_speeds(web, [(source.origin(NAME, "main"), WANTED)])
    assert speed.problem == ""
    assert speed.bytes_per_s > 0


def test_a_speed_test_can_be_stopped(source: HuggingFace, web: Web) -> None:
    stop = threading.Event()
    stop.set()
    assert measure_speeds(web, [(source.origin(NAME, "main"), WANTED)], stop) == []
