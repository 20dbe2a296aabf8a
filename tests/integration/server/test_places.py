# SPDX-License-Identifier: Apache-2.0
"""Places at the engine: freed when a client goes, wherever it stands; few, fair, and limited.

The engine is held where a test wants it, so that nothing depends on how fast it is.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

import ktdesk.runtime.answering as answering
import ktdesk.runtime.loading as loading
import ktdesk.server.answers as server_answers
import ktdesk.server.service as server_service
from ktdesk.operators.site import Cache
from ktdesk.runtime.rows import CacheRows
from ktdesk.runtime.sampler import Sampler
from ktdesk.runtime.step import PromptChunk
from ktdesk.server.job import Job
from ktdesk.settings import ServerSettings
from tests.integration.server.conftest import Served, serving, wait_until

MODEL = "tiny-deepseek"
CHAT = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}], "max_tokens": 200}
STREAMS = {
    "/v1/chat/completions": CHAT | {"stream": True},
    "/v1/completions": {"model": MODEL, "prompt": "x", "max_tokens": 200, "stream": True},
    "/v1/responses": {"model": MODEL, "input": "x", "max_output_tokens": 200, "stream": True},
    "/v1/messages": CHAT | {"stream": True},
    "/api/chat": {"model": MODEL, "messages": CHAT["messages"], "options": {"num_predict": 200}},
    "/api/generate": {"model": MODEL, "prompt": "hello", "options": {"num_predict": 200}},
}


class Hold:
    """Lets the sampler choose so many tokens, then holds it until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tokens: int) -> None:
        self.left, self.go = tokens, threading.Event()
        self.chosen = 0
        monkeypatch.setattr(Sampler, "sample", self._sample)

    def _sample(self, logits, context) -> int:
        if self.chosen >= self.left:
            assert self.go.wait(30)
        self.chosen += 1
        return 70


@pytest.fixture
def served(tiny: Path) -> Iterator[Served]:
    with serving([tiny], settings=ServerSettings(port=0, queue_length=3), parallel=1) as served:
        yield served


def running(served: Served) -> Job:
    wait_until(lambda: bool(served.dispatcher._running))
    (job,) = served.dispatcher._running
    return job


@pytest.mark.parametrize("path", STREAMS)
def test_a_client_that_goes_while_it_is_answered(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    hold = Hold(monkeypatch, 5)
    with served.client() as http:
        with http.stream("POST", path, json=STREAMS[path]) as response:
            assert response.status_code == 200
            pieces = response.iter_raw()
            assert next(pieces)
            wait_until(lambda: hold.chosen == 5)
            job = running(served)
        wait_until(lambda: job.is_cancelled)
        hold.go.set()
        served.wait_until_idle()
    assert hold.chosen <= 6


@pytest.mark.parametrize("path", STREAMS)
def test_a_client_that_goes_while_it_waits_for_all(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    hold = Hold(monkeypatch, 5)
    with pytest.raises(httpx.ReadTimeout), served.client() as http:
        http.post(path, json=STREAMS[path] | {"stream": False}, timeout=0.5)
    job = running(served)
    wait_until(lambda: job.is_cancelled)
    hold.go.set()
    served.wait_until_idle()
    assert hold.chosen <= 6


class EndlessPrompt(PromptChunk):
    """A chunk that is never read to its end: only who cancels gets out of it."""

    def __iter__(self) -> Iterator[float]:
        while True:
            time.sleep(0.005)
            yield 0.5


@pytest.mark.parametrize("is_stream", [True, False])
def test_a_client_that_goes_while_its_prompt_is_read(
    served: Served, monkeypatch: pytest.MonkeyPatch, is_stream: bool
) -> None:
    monkeypatch.setattr(answering, "PromptChunk", EndlessPrompt)
    with served.client() as http:
        if is_stream:
            with http.stream("POST", "/v1/chat/completions", json=CHAT | {"stream": True}) as got:
                lines = got.iter_lines()
                while not next(lines).startswith(": prompt "):
                    pass
        else:
            with pytest.raises(httpx.ReadTimeout):
                http.post("/v1/chat/completions", json=CHAT, timeout=0.5)
    served.wait_until_idle()
    monkeypatch.undo()


def test_progress_is_told_to_those_who_ask(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "PromptChunk", EndlessPrompt)
    body = CHAT | {"stream": True, "return_progress": True}
    with served.client() as http, http.stream("POST", "/v1/chat/completions", json=body) as got:
        data = (line for line in got.iter_lines() if line.startswith("data: "))
        progress = next(p for line in data if (p := json.loads(line[6:]).get("prompt_progress")))
        assert progress == {"processed": 0, "total": 23}
    served.wait_until_idle()


def test_a_client_that_goes_while_it_waits_for_its_turn(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Hold(monkeypatch, 0)
    with served.client() as first, served.client() as second:
        with first.stream("POST", "/v1/chat/completions", json=CHAT | {"stream": True}):
            wait_until(lambda: served.dispatcher.running == 1)
            for timeout, is_stream in ((0.3, False), (0.3, True)):
                with pytest.raises(httpx.ReadTimeout):
                    second.post(
                        "/v1/chat/completions", json=CHAT | {"stream": is_stream}, timeout=timeout
                    )
                wait_until(lambda: served.dispatcher.waiting == 0)
            assert served.dispatcher.running == 1
        hold.go.set()
        served.wait_until_idle()


def test_a_queue_that_is_full(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = Hold(monkeypatch, 0)
    with served.client() as http:
        threads = [
            threading.Thread(target=http.post, args=("/api/chat",), kwargs={"json": body})
            for body in [CHAT | {"stream": False, "options": {"num_predict": 1}}] * 4
        ]
        threads[0].start()
        wait_until(lambda: served.dispatcher.running == 1)  # else it could be one of those who wait
        for thread in threads[1:]:
            thread.start()
        wait_until(lambda: served.dispatcher.waiting == 3)
        for path, body in STREAMS.items():
            done = http.post(path, json=body)
            assert done.status_code == (529 if path == "/v1/messages" else 503)
            assert int(done.headers["retry-after"]) > 0
            error = done.json()["error"]
            assert "busy" in (error if isinstance(error, str) else error["message"])
        several = http.post("/v1/chat/completions", json=CHAT | {"n": 4})
        assert several.status_code == 503
        hold.go.set()
        for thread in threads:
            thread.join(30)
        served.wait_until_idle()


def test_a_stream_says_that_it_waits(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_answers, "_PATIENCE_S", 0.1)
    often = Job.__init__.__kwdefaults__ | {"tick_s": 0.1}
    monkeypatch.setattr(Job.__init__, "__kwdefaults__", often)
    hold = Hold(monkeypatch, 0)
    with served.client() as http, served.client() as second:
        with http.stream("POST", "/v1/chat/completions", json=CHAT | {"stream": True}):
            wait_until(lambda: served.dispatcher.running == 1)
            with second.stream("POST", "/v1/chat/completions", json=CHAT | {"stream": True}) as got:
                lines = got.iter_lines()
                while next(lines) != ": waiting":
                    pass
            with second.stream("POST", "/v1/messages", json=CHAT | {"stream": True}) as got:
                lines = got.iter_lines()
                while next(lines) != "event: ping":
                    pass
        hold.go.set()
        served.wait_until_idle()


def test_a_request_that_takes_too_long(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "PromptChunk", EndlessPrompt)
    settings = ServerSettings(port=0)
    object.__setattr__(settings, "request_minutes", 0.005)  # 0.3 s
    with serving([tiny], settings=settings) as served, served.client() as http:
        done = http.post("/v1/chat/completions", json=CHAT)
        assert done.status_code == 504
        assert "longer" in done.json()["error"]["message"]
        stream = http.post("/v1/chat/completions", json=CHAT | {"stream": True}).text
        assert "longer than the server allows" in stream
        assert stream.endswith("data: [DONE]\n\n")
        served.wait_until_idle()


def test_an_answer_is_no_longer_than_the_server_allows(tiny: Path) -> None:
    settings = ServerSettings(port=0, answer_tokens=3)
    with serving([tiny], settings=settings) as served, served.client() as http:
        done = http.post("/v1/chat/completions", json=CHAT).json()
        assert done["usage"]["completion_tokens"] == 3


def test_who_reads_slowly_holds_nobody_up(served: Served) -> None:
    host, _, port = served.url.removeprefix("http://").partition(":")
    wanted = {"stream": True, "stream_options": {"include_usage": True}}
    body = json.dumps(CHAT | wanted | {"logprobs": True, "top_logprobs": 20}).encode()
    start = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((host, int(port)))
        slow.sendall(start.replace("Host: x", "Host: localhost").encode() + b"\r\n" + body)
        served.wait_until_idle()  # it is answered, though it has read nothing
        with served.client() as http:
            assert http.post("/v1/chat/completions", json=CHAT).status_code == 200
        answer = b""
        slow.settimeout(20)
        while not answer.endswith(b"0\r\n\r\n"):
            piece = slow.recv(4096)
            assert piece, answer[-300:]
            answer += piece
        assert b"data: [DONE]" in answer
        written = re.search(rb'"completion_tokens":(\d+)', answer)
        assert written
        assert answer.count(b'"top_logprobs"') == int(written[1])
        assert len(answer) > 100_000, "more than the sockets hold"


@pytest.mark.parametrize("path", STREAMS)
def test_an_answer_that_runs_when_the_server_ends_is_cut_in_order(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(server_service, "_GRACE_S", 0.1)
    hold = Hold(monkeypatch, 5)
    with serving([tiny]) as served, served.client() as http, served.client() as late:
        with http.stream("POST", path, json=STREAMS[path]) as response:
            pieces = response.iter_raw()
            text = next(pieces)
            job = running(served)
            served.service.stop()
            wait_until(lambda: job.is_cancelled)
            with pytest.raises(httpx.ConnectError):
                late.get("/health")
            hold.go.set()
            text += b"".join(pieces)
        ends = {
            "/v1/messages": b'"type":"message_stop"',
            "/v1/responses": b"event: response.incomplete",
            "/api/chat": b'"done_reason":"length"',
            "/api/generate": b'"done_reason":"length"',
        }
        assert ends.get(path, b"data: [DONE]") in text


def test_who_waits_when_the_server_ends_is_told(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_service, "_GRACE_S", 0.1)
    hold = Hold(monkeypatch, 0)
    done: list[httpx.Response] = []
    with serving([tiny], parallel=1) as served, served.client() as http:
        threads = [
            threading.Thread(
                target=lambda: done.append(http.post("/v1/chat/completions", json=CHAT))
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: served.dispatcher.waiting == 1)
        served.service.stop()
        wait_until(lambda: len(done) == 1)
        hold.go.set()
        for thread in threads:
            thread.join(30)
    waited, ran = done
    assert (waited.status_code, ran.status_code) == (503, 200)
    assert "ending" in waited.json()["error"]["message"]


@pytest.fixture
def coarse_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a prompt differ by what they are read together with, as with AMX, but visibly."""
    caches = list[Cache]()

    class Rows(CacheRows):
        def __init__(self, given: Sequence[Cache]) -> None:
            caches[:] = given
            super().__init__(given)

    class Chunk(PromptChunk):
        def __iter__(self) -> Iterator[float]:
            yield from super().__iter__()
            count, start = len(self._part.tokens), self._part.base + self._part.start
            for cache in caches:
                cache.rows[start : start + count] *= 1 + count / 256

    monkeypatch.setattr(loading, "CacheRows", Rows)
    monkeypatch.setattr(answering, "PromptChunk", Chunk)


def test_several_are_answered_at_a_time_as_one_alone(tiny: Path, coarse_rounding: None) -> None:
    """More than there are places, and several choices of one; health and metrics say so."""
    bodies = [
        CHAT | {"messages": [{"role": "user", "content": text}], "temperature": 0}
        for text in ("one", "two" * 5, "three", "four" * 3)
    ]
    bodies.append(CHAT | {"n": 7, "temperature": 0.9, "seed": 5, "max_tokens": 150})
    done: dict[int, list[str]] = {}

    def ask(served: Served, number: int) -> None:
        with served.client() as http:
            choices = http.post("/v1/chat/completions", json=bodies[number]).json()["choices"]
            done[number] = [choice["message"]["content"] for choice in choices]

    def ask_all(served: Served, numbers: Sequence[int]) -> dict[int, list[str]]:
        threads = [threading.Thread(target=ask, args=(served, number)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return dict(done)

    with serving([tiny], parallel=1) as served:
        for number in [0, *range(len(bodies))]:  # from then on the prompts are known
            ask_all(served, [number])
        expected = {number: ask_all(served, [number])[number] for number in range(len(bodies))}
    seen = set[int]()
    with serving([tiny], parallel=8) as served, served.client() as http:
        for number in range(len(bodies)):
            ask_all(served, [number])
        for order in ([0, 1, 2, 3, 4], [3, 4, 0, 2, 1], [2, 0, 1, 4, 3], [1, 4, 0, 3, 2]):
            thread = threading.Thread(target=ask_all, args=(served, order))
            thread.start()
            while thread.is_alive():
                seen.add(http.get("/health").json()["running"])
            assert done == expected
        assert len(set(done[4])) > 1
        assert max(seen) > 4
        assert "ktdesk_requests_at_a_time 8" in http.get("/metrics").text
        served.wait_until_idle()


def test_a_model_is_given_back_when_nobody_asks(tiny: Path) -> None:
    with serving([tiny]) as served, served.client() as http:
        body = {"model": MODEL, "prompt": "x", "options": {"num_predict": 1}, "keep_alive": "50ms"}
        http.post("/api/generate", json=body)
        wait_until(lambda: served.engine.info is None)
        assert http.get("/api/ps").json() == {"models": []}
        assert http.post("/v1/chat/completions", json=CHAT).status_code == 200
        assert served.engine.info


@pytest.mark.logs("KTDesk has a fault")
def test_a_fault_is_an_error_and_the_server_goes_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self, logits, context) -> int:
        raise ZeroDivisionError("private words")

    monkeypatch.setattr(Sampler, "sample", broken)
    with served.client() as http:
        done = http.post("/v1/chat/completions", json=CHAT)
        assert done.status_code == 500
        assert "private" not in done.text
        stream = http.post("/v1/messages", json=CHAT | {"stream": True})
        assert "event: error" in stream.text
        monkeypatch.undo()
        assert http.post("/v1/chat/completions", json=CHAT).status_code == 200
