# SPDX-License-Identifier: Apache-2.0
"""What endpoints stream becomes the engine's events; what is asked becomes OpenAI's body."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ktdesk.errors import RequestError
from ktdesk.remote.any_engine import AnyEngine
from ktdesk.runtime.request import Done, Failed, Message, Options, Request, Token
from ktdesk.text.messages import TemplateOptions, Tool, ToolCall
from tests.integration.remote.conftest import answered, text_of
from tests.integration.remote.fake_endpoint import Fake, chunk, end

HELLO = (Message("user", "hello"),)
At = Callable[..., AnyEngine]


def test_reasoning_answer_and_usage(at: At, fake: Fake) -> None:
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    fake.answer = [
        b": hello\n\n",
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "Let me "}) + chunk({"reasoning": "see."}),
        chunk({"content": "你"}),
        chunk({"content": "好"}),
        chunk(finish_reason="stop", stop_reason="!"),
        b'data: {"choices": [], "usage": ' + str(usage).replace("'", '"').encode() + b"}\n\n",
        b"data: [DONE]\n\n",
    ]
    engine = at(fake.address)
    events, done = answered(engine, Request(messages=HELLO))
    assert (text_of(events), text_of(events, "reasoning")) == ("你好", "Let me see.")
    assert (done.reason, done.stop) == ("stop", "!")
    stats = done.stats
    assert (stats.prompt_tokens, stats.cached_tokens, stats.generated_tokens) == (9, 4, 5)
    assert (stats.context_used, stats.context_tokens) == (14, 4096)
    assert engine.info is not None
    assert (engine.info.name, engine.info.address) == ("large @ lab", fake.address)


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_stream_may_be_cut_anywhere(at: At, fake: Fake, size: int) -> None:
    whole = chunk({"content": "späte 🌊"}).replace(b"\n", b"\r\n") + chunk({"content": "r"}) + end()
    fake.answer = [whole[i : i + size] for i in range(0, len(whole), size)]
    events, done = answered(at(fake.address), Request(messages=HELLO))
    assert (text_of(events), done.reason) == ("späte 🌊r", "end")


def test_calls_come_when_they_are_whole(at: At, fake: Fake) -> None:
    def part(index: int, arguments: str, **named: str) -> bytes:
        function = {"arguments": arguments} | ({"name": named["name"]} if named else {})
        call = {"index": index, "function": function} | ({"id": named["id"]} if named else {})
        return chunk({"tool_calls": [call]})

    fake.answer = [
        part(0, "", id="a1", name="weather"),
        part(0, '{"city": '),
        part(0, '"Rome"}') + part(1, "{}", id="a2", name="time"),
        end("tool_calls"),
    ]
    tools = (Tool("weather", "Tells it."), Tool("time"))
    events, done = answered(at(fake.address), Request(messages=HELLO, tools=tools))
    assert events == [ToolCall("weather", '{"city": "Rome"}', "a1"), ToolCall("time", "{}", "a2")]
    assert done.reason == "end"
    assert [tool["function"]["name"] for tool in fake.asked[0]["tools"]] == ["weather", "time"]


def test_what_is_asked(at: At, fake: Fake) -> None:
    fake.answer = [end("length")]
    called = Message("assistant", "", "hm", (ToolCall("time", "{}", "c1"),))
    said = (*HELLO, called, Message("tool", "noon", tool_call_id="c1"))
    options = Options(max_tokens=7, seed=3, stop=("\n",), json_schema='{"type": "object"}')
    template = TemplateOptions(thinking=False, reasoning_effort="low")
    _, done = answered(at(fake.address), Request(messages=said, options=options, template=template))
    assert done.reason == "length"
    (asked,) = fake.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["model"] == "large"
    assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "tool"]
    assert asked["messages"][1]["tool_calls"][0]["id"] == "c1"
    assert asked["messages"][2] == {"role": "tool", "content": "noon", "tool_call_id": "c1"}
    assert (asked["max_tokens"], asked["seed"], asked["stop"]) == (7, 3, ["\n"])
    assert (asked["temperature"], asked["top_k"], asked["min_p"]) == (0.7, 40, 0.05)
    assert asked["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert asked["chat_template_kwargs"]["enable_thinking"] is False
    assert asked["reasoning_effort"] == "low"


def test_a_plain_endpoint_is_asked_in_openais_words_alone(at: At, fake: Fake) -> None:
    fake.answer = [chunk(text=" on"), end()]
    events, _ = answered(at(fake.address, plain=True), Request(prompt="go"))
    assert text_of(events) == " on"
    assert fake.asked[0].keys() <= {
        *("path", "model", "prompt", "stream", "stream_options", "temperature", "top_p"),
    }
    assert fake.asked[0]["path"] == "/v1/completions"


REFUSED = {
    "a grammar": Options(grammar="root ::= 'a'"),
    "a bias for tokens": Options(logit_bias={3: 1.0}),
    "the chances of tokens": Options(logprobs=2),
    "typical_p": Options(typical_p=0.5),
    "DRY": Options(dry_multiplier=0.8),
    "is not JSON": Options(json_schema="{oops"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_asked_is_refused(at: At, fake: Fake, what: str) -> None:
    (last,) = at(fake.address).generate(Request(messages=HELLO, options=REFUSED[what]))
    assert isinstance(last, Failed)
    assert isinstance(last.error, RequestError)
    assert what in str(last.error)
    assert not fake.asked


def test_what_needs_the_model_itself_is_refused(at: At, fake: Fake) -> None:
    engine = at(fake.address)
    for ask in (
        lambda: engine.count_tokens("hello"),
        lambda: engine.measure(Request(messages=HELLO)),
        lambda: next(engine.text_losses("hello")),
        lambda: engine.read_tokens([1, 2]),
    ):
        with pytest.raises(RequestError, match="another machine"):
            ask()


def test_cancelling_ends_the_connection(at: At, fake: Fake) -> None:
    fake.answer = [chunk({"content": "so far"}), None, end()]
    engine, request = at(fake.address), Request(messages=HELLO)
    events = engine.generate(request)
    first = next(events)
    assert isinstance(first, Token)
    engine.cancel(request.id)
    (done,) = events
    assert isinstance(done, Done)
    assert (done.reason, done.stats.generated_tokens) == ("cancelled", 1)
    assert fake.gone.wait(10)


def test_cancelling_waits_for_no_answer(at: At, fake: Fake) -> None:
    fake.waits_before_headers, fake.answer = True, [end()]
    engine, request = at(fake.address), Request(messages=HELLO)
    thread = threading.Thread(target=lambda: (fake.begun.wait(20), engine.cancel(request.id)))
    thread.start()
    (done,) = engine.generate(request)
    assert isinstance(done, Done)
    assert done.reason == "cancelled"
    assert not fake.go.is_set()
    fake.go.set()
    thread.join()


def test_leaving_an_answer_ends_the_connection(at: At, fake: Fake) -> None:
    fake.answer = [chunk({"content": "so far"}), None, end()]
    events = at(fake.address).generate(Request(messages=HELLO))
    next(events)
    events.close()
    assert fake.gone.wait(10)
