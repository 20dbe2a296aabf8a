# SPDX-License-Identifier: Apache-2.0
"""Whatever clients send, they get an error in the shape of their API, and the server goes on."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ktdesk.server import connection, gate
from ktdesk.settings import ServerSettings
from tests.integration.server.conftest import Served, serving, wait_until

MODEL = "tiny-deepseek"
HELLO = [{"role": "user", "content": "hello"}]
JSON = {"type": "json_object"}
CHAT = {"model": MODEL, "messages": HELLO, "max_tokens": 2}
PICTURE = {"url": "data:image/png;base64," + "A" * (4 << 20)}
SEEN = [{"role": "user", "content": [{"type": "image_url", "image_url": PICTURE}]}]
POSTS = {
    "/v1/chat/completions": CHAT,
    "/v1/completions": {"model": MODEL, "prompt": "hello", "max_tokens": 2},
    "/v1/responses": {"model": MODEL, "input": "hello", "max_output_tokens": 2},
    "/v1/messages": CHAT,
    "/v1/messages/count_tokens": {"model": MODEL, "messages": HELLO},
    "/api/chat": {"model": MODEL, "messages": HELLO, "options": {"num_predict": 2}},
    "/api/generate": {"model": MODEL, "prompt": "hello", "options": {"num_predict": 2}},
}


@pytest.fixture
def http(served: Served) -> Iterator[httpx.Client]:
    with served.client() as client:
        yield client


def message(path: str, body: dict[str, Any]) -> str:
    """Return what an error says; fail if it does not have the shape of its API."""
    if path.startswith("/api/"):
        assert list(body) == ["error"]
        return body["error"]
    if path.startswith("/v1/messages"):
        assert body["type"] == "error"
        assert set(body["error"]) == {"type", "message"}
    else:
        assert list(body) == ["error"]
        assert set(body["error"]) == {"message", "type", "param", "code"}
    return body["error"]["message"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "body"),
        (b"{", "not JSON"),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b"null", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"{}", "model"),
    ],
    ids=["nothing", "cut", "no text", "deep", "null", "list", "text", "empty"],
)
def test_a_body_that_is_none(http: httpx.Client, path: str, content: bytes, words: str) -> None:
    done = http.post(path, content=content, headers={"content-type": "application/json"})
    assert done.status_code == 400
    assert words in message(path, done.json())


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "change",
    [
        {"model": 7},
        {"model": ["tiny-deepseek"]},
        {"messages": [{"role": "pirate", "content": "x"}], "input": [{"role": "pirate"}]},
        {"messages": [{"role": "user", "content": 7}], "prompt": 7, "input": 7},
        {"messages": "hello", "prompt": {}, "input": {}},
        {"stream": "yes"},
        {"tools": "all", "options": "all", "raw": 1, "echo": 7},
    ],
    ids=["number", "list", "role", "content", "kind", "stream", "tools"],
)
def test_a_field_that_is_wrong(http: httpx.Client, path: str, change: dict[str, Any]) -> None:
    fields = POSTS[path] | {"stream": False, "tools": [], "raw": False, "echo": False}
    known = {name: value for name, value in change.items() if name in fields}
    if not known:
        return
    done = http.post(path, json=POSTS[path] | known)
    assert done.status_code == 400
    said = message(path, done.json())
    assert any(name in said for name in known), said


@pytest.mark.parametrize("path", POSTS)
def test_a_field_that_does_not_exist(http: httpx.Client, path: str) -> None:
    done = http.post(path, json=POSTS[path] | {"colour": "red", "stream": False})
    if path == "/v1/messages/count_tokens":
        assert done.status_code == 400
    elif path.startswith("/api/"):
        assert done.status_code == 200  # as Ollama does
    else:
        assert done.status_code == 400
        assert "colour" in message(path, done.json())


@pytest.mark.parametrize("path", POSTS)
def test_a_model_that_is_not_there(http: httpx.Client, path: str) -> None:
    for name in ("nothing", "../../etc/passwd", "/etc/passwd", "", "x" * 100_000, "\ud800"):
        content = httpx._content.json_dumps(POSTS[path] | {"model": name})
        done = http.post(path, content=content, headers={"content-type": "application/json"})
        assert done.status_code in (404, 400)
        assert len(message(path, done.json())) < 1000


@pytest.mark.parametrize("path", POSTS)
def test_a_prompt_that_is_too_long(http: httpx.Client, path: str) -> None:
    if path.endswith("count_tokens"):
        return
    long = "x" * 600
    for stream in (False, True):
        changes = {"messages": [{"role": "user", "content": long}], "prompt": long, "input": long}
        known = {name: value for name, value in changes.items() if name in POSTS[path]}
        done = http.post(path, json=POSTS[path] | known | {"stream": stream})
        assert done.status_code == 400
        assert "room for 512" in message(path, done.json())


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("/v1/chat/completions", {"temperature": -1}, "temperature"),
        ("/v1/chat/completions", {"top_p": 2}, "top_p"),
        ("/v1/chat/completions", {"logit_bias": {"x": 1}}, "no"),
        ("/v1/chat/completions", {"logit_bias": {"999999": 1}}, "999999"),
        ("/v1/chat/completions", {"n": 1000}, "n:"),
        ("/v1/chat/completions", {"seed": 1 << 70}, "seed"),
        ("/v1/chat/completions", {"max_tokens": 10**30}, "max_tokens"),
        ("/v1/chat/completions", {"tool_choice": "required"}, "tools"),
        ("/v1/chat/completions", {"modalities": ["audio"]}, "modalities"),
        ("/v1/chat/completions", {"grammar": "start: ("}, "grammar"),
        ("/v1/chat/completions", {"grammar": 'root ::= "x"', "response_format": JSON}, "contra"),
        ("/v1/responses", {"tools": [{"type": "web_search"}]}, "tools"),
        ("/v1/chat/completions", {"messages": SEEN}, "text"),
        ("/v1/responses", {"input": SEEN}, "text"),
        ("/v1/completions", {"echo": True, "logprobs": 1}, "prompt"),
        ("/v1/completions", {"prompt": ["a", "b"]}, "prompt"),
        ("/v1/messages", {"tools": [{"type": "bash_20250124", "name": "bash"}]}, "schema"),
        ("/v1/messages", {"tool_choice": {"type": "tool", "name": "x"}}, "tools"),
        ("/api/chat", {"options": {"temperature": -1}}, "temperature"),
        ("/api/chat", {"messages": [{"role": "user", "content": "", "images": ["eA=="]}]}, "text"),
        ("/api/generate", {"context": [1, 2]}, "context"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be(
    http: httpx.Client, path: str, change: dict[str, Any], words: str
) -> None:
    done = http.post(path, json=POSTS[path] | change)
    assert done.status_code == 400
    assert words in message(path, done.json())


@pytest.mark.parametrize(
    "schema",
    [{"type": "nix"}, {"$ref": "#/nowhere"}, {"type": "string", "pattern": "("}, {"anyOf": 7}],
)
def test_a_schema_that_cannot_be(http: httpx.Client, schema: dict[str, Any]) -> None:
    given = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    done = http.post("/v1/chat/completions", json=CHAT | {"response_format": given})
    assert done.status_code == 400
    assert "schema" in message("/v1", done.json())
    done = http.post("/api/chat", json=CHAT | {"format": schema})
    assert done.status_code == 400
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    forced = CHAT | {"tools": [tool], "tool_choice": "required"}
    assert http.post("/v1/chat/completions", json=forced).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/api/tags", 405),
        ("POST", "/v1/messages/batches", 404),
        ("POST", "/api/pull", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/v1/models/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/%00%0a%0dX: y", 404),
        ("GET", "/docs", 404),
        ("BREW", "/v1/models", 405),
    ],
)
def test_a_place_that_is_not_there(http: httpx.Client, method: str, path: str, status: int) -> None:
    done = http.request(method, path)
    assert done.status_code == status
    assert message(path, done.json())


def test_a_body_that_is_too_large(tiny: Path) -> None:
    with (
        serving([tiny], settings=ServerSettings(port=0, body_mb=1)) as served,
        served.client() as http,
    ):
        body = b"x" * 1_000_001
        done = http.post("/v1/chat/completions", content=body)
        assert done.status_code == 413
        assert "1 MB" in message("/v1", done.json())

        def pieces() -> Iterator[bytes]:
            for _ in range(1001):
                yield b"x" * 1000

        assert http.post("/api/chat", content=pieces()).status_code == 413  # of unknown length
        assert http.post("/v1/messages", json=CHAT).status_code == 200


def connected(served: Served) -> socket.socket:
    host, _, port = served.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def received(client: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    answer = b""
    while piece := client.recv(65536):
        answer += piece
    return answer


def raw(served: Served, request: bytes) -> bytes:
    """Send bytes; return all that comes until the server closes."""
    with connected(served) as client:
        try:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            return received(client)
        except ConnectionError:
            return b""


@pytest.mark.parametrize("count", [101, 1000, 20_000])
def test_a_flood_of_headers(served: Served, count: int) -> None:
    for headers in (b"A: b\r\n" * count, b"A: " + b"x" * 400 * count + b"\r\n"):
        answer = raw(served, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n")
        assert answer[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 400", b"")
    with served.client() as http:
        assert http.get("/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/99\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: odd\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ],
    ids=["tls", "version", "length", "encoding", "hosts"],
)
def test_what_is_no_request(served: Served, request_: bytes) -> None:
    assert raw(served, request_)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 501", b"")
    with served.client() as http:
        assert http.get("/health").json()["status"] == "ok"


def test_a_length_beyond_all_numbers(served: Served) -> None:
    start = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
    answer = raw(served, start + b"9" * 5000 + b"\r\n\r\n")
    assert answer[:12] in (b"HTTP/1.1 413", b"HTTP/1.1 400", b"")
    with served.client() as http:
        assert http.get("/health").json()["status"] == "ok"


def test_a_client_that_sends_half_a_body_and_goes(served: Served) -> None:
    start = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
    raw(served, start)
    served.wait_until_idle()
    with served.client() as http:
        assert http.get("/health").json()["status"] == "ok"


def test_a_client_that_sends_half_a_request_and_waits(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_HEADERS_S", 0.2)
    monkeypatch.setattr(gate, "_BODY_S", 0.2)
    whole = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with serving([tiny]) as served:
        for before in (b"", whole):
            with connected(served) as client:
                client.sendall(before + whole[:-2])
                assert received(client).count(b'"ok"') == bool(before)  # and it is closed
        with connected(served) as client:
            start = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
            client.sendall(start + b"Connection: close\r\n\r\n{")
            assert b" 408 " in received(client).splitlines()[0]


@pytest.mark.slow
def test_a_client_that_reads_nothing_is_left(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_READING_S", 0.2)
    more = {"max_tokens": 400, "stream": True, "logprobs": True, "top_logprobs": 20, "n": 8}
    body = json.dumps(CHAT | more | {"logit_bias": {"2": -100}}).encode()
    with serving([tiny]) as served, connected(served) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        start = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
        )
        client.sendall(start.encode() + b"\r\n\r\n" + body)
        wait_until(lambda: bool(served.service._server.server_state.connections))
        wait_until(lambda: not served.service._server.server_state.connections)
        served.wait_until_idle()


def test_curl(served: Served) -> None:
    def curl(*arguments: str) -> str:
        command = ["curl", "-sS", "--noproxy", "*", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert '"status":"ok"' in curl(f"{served.url}/health")
    body = '{"model": "tiny-deepseek", "prompt": "hello", "max_tokens": 3, "stream": true}'
    lines = curl("-N", f"{served.url}/v1/completions", "--json", body).splitlines()
    assert lines[-2:] == ["data: [DONE]", ""]
    plain = '{"model": "tiny-deepseek", "prompt": "hello", "options": {"num_predict": 1}}'
    assert '"done":true' in curl(f"{served.url}/api/generate", "-d", plain)  # not called JSON
    assert "# TYPE ktdesk_generated_tokens_total counter" in curl(f"{served.url}/metrics")


def test_metrics_count_what_was_done(tiny: Path) -> None:
    with serving([tiny]) as served, served.client() as http:
        http.post("/v1/chat/completions", json=CHAT)
        http.post("/v1/chat/completions", json={})
        wait_until(lambda: 'status="400"} 1' in http.get("/metrics").text)
        lines = http.get("/metrics").text.splitlines()
        assert 'ktdesk_requests_total{api="openai",status="400"} 1' in lines
        assert "ktdesk_generated_tokens_total 2" in lines
        assert "ktdesk_prompt_tokens_total 23" in lines
        assert "ktdesk_model_loaded 1" in lines
