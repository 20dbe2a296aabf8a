# SPDX-License-Identifier: Apache-2.0
"""OpenAI's own client gets what the engine says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import fastjsonschema
import openai
import pytest

from ktdesk.engine import Engine
from ktdesk.runtime.request import Message
from tests.integration.server.conftest import Served, answer

MODEL = "tiny-deepseek"
HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def expected(alone: Engine) -> str:
    return answer(alone, Message("user", "hello"), max_tokens=12)


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [MODEL, "tiny-llama"]
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError, match="Did you mean 'tiny-llama'"):
        client.models.retrieve("tiny-lama")


def test_a_chat_says_what_the_engine_says(client: openai.OpenAI, expected: str) -> None:
    done = client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=12)
    assert done.choices[0].message.content == expected
    assert done.choices[0].finish_reason == "length"
    assert done.usage
    assert (done.usage.completion_tokens, done.usage.prompt_tokens) == (12, 23)
    again = client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=12)
    assert again.usage
    assert again.usage.prompt_tokens_details
    assert again.usage.prompt_tokens_details.cached_tokens == 22


def test_a_stream_is_the_same_in_pieces(client: openai.OpenAI, expected: str) -> None:
    stream = client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        max_completion_tokens=12,
        stream=True,
        stream_options={"include_usage": True},
    )
    *chunks, last = stream
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == expected
    assert len([delta for delta in deltas if delta.content]) > 4
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["length"]
    assert not last.choices
    assert last.usage
    assert last.usage.completion_tokens == 12


def test_several_choices_and_seeds(client: openai.OpenAI) -> None:
    def texts() -> list[str | None]:
        done = client.chat.completions.create(
            model=MODEL, messages=HELLO, n=3, seed=7, temperature=1.5, max_tokens=10
        )
        assert [choice.index for choice in done.choices] == [0, 1, 2]
        assert done.usage
        assert done.usage.completion_tokens <= 30
        return [choice.message.content for choice in done.choices]

    assert texts() == texts()
    assert len(set(texts())) == 3
    stream = client.chat.completions.create(
        model=MODEL, messages=HELLO, n=3, seed=7, temperature=1.5, max_tokens=10, stream=True
    )
    streamed = ["", "", ""]
    for chunk in stream:
        streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert streamed == texts()


def test_stop_and_bias(client: openai.OpenAI, expected: str) -> None:
    stop = expected[3:5]
    done = client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=12, stop=stop)
    assert done.choices[0].message.content == expected[: expected.index(stop)]
    assert done.choices[0].finish_reason == "stop"
    only = client.completions.create(
        model=MODEL, prompt="hello", max_tokens=5, logit_bias={"70": 100}, logprobs=0
    )
    tokens = only.choices[0].logprobs
    assert tokens
    assert tokens.tokens
    assert len(set(tokens.tokens)) == 1


def test_logprobs_are_of_the_tokens_of_the_text(client: openai.OpenAI, expected: str) -> None:
    done = client.chat.completions.create(
        model=MODEL, messages=HELLO, max_tokens=12, logprobs=True, top_logprobs=3
    )
    logprobs = done.choices[0].logprobs
    assert logprobs
    assert logprobs.content
    said = b"".join(bytes(each.bytes or []) for each in logprobs.content)
    assert said.decode("utf-8", "replace") == expected
    for each in logprobs.content:
        assert len(each.top_logprobs) == 3
        assert each.top_logprobs[0].logprob == each.logprob
    stream = client.chat.completions.create(
        model=MODEL, messages=HELLO, max_tokens=12, logprobs=True, top_logprobs=3, stream=True
    )
    pieces = [c.choices[0].logprobs for c in stream if c.choices[0].logprobs]
    assert [each for piece in pieces for each in piece.content or ()] == logprobs.content


def test_an_answer_fits_its_schema(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"people": {"type": "integer", "minimum": 0, "maximum": 99}},
        "required": ["people"],
        "additionalProperties": False,
    }
    done = client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        response_format={"type": "json_schema", "json_schema": {"name": "city", "schema": schema}},
    )
    fastjsonschema.compile(schema)(json.loads(done.choices[0].message.content or ""))
    assert done.choices[0].finish_reason == "stop"
    answered = client.responses.create(
        model=MODEL,
        input="hello",
        text={"format": {"type": "json_schema", "name": "city", "schema": schema}},
    )
    fastjsonschema.compile(schema)(json.loads(answered.output_text))


def test_a_completion_goes_on_with_its_prompt(client: openai.OpenAI, alone: Engine) -> None:
    expected = answer(alone, prompt="hello", max_tokens=16)
    done = client.completions.create(model=MODEL, prompt="hello")
    assert done.choices[0].text == expected
    stream = client.completions.create(model=MODEL, prompt="hello", stream=True, echo=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == "hello" + expected


def test_responses_go_on_with_each_other(client: openai.OpenAI, alone: Engine) -> None:
    first = client.responses.create(model=MODEL, input="hello", max_output_tokens=8)
    hello = Message("user", "hello")
    assert first.output_text == answer(alone, hello, max_tokens=8)
    assert first.status == "incomplete"
    then = client.responses.create(
        model=MODEL, input="more", previous_response_id=first.id, max_output_tokens=8
    )
    turns = (hello, Message("assistant", first.output_text), Message("user", "more"))
    assert then.output_text == answer(alone, *turns, max_tokens=8)
    assert client.responses.retrieve(then.id).output_text == then.output_text
    client.responses.delete(then.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(then.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model=MODEL, input="more", previous_response_id=then.id)
    unkept = client.responses.create(model=MODEL, input="x", store=False, max_output_tokens=2)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(unkept.id)


def test_a_stream_of_a_response_makes_the_response(client: openai.OpenAI, alone: Engine) -> None:
    events = list(
        client.responses.create(model=MODEL, input="hello", max_output_tokens=8, stream=True)
    )
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    expected = answer(alone, Message("user", "hello"), max_tokens=8)
    assert "".join(deltas) == expected
    last = events[-1]
    assert last.type == "response.incomplete"
    assert last.response.output_text == expected
    assert client.responses.retrieve(last.response.id).output == last.response.output


def test_embeddings_are_refused_in_words(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="gives no embeddings"):
        client.embeddings.create(model=MODEL, input="hello")
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="nothing", input="hello")


def test_clients_at_once_get_what_one_gets(
    served: Served, client: openai.OpenAI, expected: str
) -> None:
    texts: list[str | None] = []

    def ask() -> None:
        done = client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=12)
        texts.append(done.choices[0].message.content)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert texts == [expected] * 8
    served.wait_until_idle()


def test_models_are_loaded_as_they_are_asked_for(served: Served, client: openai.OpenAI) -> None:
    def ask(model: str) -> str:
        done = client.chat.completions.create(model=model, messages=HELLO, max_tokens=6)
        assert served.dispatcher.model
        assert served.dispatcher.model.stem == model == done.model
        return done.choices[0].message.content or ""

    first, second = ask(MODEL), ask("tiny-llama")
    assert first != second
    assert (ask(MODEL), ask("tiny-llama")) == (first, second)
