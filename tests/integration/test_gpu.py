# SPDX-License-Identifier: Apache-2.0
"""Whole models on the emulated GPU give the CPU engine's logits, also as one graph per token."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.runtime.step import DecodeStep, prefill
from tests.gpu.logits import assert_logits, build, open_resources
from tests.logits import whole
from tests.tiny import Tiny, deepseek2, qwen3moe
from tests.untied import untied_tokens

MODELS = {**deepseek2.VARIANTS, **qwen3moe.VARIANTS}


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def tokens(tiny: Tiny) -> list[int]:
    return untied_tokens(tiny.path)


@pytest.fixture(scope="module")
def expected(tiny: Tiny, tokens: list[int]) -> Tensor:
    model = build(open_resources(tiny.path), Placement.load("cpu_only"))
    return prefill(model, tokens, 0, outputs=len(tokens)).clone()


@pytest.fixture(scope="module", params=["gpu_only", "one_gpu"])
def model(request: pytest.FixtureRequest, tiny: Tiny) -> Decoder:
    return build(open_resources(tiny.path), Placement.load(request.param))


def test_a_prompt(model: Decoder, tokens: list[int], expected: Tensor) -> None:
    logits = prefill(model, tokens, 0, outputs=len(tokens))
    assert_logits(logits, expected)


def test_a_graph_per_token(model: Decoder, tokens: list[int], expected: Tensor) -> None:
    prefill(model, tokens[:10], 0)
    step = DecodeStep(model)
    steps = [whole(step.run([token], place)) for place, token in enumerate(tokens[10:], 10)]
    assert_logits(torch.cat(steps), expected[10:])


def test_a_replay_equals_the_eager_step(model: Decoder, tokens: list[int]) -> None:
    prefill(model, tokens[:10], 0)
    eager = [prefill(model, [token], 10 + i)[0].clone() for i, token in enumerate(tokens[10:18])]
    step = DecodeStep(model)
    captured = [whole(step.run([token], 10 + i))[0] for i, token in enumerate(tokens[10:18])]
    assert torch.equal(torch.stack(captured), torch.stack(eager))
    together = whole(step.run(tokens[10:18], 10))
    assert torch.equal(together, torch.stack(eager))
