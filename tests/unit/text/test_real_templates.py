# SPDX-License-Identifier: Apache-2.0
"""The templates of real models write what `transformers` makes of them, character by character."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from tests.unit.text.conversations import CONVERSATIONS, TEMPLATES, has_tools
from tests.unit.text.rendering import OPTIONS, expected_text, lists_can_change, our_text

TEXT_ARGUMENTS = {"deepseek-v3"}
NO_CONTENT = {"deepseek-v3", "deepseek-r1-distill"}
QUEUES = {"kimi-k2-instruct", "kimi-k2-thinking"}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_a_template_writes_what_transformers_writes(name: str, conversation: str) -> None:
    source, turns = TEMPLATES[name], CONVERSATIONS[conversation]
    with lists_can_change() if name in QUEUES else nullcontext():
        for options in OPTIONS.values():
            for tools in {has_tools(conversation), True}:
                for prompt in (True, False):
                    expected = expected_text(
                        source,
                        turns,
                        options,
                        tools=tools,
                        prompt=prompt,
                        text_arguments=name in TEXT_ARGUMENTS,
                        no_content=name in NO_CONTENT,
                    )
                    assert expected == our_text(source, turns, options, tools=tools, prompt=prompt)


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_none_refuses(name: str, conversation: str) -> None:
    turns, tools = CONVERSATIONS[conversation], has_tools(conversation)
    text = our_text(TEMPLATES[name], turns, OPTIONS["as it is"], tools=tools, prompt=True)
    assert not text.startswith("refused")
