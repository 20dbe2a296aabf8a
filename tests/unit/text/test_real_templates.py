# SPDX-License-Identifier: Apache-2.0
"""The templates of real models write what `transformers` makes of them, character by character."""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

import pytest
from jinja2.sandbox import SandboxedEnvironment
from transformers.utils import chat_template_utils
from transformers.utils.chat_template_utils import render_jinja_template

from ktdesk.errors import TemplateError
from ktdesk.text.messages import TemplateOptions
from ktdesk.text.template import ChatTemplate
from tests.unit.text.conversations import (
    CONVERSATIONS,
    FUNCTIONS,
    TEMPLATES,
    TOOLS,
    has_tools,
    message,
)

# What these templates want where others want a mapping and a text: the API of the models' makers
# gives arguments as text, and no content beside a call.
TEXT_ARGUMENTS = {"deepseek-v3"}
NO_CONTENT = {"deepseek-v3", "deepseek-r1-distill"}
# They keep a queue in a list, which `transformers` forbids.
QUEUES = {"kimi-k2-instruct", "kimi-k2-thinking"}
OPTIONS = {
    "as it is": TemplateOptions(),
    "thinking": TemplateOptions(thinking=True, reasoning_effort="high"),
    "no thinking": TemplateOptions(thinking=False, reasoning_effort="low"),
}


def reference(
    name: str, turns: list[dict[str, Any]], options: TemplateOptions, *, tools: bool, prompt: bool
) -> str:
    """Return what `transformers` writes, or the reason why it does not."""
    turns = copy.deepcopy(turns)
    for turn in turns:
        for one in turn.get("tool_calls", ()):
            if name in TEXT_ARGUMENTS:
                arguments = one["function"]["arguments"]
                one["function"]["arguments"] = json.dumps(arguments, ensure_ascii=False)
        if name in NO_CONTENT and "tool_calls" in turn and not turn["content"]:
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
            chat_template=TEMPLATES[name],
            add_generation_prompt=prompt,
            bos_token="<s>",
            eos_token="</s>",
            **variables,
        )
    except Exception as error:  # noqa: BLE001 - whatever the template raises
        return f"refused: {error}"
    return text


@functools.cache
def compiled(name: str) -> ChatTemplate:
    return ChatTemplate(TEMPLATES[name], bos="<s>", eos="</s>")


def ours(
    name: str, turns: list[dict[str, Any]], options: TemplateOptions, *, tools: bool, prompt: bool
) -> str:
    template = compiled(name)
    messages = [message(turn) for turn in turns]
    try:
        return template.render(
            messages, TOOLS if tools else (), options, add_generation_prompt=prompt
        )
    except TemplateError as error:
        cause = error.__cause__ or str(error).partition("conversation: ")[2]
        return f"refused: {cause}"


@pytest.fixture(autouse=True)
def _queues(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `transformers` change lists where a template does."""
    if request.node.callspec.params["name"] in QUEUES:
        chat_template_utils._compile_jinja_template.cache_clear()
        monkeypatch.setattr(
            chat_template_utils, "ImmutableSandboxedEnvironment", SandboxedEnvironment
        )


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_a_template_writes_what_transformers_writes(name: str, conversation: str) -> None:
    turns = CONVERSATIONS[conversation]
    for options in OPTIONS.values():
        for tools in {has_tools(conversation), True}:
            for prompt in (True, False):
                case = (name, turns, options)
                expected = reference(*case, tools=tools, prompt=prompt)
                assert ours(*case, tools=tools, prompt=prompt) == expected


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_none_refuses(name: str, conversation: str) -> None:
    text = ours(
        name,
        CONVERSATIONS[conversation],
        OPTIONS["as it is"],
        tools=has_tools(conversation),
        prompt=True,
    )
    assert not text.startswith("refused")
