# SPDX-License-Identifier: Apache-2.0
"""A reply that is stopped and goes on is the same as one that was not, in every family."""

from __future__ import annotations

import pytest

from ktdesk.text.messages import Message
from ktdesk.text.reply.begun import BegunReply
from ktdesk.text.reply.parts import PlainReply, Text
from tests.unit.text.conversations import TEMPLATES
from tests.unit.text.replies import Reply, parser, taken_apart, template, whole, written

YES, BOTH = Reply("Yes, it is"), Reply("Yes, it is", "Hm, well")
TEXTS = [
    ("deepseek-r1-distill", "<think>\n", "Hm, well\n</think>\n\nYes, it is", BOTH),
    ("qwen3", "", "<think>\nHm, well\n</think>\n\nYes, it is", BOTH),
    ("qwen3", "<think>\n\n</think>\n\n", "Yes, it is", YES),
    ("granite-3.3", "", "<think>Hm, well</think>\n\n<response>Yes, it is</response>", BOTH),
    ("ministral-3-reasoning", "", "[THINK]Hm, well[/THINK]Yes, it is", BOTH),
    ("llama-3", "", "Yes, it is", YES),
    (
        "gpt-oss",
        "",
        "<|channel|>analysis<|message|>Hm, well<|end|>"
        "<|start|>assistant<|channel|>final<|message|>Yes, it is",
        BOTH,
    ),
    ("gpt-oss", "", "<|channel|>final<|message|>Yes, it is", YES),
    *((name, *written(name, "reasoning last")) for name in ("qwen3", "glm-4.6", "minimax-m2")),
]


def test_every_format_is_here() -> None:
    formats = {type(template(name)._format) for name in TEMPLATES}
    assert {type(template(name)._format) for name, *_ in TEXTS} == formats


@pytest.mark.parametrize(("name", "prompt", "text", "expected"), TEXTS)
def test_the_rest_follows_what_was_said_wherever_it_was_stopped(
    name: str, prompt: str, text: str, expected: Reply
) -> None:
    stops = 0
    for at in range(1, len(text)):
        reply = parser(name, prompt)
        certain = whole(reply.push(text[:at]))
        if whole(reply.finish()) != whole([]) or not (certain.answer or certain.reasoning):
            continue  # within a mark, or beside one
        if not certain.answer and certain.reasoning == expected.reasoning != "":
            continue  # perhaps its end is there, and nothing after it: then it comes again
        stops += 1
        said = Message("assistant", certain.answer, certain.reasoning)
        beginning = template(name).beginning(prompt, said)
        assert dense(beginning) == dense(text[:at])  # the model sees what it had written
        rest = taken_apart(template(name).reply_to(prompt, (), said), list(text[at:]))
        assert certain.answer + rest.answer == expected.answer
        assert certain.reasoning + rest.reasoning == expected.reasoning
    assert stops > 0


def dense(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("tail", ["<", " ", "</thi", "\n\n"])
def test_what_was_held_back_and_then_shown_does_not_come_twice(tail: str) -> None:
    said = Message("assistant", "", f"I think{tail}")
    prompt = "<think>\n"
    rest = template("qwen3").reply_to(prompt, (), said)
    parts = rest.push("x, so.</think>Yes") + rest.finish()
    assert whole(parts).reasoning == "x, so."
    assert whole(parts).answer == "Yes"


def test_a_reply_that_holds_nothing_back_is_as_it_comes() -> None:
    reply = BegunReply(PlainReply(), "one", Message("assistant", "one"))
    assert reply.push(" two") == [Text(" two", "answer")]
    assert reply.finish() == []
