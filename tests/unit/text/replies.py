# SPDX-License-Identifier: Apache-2.0
"""Replies, taken apart by the parser of a family, and those that its template writes."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

from ktdesk.text.messages import Channel, Tool, ToolCall
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
    while last.role == "tool":
        last = before.pop()
    prompt = template(name).render(before, TOOLS)
    text = template(name).render([*before, last], TOOLS, add_generation_prompt=False)
    assert text.startswith(prompt)
    end = next((end for family, end in ENDS.items() if name.startswith(family)), "")
    calls = tuple((c.name, c.arguments) for c in last.tool_calls)
    return (
        prompt,
        text[len(prompt) :].removesuffix(end),
        Reply(last.content, last.reasoning, calls),
    )
