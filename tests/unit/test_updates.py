# SPDX-License-Identifier: Apache-2.0
"""Whether there is a newer version: what is asked, what is believed, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ktdesk import __version__, updates
from ktdesk.errors import DownloadError
from ktdesk.settings import Settings, UpdatesSettings
from ktdesk.updates import is_due, newest_release
from tests.faulty_server import FaultyServer
from tests.faulty_server.faults import Fault, Reply

PATH = "/latest.json"
FILE = {"name": "KTDesk-9.0.0-x86_64.AppImage", "size": 320_000_000, "sha256": "0a" * 32}
DOCUMENT: dict[str, Any] = {
    "version": "9.0.0",
    "date": "2026-12-01",
    "notes": "https://example.org/9.0.0",
    "page": "https://example.org/",
    "files": [FILE],
    "more": "from a later KTDesk",
}


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


def ask(server: FaultyServer, body: bytes) -> updates.Release:
    server.add(PATH, body)
    return newest_release(Settings(updates=UpdatesSettings(feed=server.url + PATH)))


def test_one_request_tells_the_newest_version_and_its_files(server: FaultyServer) -> None:
    release = ask(server, json.dumps(DOCUMENT).encode())
    assert release == updates.Release(
        version="9.0.0",
        date="2026-12-01",
        notes="https://example.org/9.0.0",
        page="https://example.org/",
        files=(updates.ReleaseFile(FILE["name"], 320_000_000, "0a" * 32),),
    )
    (asked,) = server.served()
    assert (asked.request.method, asked.request.path) == ("GET", PATH)
    assert asked.request.header("User-Agent") == f"KTDesk/{__version__}"


@pytest.mark.parametrize(
    ("version", "is_newer"),
    [("9.0.0", True), ("0.10.0", True), ("0.9.0", False), ("0.9.9", False), ("0.8.10", False)],
)
def test_versions_are_compared_as_numbers(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch, version: str, is_newer: bool
) -> None:
    monkeypatch.setattr(updates, "__version__", "0.9.9")
    assert ask(server, json.dumps(DOCUMENT | {"version": version}).encode()).is_newer is is_newer


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"version": "9.0"}, "version: '9.0'"),
        ({"version": "9.0.0-rc1"}, "version: '9.0.0-rc1'"),
        ({"version": None}, "version: None"),
        ({"version": "9" * 5000 + ".0.0"}, "version: '999"),
        ({"date": "tomorrow"}, "date: 'tomorrow'"),
        ({"notes": "file:///etc/passwd"}, "notes: 'file:"),
        ({"notes": "javascript:alert(1)"}, "notes: 'javascript:"),
        ({"page": "https://"}, "page: 'https://'"),
        ({"page": "https://[::1"}, "page: "),
        ({"page": "https://example.org/\x1b[2J"}, "page: "),
        ({"page": 3}, "page: 3"),
        ({"files": {}}, "files: {}"),
        ({"files": ["a"]}, "document: 'a'"),
        ({"files": [FILE | {"size": -1}]}, "size: -1"),
        ({"files": [FILE | {"size": True}]}, "size: True"),
        ({"files": [FILE | {"name": "../a"}]}, "name: '../a'"),
        ({"files": [FILE | {"sha256": "0a"}]}, "sha256: '0a'"),
    ],
)
def test_what_makes_no_sense_is_named(
    server: FaultyServer, changes: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(DownloadError, match="newest version of KTDesk is not known") as caught:
        ask(server, json.dumps(DOCUMENT | changes).encode())
    assert f"has a wrong {wrong}" in str(caught.value)
    assert len(str(caught.value)) < 200
    assert caught.value.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "wrong document"),
        (b"<html>", "is not JSON"),
        (b"{}" + b" " * updates.MOST_BYTES, "is longer than 64 kB"),
    ],
)
def test_no_document_is_an_error(server: FaultyServer, body: bytes, said: str) -> None:
    with pytest.raises(DownloadError, match=said):
        ask(server, body)


def test_a_host_that_says_no_or_is_not_there_is_an_error(server: FaultyServer) -> None:
    server.fail(PATH, Fault(reply=Reply(status=404)))
    with pytest.raises(DownloadError, match="404") as caught:
        ask(server, b"{}")
    assert caught.value.kind == "missing"
    nobody = Settings(updates=UpdatesSettings(feed="http://127.0.0.1:9/latest.json"))
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1:9 is not reached") as caught:
        newest_release(nobody)
    assert caught.value.kind == "offline"


def test_a_host_that_never_ends_is_left(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "ANSWERS_WITHIN_S", 1)
    server.fail(PATH, Fault(drip_bytes_per_s=20))
    with pytest.raises(DownloadError, match="takes longer than 1 s"):
        ask(server, json.dumps(DOCUMENT).encode())
    server.fail(PATH, Fault(stall_after=5))
    with pytest.raises(DownloadError, match="nothing for too long"):
        ask(server, json.dumps(DOCUMENT).encode())


def test_a_file_will_do_and_nonsense_will_not(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    assert newest_release(Settings(updates=UpdatesSettings(feed=path.as_uri()))).is_newer
    with pytest.raises(DownloadError, match="is no address of the web"):
        newest_release(Settings(updates=UpdatesSettings(feed="nonsense")))


@pytest.mark.parametrize(
    ("look", "looked_on", "expected"),
    [
        ("ask", "", False),
        ("never", "", False),
        ("at start", "", True),
        ("at start", "2026-11-29", True),
        ("at start", "2026-11-30", False),
    ],
)
def test_the_program_looks_by_itself_once_a_day_and_only_if_it_may(
    look: str, looked_on: str, expected: bool
) -> None:
    settings = UpdatesSettings(look=look, looked_on=looked_on)
    assert is_due(settings, date(2026, 11, 30)) is expected


def test_nobody_is_asked_at_first() -> None:
    assert not is_due(Settings().updates, date(2026, 11, 30))


def test_a_copy_that_was_told_no_place_says_so() -> None:
    with pytest.raises(DownloadError, match="not told where newer versions are named"):
        newest_release(Settings(updates=UpdatesSettings(feed="")))
