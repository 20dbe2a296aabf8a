# SPDX-License-Identifier: Apache-2.0
"""The web client against servers that lead it astray."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.web import Web
from tests.faulty_server import Fault, FaultyServer, Reply

SECRET = {"Authorization": "Bearer secret"}
DATA = bytes(range(256)) * 40


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        server.add("/file", DATA)
        yield server


@pytest.fixture
def other() -> Iterator[FaultyServer]:
    with FaultyServer() as other:
        other.add("/file", DATA)
        yield other


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(connect_timeout_s=2, read_timeout_s=2)
    yield web
    web.close()


def read(web: Web, url: str, **options: object) -> bytes:
    with web.open("GET", url, **options) as response:
        return b"".join(iter(lambda: response.read(1000), b""))


def tokens(server: FaultyServer) -> list[str]:
    return [one.request.header("Authorization") for one in server.log]


def to(url: str, status: int = 302) -> Reply:
    return Reply(status, headers={"Location": url})


def test_a_span_is_what_was_asked_for(web: Web, server: FaultyServer) -> None:
    assert read(web, f"{server.url}/file", span=(3, 300)) == DATA[3:300]
    assert read(web, f"{server.url}/file", span=(3, 300), etag='"old"') == DATA
    assert server.log[0].request.header("User-Agent").startswith("KTDesk/")


def test_redirects_are_followed(web: Web, server: FaultyServer) -> None:
    for number in range(10):
        server.answer(
            f"/{number}", to(f"/{number + 1}" if number < 9 else "file", 301 + number % 3)
        )
    with web.open("GET", f"{server.url}/0", headers=SECRET, span=(0, 5)) as response:
        assert response.read(100) == DATA[:5]
        assert response.url == f"{server.url}/file"
        assert not response.has_left
    assert tokens(server) == [SECRET["Authorization"]] * 11


def test_endless_redirects_end(web: Web, server: FaultyServer) -> None:
    server.answer("/loop", lambda request: to(f"/loop{len(server.log)}"))
    with pytest.raises(DownloadError, match="more than 10 times"):
        web.open("GET", f"{server.url}/loop")
    assert len(server.log) == 11


def test_tokens_stay_with_their_host(web: Web, server: FaultyServer, other: FaultyServer) -> None:
    server.answer("/away", to(f"{other.url}/back"))
    other.answer("/back", to("/on"))
    other.answer("/on", to(f"{server.url}/file"))
    assert read(web, f"{server.url}/away", headers=SECRET, span=(1, 9)) == DATA[1:9]
    assert tokens(server) == [SECRET["Authorization"], ""]
    assert tokens(other) == ["", ""]


def test_another_name_of_the_same_machine_is_another_host(web: Web, server: FaultyServer) -> None:
    server.answer("/away", to(f"http://localhost:{server.port}/file"))
    assert read(web, f"{server.url}/away", headers=SECRET) == DATA
    assert tokens(server) == [SECRET["Authorization"], ""]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://host/x", "http://", "http://a b/", "http://[::1/", ""]
)
def test_other_addresses_are_not_followed(web: Web, server: FaultyServer, target: str) -> None:
    server.answer("/away", to(target))
    with pytest.raises(DownloadError):
        read(web, f"{server.url}/away").decode("ascii")


def test_json_is_read_up_to_a_limit(web: Web, server: FaultyServer) -> None:
    server.answer("/good", Reply(body=json.dumps({"a": [1]}).encode()))
    server.answer("/page", Reply(body=b"<html>"))
    server.answer("/deep", Reply(body=b"[" * 100_000))
    assert web.json(f"{server.url}/good") == {"a": [1]}
    with pytest.raises(DownloadError, match="longer than"):
        web.json(f"{server.url}/good", limit_bytes=5)
    for path in ("page", "deep"):
        with pytest.raises(DownloadError, match="not JSON"):
            web.json(f"{server.url}/{path}")


@pytest.mark.parametrize(
    ("reply", "kind", "wait"),
    [
        (Reply(401), "refused", None),
        (Reply(403, headers={"X-Error-Code": "GatedRepo"}), "gated", None),
        (Reply(404), "missing", None),
        (Reply(416), "changed", None),
        (Reply(429, headers={"Retry-After": "7"}), "busy", 7),
        (Reply(429, headers={"Retry-After": "1e99"}), "busy", 3600),
        (Reply(429, headers={"Retry-After": "nan"}), "busy", None),
        (Reply(503, headers={"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}), "busy", 0),
        (Reply(503, headers={"Retry-After": "soon"}), "busy", None),
        (Reply(500), "busy", None),
        (Reply(400), "broken", None),
        (Reply(200, headers={"Content-Encoding": "gzip"}), "broken", None),
    ],
)
def test_answers_are_told_apart(
    web: Web, server: FaultyServer, reply: Reply, kind: str, wait: float | None
) -> None:
    server.answer("/no", reply)
    with pytest.raises(DownloadError) as caught:
        web.open("GET", f"{server.url}/no")
    assert (caught.value.kind, caught.value.retry_after_s) == (kind, wait)


def test_lost_hosts_are_told(web: Web, server: FaultyServer) -> None:
    for url, words in (
        ("http://127.0.0.1:1/", "lets nobody connect"),
        ("http://no-such-host.invalid/", "name is not known"),
    ):
        with pytest.raises(DownloadError, match=words) as caught:
            web.open("GET", url)
        assert caught.value.is_retryable
    server.fail("/file", Fault(cut_after=100))
    with pytest.raises(DownloadError, match="connection broke"):
        read(web, f"{server.url}/file")


def test_secrets_are_in_no_error_and_no_log(
    web: Web, server: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer("/no", to(f"http://me:secret@127.0.0.1:{server.port}/gone?sig=secret"))
    with caplog.at_level(logging.INFO), pytest.raises(DownloadError) as caught:
        web.open("GET", f"{server.url}/no?sig=secret", headers=SECRET)
    chain: BaseException | None = caught.value
    while chain:
        assert "secret" not in repr(chain)
        chain = None if chain.__suppress_context__ else chain.__context__
    assert "secret" not in caplog.text


def test_a_token_with_other_characters_is_refused(web: Web, server: FaultyServer) -> None:
    for token in ("a\r\nX: 1", "токен"):
        with pytest.raises(DownloadError, match="characters"):
            web.open("GET", f"{server.url}/file", headers={"Authorization": token})
    assert server.log == []


def test_connections_are_kept(web: Web, server: FaultyServer) -> None:
    for _ in range(3):
        read(web, f"{server.url}/file", span=(0, 100))
    assert server.connections == 1
