# SPDX-License-Identifier: Apache-2.0
"""Calls of tools and reasoning, in each API's words: both ways, whole and in pieces.

The model is made to say what a test wants; calls that must come are its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import fastjsonschema
import ollama
import openai
import pytest

from ktdesk.engine import Engine
from ktdesk.formats.gguf import Checkpoint
from ktdesk.runtime.request import Request
from ktdesk.runtime.sampler import Sampler
from ktdesk.text.messages import Message, Tool, ToolCall
from ktdesk.text.tokenizer import Tokenizer
from tests.integration.server.conftest import Served, serving
from tests.integration.test_engine import with_changes

MODEL = "changed"
HELLO = [{"role": "user", "content": "hello"}]
SAID = (
    '<think>Hm</think>I look.<tool_call>{"name": "search", "arguments": {"words": "sea"}}'
    '</tool_call><tool_call>{"name": "search", "arguments": {"words": "größer"}}</tool_call>'
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"words": {"type": "string", "maxLength": 5}},
    "required": ["words"],
    "additionalProperties": False,
}
FUNCTION = {"name": "search", "description": "Looks for words.", "parameters": SCHEMA}
TOOLS: list[Any] = [{"type": "function", "function": FUNCTION}]
OFFERED = Tool("search", "Looks for words.", SCHEMA)
BOTH = [{"words": "sea"}, {"words": "größer"}]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    template = "hello{# <think></think><tool_call> #}"
    model = with_changes(tmp_path_factory.mktemp("tools"), template=template)
    with serving([model]) as served:
        yield served


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What the engine is asked."""
    requests: list[Request] = []
    generate = Engine.generate

    def noting(self: Engine, request: Request, **named: Any) -> Any:
        requests.append(request)
        return generate(self, request, **named)

    monkeypatch.setattr(Engine, "generate", noting)
    return requests


@pytest.fixture
def says(served: Served, monkeypatch: pytest.MonkeyPatch):
    """Have the model say something."""
    (entry,) = served.service._catalogue._find()
    tokenizer = Tokenizer.from_metadata(entry.path, Checkpoint.open(entry.path).metadata)

    def say(text: str) -> None:
        tokens = tokenizer.encode(text)

        def sample(self: Any, logits: object, context: object) -> int:
            at = getattr(self, "said", 0)
            self.said = at + 1
            return tokens[at] if at < len(tokens) else 2

        monkeypatch.setattr(Sampler, "sample", sample)

    return say


@pytest.fixture
def openai_client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="-", max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(served: Served) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=served.url, api_key="-", max_retries=0) as client:
        yield client


def test_chats_of_openai(openai_client: openai.OpenAI, says, asked: list[Request]) -> None:
    says(SAID)
    done = openai_client.chat.completions.create(model=MODEL, messages=HELLO, tools=TOOLS)
    message = done.choices[0].message
    assert done.choices[0].finish_reason == "tool_calls"
    assert (message.content, message.reasoning_content) == ("I look.", "Hm")  # pyright: ignore
    calls = message.tool_calls or []
    assert [json.loads(call.function.arguments) for call in calls] == BOTH
    assert len({call.id for call in calls}) == 2
    assert done.usage
    assert done.usage.completion_tokens_details
    assert 0 < (done.usage.completion_tokens_details.reasoning_tokens or 0) < 20
    results = [{"role": "tool", "tool_call_id": call.id, "content": "found"} for call in calls]
    openai_client.chat.completions.create(
        model=MODEL, messages=[*HELLO, message.to_dict(), *results], tools=TOOLS
    )
    assert asked[1].tools == (OFFERED,)
    _, called, *given = asked[1].messages
    assert called == Message(
        "assistant",
        "I look.",
        "Hm",
        tuple(ToolCall("search", c.function.arguments, c.id) for c in calls),
    )
    assert given == [Message("tool", "found", tool_call_id=call.id) for call in calls]


def test_streams_of_openai(openai_client: openai.OpenAI, says) -> None:
    says(SAID)
    stream = openai_client.chat.completions.create(
        model=MODEL, messages=HELLO, tools=TOOLS, stream=True
    )
    chunks = [chunk.choices[0] for chunk in stream]
    deltas = [chunk.delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == "I look."
    thought = [getattr(delta, "reasoning_content", None) or "" for delta in deltas]
    assert "".join(thought) == "Hm"
    calls = [call for delta in deltas for call in delta.tool_calls or ()]
    assert [call.index for call in calls] == [0, 1]
    assert [json.loads(c.function.arguments) for c in calls if c.function] == BOTH
    assert chunks[-1].finish_reason == "tool_calls"


def test_at_most_one_call(
    openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic, says
) -> None:
    says(SAID + "And more.")
    done = openai_client.chat.completions.create(
        model=MODEL, messages=HELLO, tools=TOOLS, parallel_tool_calls=False
    )
    message = done.choices[0].message
    assert (message.content, len(message.tool_calls or ())) == ("I look.", 1)
    assert done.choices[0].finish_reason == "tool_calls"
    answered = anthropic_client.messages.create(
        model=MODEL,
        messages=HELLO,
        max_tokens=400,
        tools=[{"name": "search", "input_schema": SCHEMA}],
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
    )
    assert [block.type for block in answered.content] == ["thinking", "text", "tool_use"]


def test_no_calls(openai_client: openai.OpenAI, says, asked: list[Request]) -> None:
    says("<tool_call>{}</tool_call>")
    done = openai_client.chat.completions.create(
        model=MODEL, messages=HELLO, tools=TOOLS, tool_choice="none"
    )
    assert not done.choices[0].message.tool_calls
    assert asked[0].tools == ()


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "search"}}]
)
def test_calls_that_must_come_are_the_models_own(openai_client: openai.OpenAI, choice: Any) -> None:
    other = {"type": "function", "function": {"name": "other", "parameters": SCHEMA}}
    arguments: dict[str, Any] = {"model": MODEL, "messages": HELLO, "tool_choice": choice}
    arguments |= {"tools": [*TOOLS, other], "temperature": 1.5, "seed": 5}
    done = openai_client.chat.completions.create(**arguments)
    (call,) = done.choices[0].message.tool_calls or ()
    assert call.function.name in (["search"] if choice != "required" else ["search", "other"])
    fastjsonschema.compile(SCHEMA)(json.loads(call.function.arguments))
    assert not done.choices[0].message.content
    assert done.choices[0].finish_reason == "tool_calls"
    stream = openai_client.chat.completions.create(**arguments, stream=True)
    deltas = [chunk.choices[0].delta for chunk in stream]
    (streamed,) = [each for delta in deltas for each in delta.tool_calls or ()]
    assert streamed.function
    assert streamed.function.arguments == call.function.arguments
    cut = openai_client.chat.completions.create(**arguments, max_tokens=5)
    assert cut.choices[0].finish_reason == "length"
    assert cut.choices[0].message.content  # what there is of it


def test_messages_of_anthropic(
    anthropic_client: anthropic.Anthropic, says, asked: list[Request]
) -> None:
    says(SAID)
    tools: list[Any] = [
        {"name": "search", "description": "Looks for words.", "input_schema": SCHEMA}
    ]
    given: dict[str, Any] = {"model": MODEL, "max_tokens": 400, "tools": tools}
    given["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    done = anthropic_client.messages.create(messages=HELLO, **given)
    assert done.stop_reason == "tool_use"
    thought, text, *calls = [block.to_dict() for block in done.content]
    assert (thought["thinking"], text["text"]) == ("Hm", "I look.")
    assert [call["input"] for call in calls] == BOTH
    with anthropic_client.messages.stream(messages=HELLO, **given) as stream:
        streamed = [block.to_dict() for block in stream.get_final_message().content]
    for one, other in zip(streamed, [thought, text, *calls], strict=True):
        assert {**one, "id": ""} == {**other, "id": ""}
    results: list[Any] = [
        {"type": "tool_result", "tool_use_id": calls[0]["id"], "content": "found"},
        {
            "type": "tool_result",
            "tool_use_id": calls[1]["id"],
            "content": [{"type": "text", "text": "gone"}],
            "is_error": True,
        },
        {"type": "text", "text": "Go on."},
    ]
    turns: list[Any] = [
        *HELLO,
        {"role": "assistant", "content": [thought, text, *calls]},
        {"role": "user", "content": results},
    ]
    anthropic_client.messages.create(messages=turns, **given)
    assert asked[-1].tools == (OFFERED,)
    assert asked[-1].template.thinking is True
    called = tuple(ToolCall("search", json.dumps(c["input"]), c["id"]) for c in calls)
    assert asked[-1].messages == (
        Message("user", "hello"),
        Message("assistant", "I look.", "Hm", called),
        Message("tool", "found", tool_call_id=calls[0]["id"]),
        Message("tool", "Error: gone", tool_call_id=calls[1]["id"]),
        Message("user", "Go on."),
    )


def test_a_call_of_anthropic_that_must_come(anthropic_client: anthropic.Anthropic) -> None:
    done = anthropic_client.messages.create(
        model=MODEL,
        messages=HELLO,
        max_tokens=400,
        tools=[{"name": "search", "input_schema": SCHEMA}],
        tool_choice={"type": "any"},
        extra_body={"temperature": 1.5, "seed": 5},
    )
    (block,) = done.content
    assert block.type == "tool_use"
    fastjsonschema.compile(SCHEMA)(block.input)


def test_responses(openai_client: openai.OpenAI, says, asked: list[Request]) -> None:
    says(SAID)
    given: dict[str, Any] = {"model": MODEL, "tools": [{"type": "function", **FUNCTION}]}
    done = openai_client.responses.create(input="hello", instructions="Be kind.", **given)
    reasoning, message, *calls = done.output
    assert reasoning.type == "reasoning"
    assert reasoning.content
    assert reasoning.content[0].text == "Hm"
    assert (message.type, done.output_text, done.status) == ("message", "I look.", "completed")
    assert [json.loads(c.arguments) for c in calls if c.type == "function_call"] == BOTH
    events = list(
        openai_client.responses.create(input="hello", instructions="Be kind.", stream=True, **given)
    )
    last = events[-1]
    assert last.type == "response.completed"
    assert [item.type for item in last.response.output] == [item.type for item in done.output]
    assert last.response.output_text == "I look."
    thoughts = [e.delta for e in events if e.type == "response.reasoning_text.delta"]
    assert "".join(thoughts) == "Hm"
    outputs: list[Any] = [
        {"type": "function_call_output", "call_id": c.call_id, "output": "found"}
        for c in calls
        if c.type == "function_call"
    ]
    openai_client.responses.create(input=outputs, previous_response_id=done.id, **given)
    everything: list[Any] = [*HELLO, *(item.to_dict() for item in done.output), *outputs]
    openai_client.responses.create(input=everything, **given)
    ids = [c.call_id for c in calls if c.type == "function_call"]
    results = [Message("tool", "found", tool_call_id=name) for name in ids]
    for request in asked[2:]:
        hello, *between, first, second = request.messages
        assert hello == Message("user", "hello")
        assert [first, second] == results
        assert [call.id for turn in between for call in turn.tool_calls] == ids
        assert "".join(turn.content for turn in between) == "I look."
        assert "".join(turn.reasoning for turn in between) == "Hm"


def test_chats_of_ollama(served: Served, says, asked: list[Request]) -> None:
    says(SAID)
    client = ollama.Client(host=served.url)
    done = client.chat(MODEL, HELLO, tools=TOOLS, think=True)
    assert (done.message.content, done.message.thinking) == ("I look.", "Hm")
    calls = done.message.tool_calls or ()
    assert [call.function.arguments for call in calls] == BOTH
    pieces = [p.message for p in client.chat(MODEL, HELLO, tools=TOOLS, think=True, stream=True)]
    assert "".join(piece.content or "" for piece in pieces) == "I look."
    assert "".join(piece.thinking or "" for piece in pieces) == "Hm"
    streamed = [call for piece in pieces for call in piece.tool_calls or ()]
    assert [call.function.arguments for call in streamed] == BOTH
    result = {"role": "tool", "content": "found", "tool_name": "search"}
    client.chat(MODEL, [*HELLO, done.message, result], tools=TOOLS, think="low")
    client._client.close()
    (offered,) = asked[-1].tools  # whose schema the client itself has shortened
    assert (offered.name, offered.description) == ("search", "Looks for words.")
    assert asked[-1].template.reasoning_effort == "low"
    _, called, given = asked[-1].messages
    assert (called.content, called.reasoning) == ("I look.", "Hm")
    assert [json.loads(call.arguments) for call in called.tool_calls] == BOTH
    assert given == Message("tool", "found", name="search")


def test_whether_to_think_is_told_to_the_template(
    openai_client: openai.OpenAI, says, asked: list[Request]
) -> None:
    says("x")
    ask = openai_client.chat.completions.create
    ask(model=MODEL, messages=HELLO, reasoning_effort="high")
    ask(model=MODEL, messages=HELLO, reasoning_effort="none")
    ask(model=MODEL, messages=HELLO, extra_body={"thinking": {"type": "disabled"}})
    ask(model=MODEL, messages=HELLO, extra_body={"chat_template_kwargs": {"documents": []}})
    told = [(r.template.thinking, r.template.reasoning_effort) for r in asked]
    assert told == [(True, "high"), (False, "none"), (False, None), (None, None)]
    assert asked[3].template.variables == {"documents": []}


def test_the_engines_own_options_are_fields(
    openai_client: openai.OpenAI, says, asked: list[Request]
) -> None:
    says("x")
    own: dict[str, Any] = {"top_k": 7, "min_p": 0.1, "typical_p": 0.9, "repetition_penalty": 1.1}
    own |= {"penalty_tokens": 9, "dry_multiplier": 0.8, "dry_breakers": ["\n"], "dry_tokens": 3}
    own |= {"context_full": "shift", "prompt_lookup": "off", "dry_base": 2, "dry_allowed_length": 3}
    openai_client.chat.completions.create(model=MODEL, messages=HELLO, extra_body=own)
    for name, value in (own | {"dry_breakers": ("\n",)}).items():
        assert getattr(asked[0].options, name) == value
