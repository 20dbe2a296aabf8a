# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's server as a remote, where there is one: KTDESK_LLAMA_SERVER names its command.

That is `llama-server`, or `PYTHON -m llama_cpp.server` of the package llama-cpp-python.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from ktdesk.engine import Engine
from ktdesk.errors import RemoteError
from ktdesk.remote.any_engine import AnyEngine
from ktdesk.runtime.request import Done, Message, Options, Request, Token
from tests.integration.remote.conftest import answered, text_of
from tests.tiny import tiny_llama

COMMAND = os.environ.get("KTDESK_LLAMA_SERVER", "")
START_S = 120.0
HELLO = (Message("user", "hello"),)
At = Callable[..., AnyEngine]

pytestmark = pytest.mark.skipif(not COMMAND, reason="KTDESK_LLAMA_SERVER names no server")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("llama") / "tiny-llama.gguf").path


@pytest.fixture(scope="module")
def address(tiny: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    is_python = "llama_cpp.server" in COMMAND
    context = ["--n_ctx", "512"] if is_python else ["--ctx-size", "512", "--parallel", "1"]
    command = [*shlex.split(COMMAND), "--model", str(tiny), "--port", str(port), *context]
    address = f"http://127.0.0.1:{port}/v1"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(address, server)
            yield address
        finally:
            server.terminate()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert server.poll() is None, "it has ended"
        assert time.monotonic() < deadline, "it does not answer"
        try:
            if httpx.get(f"{address}/models", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)


def test_texts_are_those_of_our_engine(at: At, address: str, tiny: Path) -> None:
    alone = Engine(threads=1)
    alone.load(tiny, cache_type="f32")
    # Few tokens: random weights leave near ties, which rounding decides.
    request = Request(prompt="The river has", options=Options(temperature=0, max_tokens=6))
    events, done = answered(at(address), request)
    own, _ = answered(alone, request)
    alone.unload()
    assert text_of(events)[:4] == text_of(own)[:4]
    assert done.reason == "length"


def test_chats_stream_and_tell_their_size(at: At, address: str) -> None:
    request = Request(messages=HELLO, options=Options(temperature=0, max_tokens=9))
    events, done = answered(at(address), request)
    assert text_of(events)
    assert done.reason in ("length", "end")
    assert 0 < done.stats.generated_tokens <= 9


def test_json_of_a_schema(at: At, address: str) -> None:
    schema = {"type": "object", "properties": {"far": {"type": "boolean"}}, "required": ["far"]}
    options = Options(json_schema=json.dumps(schema), temperature=0, max_tokens=100)
    events, _ = answered(at(address), Request(messages=HELLO, options=options))
    assert set(json.loads(text_of(events))) == {"far"}


def test_cancelling(at: At, address: str) -> None:
    engine, request = at(address), Request(prompt="go on", options=Options(temperature=1.0))
    for event in engine.generate(request):
        if isinstance(event, Token):
            engine.cancel(request.id)
    assert isinstance(event, Done)
    assert event.reason == "cancelled"
    answered(engine, Request(messages=HELLO, options=Options(max_tokens=2)))


def test_a_model_that_is_not_there(at: At, address: str) -> None:
    with pytest.raises(RemoteError, match="has no model 'other'"):
        at(address, model="other")
