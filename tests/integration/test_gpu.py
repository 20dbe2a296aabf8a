# SPDX-License-Identifier: Apache-2.0
"""Whole models on the emulated GPU give the CPU engine's logits, also as one graph per token."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import DecodeStep, prefill
from tests.gpu.under_test import gpu_device
from tests.logits import whole
from tests.tiny import Tiny, deepseek2, qwen3moe

TOKENS = [int(t) for t in torch.randint(3, 250, (24,), generator=torch.Generator().manual_seed(6))]
# Prompts round activations and weights to bfloat16 on tensor cores.
LIMIT = 1e-4
REASON = "roundings to eight bits, 2^-9, in some ten products after another: squared, over 3"


def build(tiny: Tiny, placement: str) -> Decoder:
    resources = Resources(Checkpoint.open(tiny.path), CpuDevice(2), 128, CacheType.F16)
    plan = make_plan(resources, Placement.load(placement))
    if plan.needs_gpu:
        resources.gpu = gpu_device()
    return build_model(resources, plan, lambda _: None)


MODELS = {**deepseek2.VARIANTS, **qwen3moe.VARIANTS}


def assert_logits(logits: Tensor, expected: Tensor) -> None:
    """Compare token by token. A tie of two experts, to eight bits, may fall the other way."""
    errors = (logits - expected).double().square().sum(-1) / expected.double().square().sum(-1)
    assert (errors > LIMIT).sum() <= 1, f"NMSE by token {errors.tolist()}, limit {LIMIT}: {REASON}"


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def expected(tiny: Tiny) -> Tensor:
    return prefill(build(tiny, "cpu_only"), TOKENS, 0, outputs=len(TOKENS)).clone()


@pytest.fixture(scope="module", params=["gpu_only", "one_gpu"])
def model(request: pytest.FixtureRequest, tiny: Tiny) -> Decoder:
    return build(tiny, request.param)


def test_a_prompt(model: Decoder, expected: Tensor) -> None:
    logits = prefill(model, TOKENS, 0, outputs=len(TOKENS))
    assert_logits(logits, expected)


def test_a_graph_per_token(model: Decoder, expected: Tensor) -> None:
    prefill(model, TOKENS[:10], 0)
    step = DecodeStep(model)
    steps = [whole(step.run([token], place)) for place, token in enumerate(TOKENS[10:], 10)]
    assert_logits(torch.cat(steps), expected[10:])


def test_a_replay_equals_the_eager_step(model: Decoder) -> None:
    prefill(model, TOKENS[:10], 0)
    eager = [prefill(model, [token], 10 + i)[0].clone() for i, token in enumerate(TOKENS[10:18])]
    step = DecodeStep(model)
    captured = [whole(step.run([token], 10 + i))[0] for i, token in enumerate(TOKENS[10:18])]
    assert torch.equal(torch.stack(captured), torch.stack(eager))
    together = whole(step.run(TOKENS[10:18], 10))
    assert torch.equal(together, torch.stack(eager))
