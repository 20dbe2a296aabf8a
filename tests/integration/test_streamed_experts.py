# SPDX-License-Identifier: Apache-2.0
"""Prompts whose routed experts are computed by the CPU, by the GPU, or by both at the same time."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.expert_split import Speeds
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import prefill
from tests.compare import assert_close
from tests.gpu.under_test import gpu_device
from tests.tiny import Tiny, deepseek2, gpt_oss, llama4, qwen3moe

TOKENS = [int(t) for t in torch.randint(3, 250, (24,), generator=torch.Generator().manual_seed(6))]
LIMIT = 1e-4
REASON = "roundings to eight bits, 2^-9, in some ten products after another: squared, over 3"

# With biases, with weights of what goes in, with and without experts that all tokens use.
MODELS = {
    name: variant
    for module in (deepseek2, gpt_oss, llama4, qwen3moe)
    for name, variant in list(module.VARIANTS.items())[:1]
}


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


def build(resources: Resources, placement: str) -> Decoder:
    plan = make_plan(resources, Placement.load(placement))
    if plan.needs_gpu:
        resources.gpu = gpu_device()
    return build_model(resources, plan, lambda _: None)


def open_resources(tiny: Tiny) -> Resources:
    return Resources(Checkpoint.open(tiny.path), CpuDevice(2), 128, CacheType.F16)


@pytest.fixture(scope="module")
def expected(tiny: Tiny) -> Tensor:
    model = build(open_resources(tiny), "cpu_only")
    return prefill(model, TOKENS, 0, outputs=len(TOKENS)).clone()


def learn_nothing(resources: Resources, speeds: Speeds, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("learn_cpu", "learn_stream"):
        monkeypatch.setattr(Speeds, name, lambda *_: None)
    resources.streaming.speeds = speeds


SPLITS = {
    "cpu": Speeds(stream_s=1.0),
    "gpu": Speeds(cpu_token_s=1.0),
    "both": Speeds(cpu_token_s=1.0, stream_s=40.0),  # an expert costs as much as two with 4 tokens
}


@pytest.mark.parametrize("split", SPLITS)
def test_a_prompt(
    tiny: Tiny, expected: Tensor, split: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = open_resources(tiny)
    model = build(resources, "one_gpu")
    learn_nothing(resources, SPLITS[split], monkeypatch)
    first, second = (prefill(model, TOKENS, 0, outputs=len(TOKENS)).clone() for _ in range(2))
    assert_close(first, expected, LIMIT, REASON)
    assert torch.equal(first, second), "a split gives the same sums each time"
