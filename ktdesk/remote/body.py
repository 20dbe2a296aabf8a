# SPDX-License-Identifier: Apache-2.0
"""A request in OpenAI's words. What cannot be said in them is refused, not left out."""

from __future__ import annotations

import json
from typing import Any

from ktdesk.errors import RequestError
from ktdesk.remote.remotes import Remote
from ktdesk.runtime.request import Options, Request
from ktdesk.text.messages import Message, TemplateOptions, Tool

_NEUTRAL = Options(top_k=0, top_p=1.0, min_p=0.0)


def path_for(request: Request) -> str:
    """Return which of the API's addresses a request goes to."""
    return "/chat/completions" if request.prompt is None else "/completions"


def body_for(request: Request, remote: Remote, model: str) -> dict[str, Any]:
    """Return the body of a request. Raises RequestError for what an endpoint cannot do."""
    _check(request, remote)
    body: dict[str, Any] = {
        "model": model,
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(request.options, remote),
    }
    if request.prompt is not None:
        return body | {"prompt": request.prompt}
    return (
        body
        | {"messages": [_message(message) for message in request.messages]}
        | ({"tools": [_tool(tool) for tool in request.tools]} if request.tools else {})
        | _format(request.options)
        | _template(request.template, remote)
    )


def _check(request: Request, remote: Remote) -> None:
    options, none = request.options, Options()
    refused = {
        "a grammar": bool(options.grammar),
        "a bias for tokens": bool(options.logit_bias),
        "the chances of tokens": options.logprobs is not None,
        "typical_p": options.typical_p != none.typical_p,
        "DRY": options.dry_multiplier != none.dry_multiplier,
        "to go on with an answer that was begun": request.begun is not None,
        "a shape for raw text": request.prompt is not None
        and bool(options.json or options.json_schema),
    }
    if asked := [what for what, is_asked in refused.items() if is_asked]:
        raise RequestError(
            f"The remote {remote.name} cannot be asked for {', '.join(asked)}.",
            hint="Leave that out, or choose a model on this computer.",
        )


def _sampling(options: Options, remote: Remote) -> dict[str, Any]:
    """Return how tokens are chosen; what changes nothing is not said."""
    own = {
        "max_tokens": options.max_tokens or None,
        "seed": options.seed,
        "stop": list(options.stop) or None,
    }
    common = ("top_p", "presence_penalty", "frequency_penalty")
    beyond = () if remote.plain else ("top_k", "min_p", "repetition_penalty")
    said = {
        name: getattr(options, name)
        for name in (*common, *beyond)
        if getattr(options, name) != getattr(_NEUTRAL, name)
    }
    return {
        "temperature": options.temperature,
        **{name: value for name, value in own.items() if value is not None},
        **said,
    }


def _format(options: Options) -> dict[str, Any]:
    if options.json_schema:
        try:
            asked = json.loads(options.json_schema)
        except ValueError as error:
            raise RequestError(
                f"The schema of the answer is not JSON: {error}.", hint="Correct the schema."
            ) from None
        schema = {"name": "answer", "schema": asked, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    return {"response_format": {"type": "json_object"}} if options.json else {}


def _template(template: TemplateOptions, remote: Remote) -> dict[str, Any]:
    """Return what the chat template is told, as vLLM, SGLang and KTDesk take it."""
    variables = dict(template.variables)
    if template.thinking is not None:
        # Models' templates have two names for it.
        variables |= {"enable_thinking": template.thinking, "thinking": template.thinking}
    effort = {"reasoning_effort": template.reasoning_effort} if template.reasoning_effort else {}
    if variables and remote.plain:
        raise RequestError(
            f"The remote {remote.name} takes nothing for its chat template.",
            hint="Leave out what is said of thinking.",
        )
    return effort | ({"chat_template_kwargs": variables} if variables else {})


def _message(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        body["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
        # Models that think between calls go on with that; of other turns it is forgotten.
        body |= {"reasoning_content": message.reasoning} if message.reasoning else {}
    if message.role == "tool":
        body["tool_call_id"] = message.tool_call_id
    return body


def _tool(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}
