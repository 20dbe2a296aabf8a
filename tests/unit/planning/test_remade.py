# SPDX-License-Identifier: Apache-2.0
"""Placements that have weights made anew: their bytes, against those that loading takes."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFReader
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from numpy.typing import NDArray

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models import build
from ktdesk.operators import site
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.planning.assignment import CPU, assign
from ktdesk.planning.dissection import dissect
from ktdesk.planning.needs import Needs
from ktdesk.planning.plan import Plan, Wishes, make_plan
from ktdesk.planning.remedies import Remedy
from ktdesk.planning.speed import Limit
from ktdesk.planning.verdict import Fit
from tests.tiny import tiny_qwen3moe
from tests.unit.planning.conftest import Known
from tests.unit.planning.machines import machine

EXPERTS = """
rules:
  - class: routed
    use: experts.cpu
    with: {quantization: %s}
  - match: "**"
    use: "*.cpu"
"""


def experts_as(kind: str) -> Placement:
    return Placement.parse("test", EXPERTS % kind)


def plan(known: Known, kind: str, memory_gb: float = 1024) -> Plan:
    wishes = Wishes(context_tokens=4096, placement=experts_as(kind))
    return make_plan(known("DeepSeek-V2-Lite"), machine(memory_gb), wishes)


@pytest.mark.parametrize("kind", ["q8_0", "q4_0", "bf16"])
def test_bytes_are_those_of_the_new_type(known: Known, kind: str) -> None:
    block, size = GGML_QUANT_SIZES[GGMLQuantizationType[kind.upper()]]
    found = plan(known, kind)
    expected = sum(
        prod(int(n) for n in tensor.shape) // block * size
        if "_exps" in tensor.name
        else int(tensor.n_bytes)
        for tensor in GGUFReader(known("DeepSeek-V2-Lite").path).tensors
    )
    made = 27 * 16 * 128 * 512 * 2  # transposed keys of all layers
    assert found.needs.memory.weights == expected + made


def test_what_loading_makes_is_what_was_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def allocate(size: int) -> NDArray[np.uint8]:
        sizes.append(size)
        return np.zeros(size, np.uint8)

    monkeypatch.setattr(site, "allocate", allocate)
    checkpoint = Checkpoint.open(tiny_qwen3moe(tmp_path / "tiny.gguf").path)
    resources = Resources(checkpoint, CpuDevice(2), 64, CacheType.F16)
    placement = experts_as("q8_0")
    build.build_model(resources, build.make_plan(resources, placement), lambda share: None)
    planned = assign(dissect(checkpoint, CacheType.F16), placement)
    assert sum(sizes) == planned.unfiled_bytes() > 0


def test_fewer_bytes_are_read_faster(known: Known) -> None:
    as_is = make_plan(
        known("DeepSeek-V2-Lite"),
        machine(1024),
        Wishes(context_tokens=4096, placement=Placement.load("cpu_only")),
    )
    speeds = [each.decode[0].tokens_per_s.middle for each in (plan(known, "bf16"), as_is)]
    assert speeds[1] > 2 * speeds[0]  # of bf16, experts are three times as large


def test_what_is_made_anew_cannot_be_read_from_the_disk(known: Known) -> None:
    # In BF16 the experts are 29 GB, beside 1 GB of the rest.
    found = plan(known, "bf16", memory_gb=32)
    assert found.verdict.fit is Fit.WILL_NOT_RUN
    assert all(saving.remedy is not Remedy.WEIGHTS for saving in found.savings)
    enough = plan(known, "bf16", memory_gb=48)
    assert enough.verdict.fit is not Fit.WILL_NOT_RUN
    assert enough.decode[0].limit is Limit.MEMORY


def test_a_type_that_does_not_fit_is_refused_as_loading_does(tmp_path: Path) -> None:
    # Experts of 96 weights a row, of which groups of 128 cannot be made.
    checkpoint: Any = Checkpoint.open(tiny_qwen3moe(tmp_path / "tiny.gguf").path)
    anatomy, placement = dissect(checkpoint, CacheType.F16), experts_as("q4_g128")
    with pytest.raises(PlacementError) as planned:
        assign(anatomy, placement)
    resources = Resources(checkpoint, CpuDevice(1), 64, CacheType.F16)
    with pytest.raises(PlacementError) as loaded:
        build.make_plan(resources, placement)
    assert str(planned.value) == str(loaded.value)


def test_plain_torch_holds_every_weight_as_a_float32(known: Known) -> None:
    anatomy = dissect(known("DeepSeek-V2-Lite"), CacheType.F16)
    found = assign(anatomy, Placement.load("reference"))
    assert found.weight_bytes(CPU) == 4 * anatomy.weights
    assert Needs.of(found, 4096).filed == 0
