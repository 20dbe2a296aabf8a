# SPDX-License-Identifier: Apache-2.0
"""What a response consists of: reasoning, a message, calls."""

from __future__ import annotations

from typing import Any

from ktdesk.runtime.request import Chances
from ktdesk.server.answers import Answer
from ktdesk.server.openai.response_body import ResponseBody
from ktdesk.server.openai.shapes import logprobs_of, new_id
from ktdesk.text.messages import Message, ToolCall


def reasoning_item(text: str, name: str = "") -> dict[str, Any]:
    """Return reasoning."""
    content = [{"type": "reasoning_text", "text": text}] if text else []
    return {
        "id": name or new_id("rs_"),
        "type": "reasoning",
        "summary": [],
        "content": content,
        "status": "completed",
    }


def text_part(text: str, chances: list[Chances]) -> dict[str, Any]:
    """Return the text of a message."""
    logprobs = logprobs_of(chances)["content"]
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs}


def message_item(part: dict[str, Any] | None, name: str = "", *, status: str) -> dict[str, Any]:
    """Return a message."""
    return {
        "id": name or new_id("msg_"),
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [part] if part else [],
    }


def call_item(call: ToolCall, arguments: str, name: str = "", *, status: str) -> dict[str, Any]:
    """Return a call."""
    return {
        "id": name or new_id("fc_"),
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": arguments,
        "status": status,
    }


def output_of(answer: Answer) -> list[dict[str, Any]]:
    """Return all that a whole answer consists of."""
    status = status_of(answer)
    items = [reasoning_item(answer.reasoning)] if answer.reasoning else []
    if answer.text or not answer.calls:
        items.append(message_item(text_part(answer.text, answer.chances), status=status))
    return items + [call_item(call, call.arguments, status="completed") for call in answer.calls]


def status_of(answer: Answer) -> str:
    """Return whether an answer has come to its end."""
    return "incomplete" if answer.finish == "length" else "completed"


def message_of(answer: Answer) -> Message:
    """Return an answer as a turn of the conversation."""
    return Message("assistant", answer.text, answer.reasoning, tuple(answer.calls))


def head_of(body: ResponseBody, name: str, model: str, created_at: int) -> dict[str, Any]:
    """Return a response that is in progress."""
    given = body.model_dump(by_alias=True, exclude_none=True)
    return {
        "id": name,
        "object": "response",
        "created_at": created_at,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens,
        "model": model,
        "output": [],
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "previous_response_id": body.previous_response_id,
        "reasoning": {"effort": body.reasoning.effort if body.reasoning else None, "summary": None},
        "store": body.store is not False,
        "temperature": body.temperature,
        "text": {"format": {"type": "text"}} | given.get("text", {}),
        "tool_choice": given.get("tool_choice", "auto"),
        "tools": given.get("tools", []),
        "top_p": body.top_p,
        "truncation": body.truncation or "disabled",
        "usage": None,
        "user": body.user,
        "metadata": body.metadata or {},
    }


def ending_of(answer: Answer, output: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a response has at its end, in place of what it had before."""
    stats, status = answer.stats, status_of(answer)
    return {
        "status": status,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "output": output,
        "usage": {
            "input_tokens": stats.prompt_tokens,
            "input_tokens_details": {"cached_tokens": stats.cached_tokens},
            "output_tokens": stats.generated_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": stats.prompt_tokens + stats.generated_tokens,
        },
    }
