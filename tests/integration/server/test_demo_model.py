# SPDX-License-Identifier: Apache-2.0
"""The demo model, which says words, through the server: the same ones as without it."""

from __future__ import annotations

import json

import fastjsonschema
import openai
import pytest

from ktdesk.engine import Engine
from ktdesk.library.demo import DemoModels
from ktdesk.runtime.request import Message
from tests.integration.server.conftest import answer, serving

QUESTION = "Why is the sky blue?"


@pytest.mark.slow
def test_the_demo_model_says_the_same_through_the_server(demo_models: DemoModels) -> None:
    path = demo_models.deepseek2
    with serving([path]) as served:
        engine = Engine(threads=1)
        engine.load(path)
        expected = answer(engine, Message("user", QUESTION), max_tokens=24)
        engine.unload()
        assert len(expected.split()) > 8
        with openai.OpenAI(base_url=f"{served.url}/v1", api_key="-", max_retries=0) as client:
            stream = client.chat.completions.create(
                model=path.stem,
                messages=[{"role": "user", "content": QUESTION}],
                max_tokens=24,
                stream=True,
            )
            pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
            assert "".join(pieces) == expected
            assert len([piece for piece in pieces if piece]) > 20  # one for each token
            schema = {
                "type": "object",
                "properties": {"city": {"type": "string", "maxLength": 20}},
                "required": ["city"],
                "additionalProperties": False,
            }
            tool = {"type": "function", "function": {"name": "visit", "parameters": schema}}
            done = client.chat.completions.create(
                model=path.stem,
                messages=[{"role": "user", "content": "Visit Paris."}],
                tools=[tool],
                tool_choice="required",
            )
            (call,) = done.choices[0].message.tool_calls or ()
            fastjsonschema.compile(schema)(json.loads(call.function.arguments))
