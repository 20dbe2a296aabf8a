# SPDX-License-Identifier: Apache-2.0
"""Replies of each family are taken apart, wherever they are cut; what is no call stays text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.text.messages import Message, ToolCall
from ktdesk.text.reply.parts import Text
from tests.unit.text.conversations import CONVERSATIONS, TEMPLATES, TOOLS, message
from tests.unit.text.replies import WRITTEN, Reply, cut, parser, taken_apart, template, written
from tests.unit.text.reply_samples import BAR, FRANCE, REPLIES


@pytest.mark.parametrize(("name", "conversation"), WRITTEN)
def test_what_a_template_writes_is_read_back(name: str, conversation: str) -> None:
    prompt, text, expected = written(name, conversation)
    assert taken_apart(parser(name, prompt), [text]) == expected
    assert taken_apart(parser(name, prompt), list(text)) == expected


@pytest.mark.parametrize(("name", "prompt", "text", "expected"), REPLIES)
def test_a_reply_is_taken_apart(name: str, prompt: str, text: str, expected: Reply) -> None:
    assert taken_apart(parser(name, prompt), [text]) == expected
    assert taken_apart(parser(name, prompt), list(text)) == expected


MALFORMED = [
    ("qwen3", '<tool_call>\n{"name": "search", "arguments": {\n</tool_call>'),
    ("qwen3", "<tool_call>no JSON</tool_call> and more"),
    ("qwen3", '<tool_call>{"name": "search", "arguments": 5}</tool_call>'),
    ("qwen3", '<tool_call>{"name": "search", "arguments": {"a": NaN}}</tool_call>'),
    ("qwen3", '<tool_call>{"name": "search", "arguments": {"a": 1e999}}</tool_call>'),
    ("qwen3", '<tool_call>{"name": "", "arguments": {}}</tool_call>'),
    ("qwen3", '<tool_call>{"name": "search", "argum'),
    ("qwen3", "<tool_call>" + "[" * 100_000),
    ("qwen3", "<tool_call>"),
    ("qwen3-coder", "<tool_call><function=f><parameter=a>1</function></tool_call>"),
    ("glm-4.6", "<tool_call>f<arg_key>a</arg_key></tool_call>"),
    ("kimi-k2", "<|tool_calls_section_begin|>{}<|tool_calls_section_end|>"),
    ("deepseek-v3", f"<{BAR}tool▁calls▁begin{BAR}>search()<{BAR}tool▁calls▁end{BAR}>."),
    ("mistral-nemo", "[TOOL_CALLS]search(1)"),
    ("minimax-m2", "<minimax:tool_call><invoke>x</invoke></minimax:tool_call>"),
    ("llama-4", '{"name": "search"'),
    ("gpt-oss", "<|channel|>commentary to=functions.search<|message|>{1"),
    ("gpt-oss", "<|channel|>final"),
]


@pytest.mark.parametrize(("name", "text"), MALFORMED)
def test_a_malformed_call_is_text(name: str, text: str) -> None:
    assert taken_apart(parser(name), [text]) == Reply(text)


def test_a_call_after_a_malformed_one_is_found() -> None:
    text = '<tool_call>{"name"\n<tool_call>\n{"name": "search"}\n</tool_call>'
    expected = Reply('<tool_call>{"name"', calls=(("search", "{}"),))
    assert taken_apart(parser("qwen3"), [text]) == expected


@pytest.mark.parametrize("name", TEMPLATES)
def test_without_tools_there_are_no_calls(name: str) -> None:
    text = f'<tool_call>{{"name": "get_weather", "arguments": {FRANCE}}}</tool_call>'
    assert taken_apart(parser(name, tools=()), [text]) == Reply(text)


def test_a_call_keeps_the_id_that_its_model_gave_it() -> None:
    for name, conversation, expected in (
        ("kimi-k2", "a call", "functions.get_weather:0"),
        ("mistral-nemo", "a call", "a1b2c3d4e"),
    ):
        prompt, text, _ = written(name, conversation)
        reply = parser(name, prompt)
        (call,) = reply.push(text) + reply.finish()
        assert isinstance(call, ToolCall)
        assert call.id == expected


def test_text_comes_as_soon_as_it_is_certain() -> None:
    reply = parser("qwen3")
    assert reply.push("<think>\nOne ") == [Text("One", "reasoning")]
    assert reply.push("two") == [Text(" two", "reasoning")]
    assert reply.push("\n</thi") == []
    assert reply.push("s") == [Text("\n</this", "reasoning")]
    assert reply.push("</think>\n\nThree. <tool") == [Text("Three.", "answer")]
    assert reply.push("s>") == [Text(" <tools>", "answer")]


def test_half_a_character_in_json_is_replaced() -> None:
    text = '<tool_call>{"name": "search", "arguments": {"a": "\\ud800"}}</tool_call>'
    assert taken_apart(parser("qwen3"), [text]).calls == (("search", '{"a": "?"}'),)


def fragments(name: str) -> list[str]:
    """Return pieces of what a family writes, and some that it does not."""
    marks = sorted(parser(name).marks)
    texts = [text for known, _, text, _ in REPLIES if known == name]
    calls = [written(known, which)[1] for known, which in WRITTEN if known == name]
    return [
        *marks,
        *texts,
        *calls,
        "1",
        " ",
        "\n",
        "<",
        "22",
        "{",
        '{"name"',
        "é",
        "</",
        "[",
        "to=",
    ]


@pytest.mark.parametrize("name", TEMPLATES)
@given(data=st.data())
def test_where_a_reply_is_cut_makes_no_difference(name: str, data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(fragments(name)), max_size=12)))
    prompt = data.draw(st.sampled_from(["", "<think>\n", "[THINK]"]))
    at = data.draw(st.lists(st.integers(0, len(text))))
    expected = taken_apart(parser(name, prompt), [text])
    assert taken_apart(parser(name, prompt), cut(text, at)) == expected
    is_headed = name == "gpt-oss"  # what stands in headers is not shown
    if not expected.calls and not is_headed:  # nothing is lost
        said = expected.reasoning + expected.answer
        assert [c for c in said if c in "12"] == [c for c in text if c in "12"]


def test_messages_can_be_sent_back() -> None:
    """What was read from a reply, rendered again, is the reply."""
    prompt, text, expected = written("qwen3", "a call with reasoning")
    reply = parser("qwen3", prompt)
    parts = reply.push(text) + reply.finish()
    calls = tuple(part for part in parts if isinstance(part, ToolCall))
    before = [message(turn) for turn in CONVERSATIONS["a call with reasoning"][:-1]]
    again = Message("assistant", expected.answer, expected.reasoning, calls)
    rendered = template("qwen3").render([*before, again], TOOLS, add_generation_prompt=False)
    assert rendered == prompt + text + "<|im_end|>\n"
    assert json.loads(calls[0].arguments)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_reply_that_repeats_itself_is_read_once(name: str) -> None:
    """Reading again from each of many marks would take minutes."""
    for mark in parser(name).marks:
        text = mark * 40_000
        pieces = [text[at : at + 5000] for at in range(0, len(text), 5000)]
        assert not taken_apart(parser(name), pieces).calls
