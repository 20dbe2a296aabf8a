# SPDX-License-Identifier: Apache-2.0
"""One conversation, rendered by `transformers` and by KTDesk."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from jinja2.sandbox import SandboxedEnvironment
from transformers.utils import chat_template_utils
from transformers.utils.chat_template_utils import render_jinja_template

from ktdesk.errors import TemplateError
from ktdesk.text.messages import TemplateOptions
from ktdesk.text.template import ChatTemplate
from tests.unit.text.conversations import FUNCTIONS, TOOLS, message

OPTIONS = {
    "as it is": TemplateOptions(),
    "thinking": TemplateOptions(thinking=True, reasoning_effort="high"),
    "no thinking": TemplateOptions(thinking=False, reasoning_effort="low"),
}


def expected_text(
    source: str,
    turns: list[dict[str, Any]],
    options: TemplateOptions,
    *,
    tools: bool,
    prompt: bool,
    text_arguments: bool = False,
    no_content: bool = False,
) -> str:
    """Return what `transformers` writes, or the reason why it does not.

    Some templates want other forms than most, which their callers must know: text_arguments,
    arguments as text; no_content, None for the content of a turn that only calls.
    """
    turns = copy.deepcopy(turns)
    for turn in turns:
        for call in turn.get("tool_calls", ()):
            function = call["function"]
            if text_arguments:
                function["arguments"] = json.dumps(function["arguments"], ensure_ascii=False)
        if no_content and "tool_calls" in turn and not turn["content"]:
            turn["content"] = None
    variables: dict[str, Any] = {}
    if options.thinking is not None:
        variables = {"enable_thinking": options.thinking, "thinking": options.thinking}
        variables["reasoning_effort"] = options.reasoning_effort
    offered = [{"type": "function", "function": f} for f in FUNCTIONS] if tools else None
    try:
        (text,), _ = render_jinja_template(
            [turns],
            tools=offered,
            chat_template=source,
            add_generation_prompt=prompt,
            bos_token="<s>",
            eos_token="</s>",
            **variables,
        )
    except Exception as error:  # noqa: BLE001 - whatever the template raises
        return f"refused: {error}"
    return text


@functools.cache
def template(source: str) -> ChatTemplate:
    return ChatTemplate(source, bos="<s>", eos="</s>")


def our_text(
    source: str,
    turns: list[dict[str, Any]],
    options: TemplateOptions,
    *,
    tools: bool,
    prompt: bool,
) -> str:
    """Return what KTDesk writes, or the reason why it does not."""
    messages = [message(turn) for turn in turns]
    offered = TOOLS if tools else ()
    try:
        return template(source).render(messages, offered, options, add_generation_prompt=prompt)
    except TemplateError as error:
        return f"refused: {error.__cause__ or str(error).partition('conversation: ')[2]}"


@contextmanager
def lists_can_change() -> Iterator[None]:
    """Let `transformers` run templates that keep a queue in a list, which it forbids."""
    compiled = chat_template_utils._compile_jinja_template
    compiled.cache_clear()
    with mock.patch.object(
        chat_template_utils, "ImmutableSandboxedEnvironment", SandboxedEnvironment
    ):
        yield
    compiled.cache_clear()
