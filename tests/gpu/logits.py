# SPDX-License-Identifier: Apache-2.0
"""Logits of small models on the GPU under test, compared with those of the CPU."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from tests.gpu.under_test import gpu_device

# Prompts round activations and weights to bfloat16 on tensor cores.
LIMIT = 1e-4
REASON = "roundings to eight bits, 2^-9, in some ten products after another: squared, over 3"


def open_resources(path: Path) -> Resources:
    return Resources(Checkpoint.open(path), CpuDevice(2), 128, CacheType.F16)


def build(resources: Resources, placement: Placement) -> Decoder:
    plan = make_plan(resources, placement)
    if plan.needs_gpu:
        resources.gpus = {card: gpu_device(card) for card in plan.cards_used}
        resources.cards = plan.cards
    return build_model(resources, plan, lambda _: None)


def assert_logits(logits: Tensor, expected: Tensor) -> None:
    """Compare all logits; and each token's, whose errors vary, by three times the limit."""
    errors = (logits - expected).double().square().sum(-1) / expected.double().square().sum(-1)
    said = f"NMSE by token {errors.tolist()}, limit {LIMIT}: {REASON}"
    assert errors.mean() <= LIMIT, said
    assert errors.max() <= 3 * LIMIT, said
