# SPDX-License-Identifier: Apache-2.0
"""Both operators of grouped queries do what the spec says, step by step over their caches."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels import reference
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.attention import NativeGqa, TorchGqa
from ktdesk.operators.base import Gqa, GqaSpec, Step
from ktdesk.operators.site import Resources, Site
from tests.compare import assert_close
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, random

PLAIN = GqaSpec(heads=6, kv_heads=2, head_size=16, interleaved=False, scale=0.3)
TOKENS = 90
SPECS = {
    "plain": PLAIN,
    "window": replace(PLAIN, window=7),
    "chunk": replace(PLAIN, chunk=32),
    "sinks": replace(PLAIN, sinks="blk.0.attn_sinks.weight"),
    "window and sinks": replace(PLAIN, window=20, sinks="blk.0.attn_sinks.weight"),
    "without rotation": replace(PLAIN, rotates=False),
    "interleaved": replace(PLAIN, interleaved=True),
    "temperature": replace(PLAIN, rotates=False, temperature_length=16, temperature_scale=0.3),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sinks") / "model.gguf"
    writer = gguf.GGUFWriter(path, "none")
    writer.add_tensor("blk.0.attn_sinks.weight", np.linspace(-3, 3, 6, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def build(cls: type[TorchGqa | NativeGqa], file: Path, spec: GqaSpec) -> Gqa:
    resources = Resources(Checkpoint.open(file), CpuDevice(2), TOKENS, CacheType.F32)
    return cls(Site("attend", resources, lambda *_: pytest.fail("asks for parts")), spec)


def turned(x: Tensor, heads: int, spec: GqaSpec, table: Tensor) -> Tensor:
    x = x.unflatten(1, (heads, spec.head_size))
    if not spec.rotates:
        return x
    front = reference.rope(x[..., :8], table, interleaved=spec.interleaved)
    return torch.cat((front, x[..., 8:]), -1)


@pytest.mark.parametrize("cls", [TorchGqa, NativeGqa])
@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_steps_of_any_size(cls: type[TorchGqa | NativeGqa], spec: GqaSpec, file: Path) -> None:
    positions = torch.arange(TOKENS, dtype=torch.int32)
    table = reference.rope_table(positions, torch.tensor([1.0, 0.3, 0.1, 0.01]), 1.0)
    q, k, v = random(TOKENS, 96), random(TOKENS, 32), random(TOKENS, 32, seed=1)
    steps = [
        (p + 1) // spec.temperature_length if spec.temperature_length else 0 for p in positions
    ]
    factors = torch.tensor([1 + spec.temperature_scale * math.log(1 + step) for step in steps])
    expected = reference.attention(
        turned(q, 6, spec, table).double() * factors.double()[:, None, None],
        turned(k, 2, spec, table),
        v.unflatten(1, (2, 16)),
        positions,
        spec.scale,
        window=spec.window,
        chunk=spec.chunk,
        sinks=torch.linspace(-3, 3, 6) if spec.sinks else None,
    ).flatten(1)
    attend, out = build(cls, file, spec), list[Tensor]()
    for some in torch.arange(TOKENS).split_with_sizes([40, 1, 1, 3, 45]):
        inputs = StepInputs(len(some))
        inputs.load([0] * len(some), int(some[0]))
        step = Step(inputs, table[some], table[some])
        out.append(attend.forward(q[some].clone(), k[some].clone(), v[some], step))
    assert_close(torch.cat(out), expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("cls", [TorchGqa, NativeGqa])
def test_sinks_of_another_number_of_heads(cls: type[TorchGqa | NativeGqa], file: Path) -> None:
    spec = replace(SPECS["sinks"], heads=4)
    with pytest.raises(ModelFileError, match="attn_sinks"):
        build(cls, file, spec)
