# SPDX-License-Identifier: Apache-2.0
"""What OpenAI's answers are made of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from ktdesk.runtime.request import Chances, Logprob
from ktdesk.server.answers import Answer
from ktdesk.text.messages import ToolCall


def new_id(prefix: str) -> str:
    """Return an identifier that nothing else has."""
    return f"{prefix}{secrets.token_hex(12)}"


def usage_of(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return what answers to one prompt took together."""
    stats = [answer.stats for answer in answers]
    prompt, cached = max(s.prompt_tokens for s in stats), stats[0].cached_tokens
    written = sum(s.generated_tokens for s in stats)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {
            "reasoning_tokens": sum(answer.reasoning_tokens for answer in answers)
        },
        "prompt_cache_hit_tokens": cached,  # DeepSeek's words for the same
        "prompt_cache_miss_tokens": prompt - cached,
    }


def call_of(call: ToolCall) -> dict[str, Any]:
    """Return a call."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def message_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as a message."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer.text or (None if answer.calls else ""),
        "refusal": None,
    }
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.calls:
        message["tool_calls"] = [call_of(call) for call in answer.calls]
    return message


def logprobs_of(chances: Sequence[Chances]) -> dict[str, Any]:
    """Return how likely tokens were, as chats have it."""
    content = [
        _logprob(each.chosen) | {"top_logprobs": [_logprob(top) for top in each.likeliest]}
        for each in chances
    ]
    return {"content": content, "refusal": None}


def _logprob(each: Logprob) -> dict[str, Any]:
    return {
        "token": each.text.decode("utf-8", "replace"),
        "logprob": each.logprob,
        "bytes": list(each.text),
    }
