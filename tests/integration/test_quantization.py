# SPDX-License-Identifier: Apache-2.0
"""Placements that make a model's matrices anew in another type, as `gguf` would, or in groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Layout, WeightType
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.homes import Home, choose_copies
from ktdesk.operators.base import Slot
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources, Site
from ktdesk.runtime.step import prefill
from tests.compare import assert_close
from tests.golden.retyped import write_quantised
from tests.gpu.under_test import gpu_device
from tests.tiny import Tiny, tiny_deepseek, tiny_qwen3moe

TOKENS = [int(t) for t in torch.randint(3, 250, (40,), generator=torch.Generator().manual_seed(8))]
# Placements that come with KTDesk, as what they have beside rules for the GPU.
HOST_RULES = {
    "gpu_only": (),
    "one_gpu": ("{{match: '**', use: experts.host, with: {{quantization: {}}}}}",),
}
MATRIX = "blk.1.ffn_down_exps.weight", (8, 96, 64)


def on_cpu(quantization: str, *rules: str, variant: str = "cpu") -> Placement:
    """Return a placement by rules, and for what they leave with quantised layers on the CPU."""
    every = [
        *(rule.format(quantization) for rule in rules),
        f"{{match: 'layers.*.mlp.gate', use: linear.{variant}}}",
        f"{{match: 'layers.**', use: '*.{variant}', with: {{quantization: {quantization}}}}}",
        f"{{match: '**', use: '*.{variant}'}}",
    ]
    return Placement.parse("test", "rules:\n" + "".join(f"  - {rule}\n" for rule in every))


def on_gpu(quantization: str, *rules: str) -> Placement:
    """Return the same with the GPU in the place of the CPU."""
    return on_cpu(quantization, *rules, variant="cuda")


def resources_of(path: Path) -> Resources:
    return Resources(Checkpoint.open(path), CpuDevice(2), 128, CacheType.F16)


def logits(path: Path, placement: Placement, home: Home = "auto") -> Tensor:
    resources = resources_of(path)
    plan = make_plan(resources, placement)
    resources.copied = choose_copies(resources.checkpoint, home, 1 << 30, plan.remade)
    if plan.needs_gpu:
        resources.gpus, resources.cards = {0: gpu_device()}, plan.cards
    model = build_model(resources, plan, lambda _: None)
    return prefill(model, TOKENS, 0, outputs=len(TOKENS)).clone()


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny_qwen3moe(tmp_path_factory.mktemp("qwen") / "model.gguf", head_size=32)


@pytest.fixture(scope="module")
def deepseek(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    path = tmp_path_factory.mktemp("deepseek") / "model.gguf"
    sizes: dict[str, Any] = {"q_lora_rank": 64, "kv_lora_rank": 64}
    return tiny_deepseek(path, **sizes, qk_nope_head_dim=32, v_head_dim=32)


def cpu_site(resources: Resources) -> Site:
    def fill(slot: type[Slot], site: Site, spec: object) -> Slot:
        raise AssertionError(f"{slot} {site} {spec}")

    return Site("", resources, fill, "cpu")


@pytest.mark.parametrize("home", ["auto", "mapped"])
@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0"])
def test_a_model_is_that_of_a_file_that_gguf_quantised(
    qwen: Tiny, tmp_path: Path, kind: str, home: Home
) -> None:
    path = tmp_path / "quantised.gguf"
    write_quantised(qwen.path, path, GGMLQuantizationType[kind], prefix="blk.")
    expected = logits(path, Placement.load("cpu_only"), home)
    assert torch.equal(logits(qwen.path, on_cpu(kind.lower()), home), expected)
    # Of the type that it has, a matrix is left alone.
    site = cpu_site(resources_of(path)).quantized(kind.lower())
    assert not site.matrix(MATRIX[0], *MATRIX[1]).blocks.flags.writeable


@pytest.mark.parametrize("placement", ["gpu_only", "one_gpu"])
@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0"])
def test_the_gpu_has_the_weights_that_gguf_quantised(
    qwen: Tiny, tmp_path: Path, kind: str, placement: str
) -> None:
    path = tmp_path / "quantised.gguf"
    write_quantised(qwen.path, path, GGMLQuantizationType[kind], prefix="blk.")
    found = logits(qwen.path, on_gpu(kind.lower(), *HOST_RULES[placement]))
    assert torch.equal(found, logits(path, Placement.load(placement)))


@pytest.mark.parametrize(
    ("quantization", "limit"), [("bf16", 5e-3), ("f16", 5e-3), ("q8_0", 5e-3), ("q4_g32", 0.5)]
)
@pytest.mark.parametrize("placed", [on_cpu, on_gpu])
@pytest.mark.parametrize("tiny", ["qwen", "deepseek"])
def test_logits_move_as_much_as_a_type_rounds(
    tiny: str,
    placed: Callable[[str], Placement],
    quantization: str,
    limit: float,
    request: pytest.FixtureRequest,
) -> None:
    """Limits are some times what was measured; weights that are none give an error of 1 to 2.

    Of the median token, since rounding may choose other experts for one.
    """
    model: Tiny = request.getfixturevalue(tiny)
    expected = model.logits(TOKENS)
    found = logits(model.path, placed(quantization))
    errors = (found - expected).square().sum(-1) / expected.square().sum(-1)
    assert 0 < errors.median() < limit


def test_groups_lie_in_memory_as_they_are_stored(qwen: Tiny) -> None:
    resources = resources_of(qwen.path)
    weight = cpu_site(resources).quantized("q4_g64").matrix(MATRIX[0], *MATRIX[1])
    assert (weight.type, weight.layout) == (WeightType.Q4_G64, Layout.STORED)
    expected = resources.checkpoint.weight(MATRIX[0]).dequantize()
    assert weight.shape == expected.shape
    found = torch.from_numpy(weight.dequantize())
    assert_close(found, torch.from_numpy(expected), 0.02, "a step of range / 15, squared, over 12")


@pytest.mark.parametrize(
    ("quantization", "message"),
    [("q4_k", "cannot be made anew as 'q4_k'"), ("3", "made anew as 3"), ("q4_g128", "blocks of")],
)
def test_what_cannot_be(qwen: Tiny, quantization: str, message: str) -> None:
    with pytest.raises(PlacementError, match=message) as caught:
        logits(qwen.path, on_cpu(quantization))
    assert caught.value.hint


def test_numbers_that_are_too_large(qwen: Tiny, tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    data = bytearray(qwen.path.read_bytes())
    start = data.index(Checkpoint.open(qwen.path).weight(MATRIX[0]).blocks[:1].tobytes())
    data[start : start + 4] = np.float32(1e30).tobytes()
    path.write_bytes(data)
    site = cpu_site(resources_of(path))
    with pytest.raises(PlacementError, match="too large for f16") as caught:
        site.quantized("f16").matrix(MATRIX[0], *MATRIX[1])
    assert caught.value.hint


def test_making_anew_can_be_cancelled(qwen: Tiny) -> None:
    resources = resources_of(qwen.path)

    def cancel(done: int) -> None:
        raise InterruptedError(done)

    resources.reader.on_read = cancel
    with pytest.raises(InterruptedError):
        cpu_site(resources).quantized("q8_0").matrix(MATRIX[0], *MATRIX[1])
