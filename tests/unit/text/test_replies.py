# SPDX-License-Identifier: Apache-2.0
"""Replies of each family are taken apart, wherever they are cut; what is no call stays text."""

from __future__ import annotations

import functools
import itertools
import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.text.messages import Channel, Message, Tool, ToolCall
from ktdesk.text.reply.parts import Part, ReplyParser, Text
from ktdesk.text.template import ChatTemplate
from tests.unit.text.conversations import CONVERSATIONS, TEMPLATES, TOOLS, message

NUMBERS = Tool(
    "set",
    "Sets values.",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "count": {"type": "integer"},
            "on": {"type": "boolean"},
            "maybe": {"type": ["string", "null"]},
        },
    },
)
ALL = (*TOOLS, NUMBERS)


@functools.cache
def template(name: str) -> ChatTemplate:
    return ChatTemplate(TEMPLATES[name], bos="<s>", eos="</s>")


@dataclass(frozen=True)
class Reply:
    """A reply as a whole. calls: names and arguments."""

    answer: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str], ...] = ()


def whole(parts: list[Part]) -> Reply:
    def text(channel: Channel) -> str:
        return "".join(p.text for p in parts if isinstance(p, Text) and p.channel == channel)

    calls = tuple((p.name, p.arguments) for p in parts if isinstance(p, ToolCall))
    return Reply(text("answer"), text("reasoning"), calls)


def taken_apart(parser: ReplyParser, pieces: list[str]) -> Reply:
    return whole([part for piece in pieces for part in parser.push(piece)] + parser.finish())


def parser(name: str, prompt: str = "", tools: tuple[Tool, ...] = ALL) -> ReplyParser:
    return template(name).reply_to(prompt, tools)


def cut(text: str, at: list[int]) -> list[str]:
    edges = [0, *sorted(at), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


# What each template writes for a reply after the prompt is, less its last token, what the model
# has to write: the templates of the models are the reference.
ENDS = {
    "deepseek": "<\N{FULLWIDTH VERTICAL LINE}end▁of▁sentence\N{FULLWIDTH VERTICAL LINE}>",
    "qwen": "<|im_end|>\n",
    "kimi": "<|im_end|>",
    "minimax": "[e~[\n",
    "mistral": "</s>",
    "ministral": "</s>",
    "llama-4": "<|eot|>",
    "gpt-oss": "<|call|>",
}
WRITTEN = [
    ("deepseek-v3", "a call"),
    ("deepseek-v3", "two calls"),
    ("deepseek-v3", "no arguments"),
    ("deepseek-v3.1", "a call"),
    ("deepseek-v3.1", "a call with words"),
    ("deepseek-v3.1", "two calls"),
    ("qwen2.5", "a call"),
    ("qwen2.5", "a call with words"),
    ("qwen2.5", "two calls"),
    ("qwen3", "reasoning last"),
    ("qwen3", "a call with words"),
    ("qwen3", "a call with reasoning"),
    ("qwen3", "two calls"),
    ("qwen3-coder", "a call with words"),
    ("qwen3-coder", "two calls"),
    ("qwen3-coder", "no arguments"),
    ("glm-4.6", "reasoning last"),
    ("glm-4.6", "a call with words"),
    ("glm-4.6", "a call with reasoning"),
    ("glm-4.6", "two calls"),
    ("glm-4.6", "no arguments"),
    ("glm-4.7-flash", "a call with reasoning"),
    ("kimi-k2", "a call with words"),
    ("kimi-k2", "two calls"),
    ("kimi-k2-instruct", "two calls"),
    ("kimi-k2-thinking", "a call with reasoning"),
    ("kimi-k2-thinking", "two calls"),
    ("minimax-m2", "reasoning last"),
    ("minimax-m2", "a call with reasoning"),
    ("mistral-nemo", "a call"),
    ("mistral-nemo", "two calls"),
    ("mistral-small-3.2", "two calls"),
    ("ministral-3-reasoning", "a call with words"),
    ("ministral-3-reasoning", "two calls"),
    ("gpt-oss", "a call"),
    ("gpt-oss", "a call with reasoning"),
]


def written(name: str, conversation: str) -> tuple[str, str, Reply]:
    """Return a prompt, the reply that the template writes to it, and what it consists of."""
    *before, last = [message(turn) for turn in CONVERSATIONS[conversation]]
    replies = [last]
    while before[-1].role == "tool" or last.role == "tool":
        last = before.pop()
        replies = [last]
    prompt = template(name).render(before, TOOLS)
    text = template(name).render([*before, *replies], TOOLS, add_generation_prompt=False)
    assert text.startswith(prompt)
    end = next((end for family, end in ENDS.items() if name.startswith(family)), "")
    calls = tuple((c.name, c.arguments) for c in last.tool_calls)
    return (
        prompt,
        text[len(prompt) :].removesuffix(end),
        Reply(last.content, last.reasoning, calls),
    )


@pytest.mark.parametrize(("name", "conversation"), WRITTEN)
def test_what_a_template_writes_is_read_back(name: str, conversation: str) -> None:
    prompt, text, expected = written(name, conversation)
    assert taken_apart(parser(name, prompt), [text]) == expected
    assert taken_apart(parser(name, prompt), list(text)) == expected


BAR = "\N{FULLWIDTH VERTICAL LINE}"
FRANCE = '{"city": "Paris"}'
CALLED = (("get_weather", FRANCE),)
REPLIES = [
    # The prompt has begun the reasoning.
    ("deepseek-r1-distill", "<think>\n", "Hm.\n</think>\n\nYes", Reply("Yes", "Hm.")),
    ("deepseek-v3.1", "<think></think>", "Yes", Reply("Yes")),
    ("deepseek-v3.1", "<think>", "Hm", Reply("", "Hm")),
    ("qwen3", "<think>\n\n</think>\n\n", " Yes ", Reply(" Yes ")),
    ("qwen3", "", "<think>\n\n</think>\n\nYes", Reply("Yes")),
    ("qwen3", "<think>\n", "<think>\nHm</think>Yes", Reply("Yes", "Hm")),
    # Later, a mark is what the model speaks about.
    ("qwen3", "", "A <think> tag", Reply("A <think> tag")),
    ("qwen3", "", "A </think> tag", Reply("A </think> tag")),
    ("qwen3", "", "<think>a <tool_call> b</think>", Reply("", "a <tool_call> b")),
    (
        "ministral-3-reasoning",
        "",
        "[THINK]I may [TOOL_CALLS]search[ARGS]{}[/THINK][TOOL_CALLS]get_weather[ARGS]" + FRANCE,
        Reply("", "I may [TOOL_CALLS]search[ARGS]{}", CALLED),
    ),
    # Several notations of one family.
    (
        "mistral-nemo",
        "",
        f'[TOOL_CALLS] [{{"name": "get_weather", "arguments": {FRANCE}}}]',
        Reply(calls=CALLED),
    ),
    (
        "deepseek-v3.1",
        "",
        f"<{BAR}tool▁calls▁begin{BAR}><{BAR}tool▁call▁begin{BAR}>function<{BAR}tool▁sep{BAR}>"
        f"get_weather\n```json\n{FRANCE}\n```<{BAR}tool▁call▁end{BAR}>",
        Reply(calls=CALLED),
    ),
    (
        "qwen3-coder",
        "",
        "I look.\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n"
        "</tool_call>",
        Reply("I look.", calls=CALLED),
    ),
    (
        "granite-3.3",
        "",
        f'<|tool_call|>[{{"name": "get_weather", "arguments": {FRANCE}}}]',
        Reply(calls=CALLED),
    ),
    ("llama-4", "", f'{{"name": "get_weather", "parameters": {FRANCE}}}', Reply(calls=CALLED)),
    (
        "llama-4",
        "",
        f'{{"name": "get_weather", "parameters": {FRANCE}}}; {{"name": "search", '
        '"parameters": {}}',
        Reply(calls=(*CALLED, ("search", "{}"))),
    ),
    ("llama-4", "", '{"answer": 42}', Reply('{"answer": 42}')),
    ("llama-4", "", 'So: {"name": 1}', Reply('So: {"name": 1}')),
    ("kimi-k2", "", "Yes", Reply("Yes")),
    # Harmony, as gpt-oss writes it.
    ("gpt-oss", "", "<|channel|>final<|message|>Yes\n", Reply("Yes\n")),
    ("gpt-oss", "", "Yes <|end|>", Reply("Yes ")),
    ("gpt-oss", "", "to be", Reply("to be")),
    (
        "gpt-oss",
        "",
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
        "<|return|>",
        Reply("Yes", "Hm."),
    ),
    (
        "gpt-oss",
        "",
        "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary "
        f"to=functions.get_weather <|constrain|>json<|message|>{FRANCE}<|call|>",
        Reply("I look.", calls=CALLED),
    ),
    (
        "gpt-oss",
        "",
        f" to=functions.get_weather<|channel|>analysis<|message|>{FRANCE}",
        Reply(calls=CALLED),
    ),
    (
        "gpt-oss",
        "",
        "<|channel|>commentary to=assistant<|channel|>final <|constrain|>json<|message|>{}",
        Reply("{}"),
    ),
    ("gpt-oss", "", "<|channel|>analysis to=python<|message|>1+1", Reply("", "1+1")),
    (
        "gpt-oss",
        "",
        "<|channel|>commentary to=functions.search<|message|>",
        Reply(calls=(("search", "{}"),)),
    ),
    # Types come from the function's schema.
    (
        "glm-4.6",
        "",
        "<tool_call>set\n<arg_key>text</arg_key>\n<arg_value>5</arg_value>\n"
        "<arg_key>count</arg_key>\n<arg_value>5</arg_value>\n"
        "<arg_key>on</arg_key><arg_value>true</arg_value><arg_key>x</arg_key>"
        "<arg_value>a b</arg_value></tool_call>",
        Reply(calls=(("set", '{"text": "5", "count": 5, "on": true, "x": "a b"}'),)),
    ),
    (
        "qwen3-coder",
        "",
        "<tool_call>\n<function=set>\n<parameter=on>\nFalse\n</parameter>\n<parameter=maybe>\n"
        "null\n</parameter>\n<parameter=text>\n\n a\nb\n\n</parameter>\n</function>\n</tool_call>",
        Reply(calls=(("set", '{"on": false, "maybe": null, "text": "\\n a\\nb\\n"}'),)),
    ),
]


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
