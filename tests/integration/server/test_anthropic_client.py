# SPDX-License-Identifier: Apache-2.0
"""Anthropic's own client gets what the engine says."""

from __future__ import annotations

from collections.abc import Iterator

import anthropic
import pytest

from ktdesk.engine import Engine
from ktdesk.runtime.request import Message, Request
from tests.integration.server.conftest import Served, answer

MODEL = "tiny-deepseek"
HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def client(served: Served) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=served.url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def expected(alone: Engine) -> str:
    opening = Message("system", "Be kind.")
    return answer(alone, opening, Message("user", "hello"), max_tokens=40)


def test_a_message_says_what_the_engine_says(client: anthropic.Anthropic, expected: str) -> None:
    done = client.messages.create(model=MODEL, messages=HELLO, system="Be kind.", max_tokens=40)
    (block,) = done.content
    assert block.type == "text"
    assert block.text == expected
    assert done.stop_reason == "max_tokens"
    assert done.usage.output_tokens == 40


def test_a_stream_is_the_same_in_pieces(client: anthropic.Anthropic, expected: str) -> None:
    with client.messages.stream(
        model=MODEL,
        messages=[{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
        system=[{"type": "text", "text": "Be kind."}],
        max_tokens=40,
    ) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert "".join(pieces) == expected
    assert len(pieces) > 4
    assert (final.stop_reason, final.usage.output_tokens) == ("max_tokens", 40)


def test_a_stop_sequence_is_named(client: anthropic.Anthropic, expected: str) -> None:
    stop = expected[3:5]
    done = client.messages.create(
        model=MODEL,
        messages=HELLO,
        system="Be kind.",
        max_tokens=40,
        stop_sequences=["never", stop],
    )
    assert (done.stop_reason, done.stop_sequence) == ("stop_sequence", stop)


def test_tokens_are_counted(client: anthropic.Anthropic, alone: Engine) -> None:
    counted = client.messages.count_tokens(model=MODEL, messages=HELLO)
    request = Request(messages=(Message("user", "hello"),))
    assert counted.input_tokens == alone.measure(request).tokens


def test_models(client: anthropic.Anthropic) -> None:
    assert [model.id for model in client.models.list()] == [MODEL, "tiny-llama"]


def test_errors_have_anthropics_shape(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.messages.create(model="nothing", messages=HELLO, max_tokens=1)
    body = caught.value.body
    assert isinstance(body, dict)
    assert (body["type"], body["error"]["type"]) == ("error", "not_found_error")
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ""}}
    with pytest.raises(anthropic.BadRequestError, match="text only"):
        client.messages.create(
            model=MODEL, messages=[{"role": "user", "content": [image]}], max_tokens=1
        )
    with pytest.raises(anthropic.BadRequestError, match="max_tokens"):
        client.messages.create(model=MODEL, messages=HELLO, max_tokens=0)
    with pytest.raises(anthropic.BadRequestError, match="room for 512"):
        client.messages.create(
            model=MODEL, messages=[{"role": "user", "content": "x" * 600}], max_tokens=1
        )
