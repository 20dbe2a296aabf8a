# SPDX-License-Identifier: Apache-2.0
"""Ollama's own client gets what the engine says."""

from __future__ import annotations

import json
from collections.abc import Iterator

import ollama
import pytest

from ktdesk import __version__
from ktdesk.engine import Engine
from ktdesk.runtime.request import Message
from tests.integration.server.conftest import Served, answer

MODEL = "tiny-deepseek"
HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def client(served: Served) -> Iterator[ollama.Client]:
    client = ollama.Client(host=served.url)
    yield client
    client._client.close()


@pytest.fixture(scope="module")
def expected(alone: Engine) -> str:
    return answer(alone, Message("user", "hello"), max_tokens=12)


def test_a_chat_says_what_the_engine_says(client: ollama.Client, expected: str) -> None:
    done = client.chat(MODEL, HELLO, options={"num_predict": 12})
    assert done.message.content == expected
    assert (done.done_reason, done.eval_count, done.prompt_eval_count) == ("length", 12, 23)
    *pieces, last = client.chat(f"{MODEL}:latest", HELLO, options={"num_predict": 12}, stream=True)
    assert "".join(piece.message.content or "" for piece in pieces) == expected
    assert last.done
    assert last.eval_count == 12


def test_generate_asks_or_goes_on(client: ollama.Client, expected: str, alone: Engine) -> None:
    options = {"num_predict": 12}
    assert client.generate(MODEL, "hello", options=options).response == expected
    pieces = client.generate(MODEL, "hello", options=options, stream=True)
    assert "".join(piece.response for piece in pieces) == expected
    raw = client.generate(MODEL, "hello", raw=True, options=options)
    assert raw.response == answer(alone, prompt="hello", max_tokens=12)


def test_a_format_is_kept(client: ollama.Client) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"]}
    schema["additionalProperties"] = False
    done = client.chat(MODEL, HELLO, format=schema)
    assert json.loads(done.message.content or "")["a"] in (1, 2)


def test_what_there_is_to_know_of_models(client: ollama.Client, served: Served) -> None:
    assert [model.model for model in client.list().models] == [MODEL, "tiny-llama"]
    shown = client.show(MODEL)
    assert shown.modelinfo
    assert shown.modelinfo["general.architecture"] == "deepseek2"
    assert "im_start" in (shown.template or "")
    with served.client() as http:
        assert http.get("/api/version").json() == {"version": __version__}
        assert http.get("/").text == "KTDesk is running"


def test_models_are_loaded_and_unloaded(client: ollama.Client) -> None:
    client.generate(MODEL, "")
    (loaded,) = client.ps().models
    assert (loaded.model, loaded.context_length) == (MODEL, 512)
    assert loaded.expires_at
    assert loaded.expires_at.year > 2100
    client.generate(MODEL, "", keep_alive="1h")
    (loaded,) = client.ps().models
    assert loaded.expires_at
    assert loaded.expires_at.year < 2100
    assert client.generate(MODEL, "", keep_alive=0).done_reason == "unload"
    assert not client.ps().models
    client.generate("tiny-llama", "hello", options={"num_predict": 1}, keep_alive="-1m")
    assert [model.model for model in client.ps().models] == ["tiny-llama"]


def test_errors_have_ollamas_shape(client: ollama.Client, served: Served) -> None:
    with pytest.raises(ollama.ResponseError, match="not there") as caught:
        client.chat("nothing", HELLO)
    assert caught.value.status_code == 404
    with pytest.raises(ollama.ResponseError, match="suffix"):
        client.generate(MODEL, "hello", suffix="x")
    with pytest.raises(ollama.ResponseError, match="no embeddings"):
        client.embed(MODEL, "hello")
    with served.client() as http:
        for keep in ("5 parsecs", "", "1h!"):
            body = {"model": MODEL, "prompt": "x", "keep_alive": keep}
            assert "duration" in http.post("/api/generate", json=body).json()["error"]
