# SPDX-License-Identifier: Apache-2.0
"""Predictions against speeds that README.md publishes with the machines they were measured on.

The models have the dimensions of published ones and fewer layers; the machines' figures are those
of the same pages. tests/bench/predicted.py compares the same on the machine at hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.machine import Gpu, Machine, Memory, Processor, System
from ktdesk.operators.placement import Placement
from ktdesk.planning.plan import Plan, Wishes, make_plan
from tests.bench.shapes import VOCABULARY
from tests.known.header import write_header
from tests.known.models import MODELS
from tests.unit.planning.machines import GB

LAYERS = {"DeepSeek-V2-Lite": (8, 1), "DeepSeek-R1": (3, 1), "Qwen3-30B-A3B": (6, 0)}
H200 = Gpu(
    name="NVIDIA H200",
    memory_bytes=141 * GB,
    free_bytes=140 * GB,
    compute_capability=(9, 0),
    read_bytes_per_s=2.8e12,
    to_card_bytes_per_s=50e9,
    bf16_ops_per_s=228e12,
)
TWO_CORES = Machine(
    system=System(name="Linux"),
    processor=Processor(name="Xeon with AMX", physical_cores=2, bf16_ops_per_s=2 * 1091e9),
    memory=Memory(total_bytes=64 * GB, available_bytes=60 * GB, read_bytes_per_s=33e9),
)
WITH_A_CARD = replace(
    TWO_CORES, gpus=(H200,), processor=replace(TWO_CORES.processor, physical_cores=16)
)


def plan(folder: Path, name: str, on: Machine, placement: str) -> Plan:
    layers, dense = LAYERS[name]
    model = replace(MODELS[name], layers=layers, dense_layers=dense, vocabulary=VOCABULARY)
    checkpoint = Checkpoint.open(write_header(model, folder / "model.gguf"))
    wishes = Wishes(context_tokens=8192, placement=Placement.load(placement))
    return make_plan(checkpoint, on, wishes)


@pytest.mark.parametrize(
    ("name", "on", "placement", "measured"),
    [
        ("DeepSeek-V2-Lite", TWO_CORES, "cpu_only", 47.5),
        ("DeepSeek-R1", TWO_CORES, "cpu_only", 19.4),
        ("Qwen3-30B-A3B", TWO_CORES, "cpu_only", 86.3),
        ("DeepSeek-V2-Lite", WITH_A_CARD, "gpu_only", 885),
        ("DeepSeek-R1", WITH_A_CARD, "gpu_only", 981),
    ],
)
def test_answers(tmp_path: Path, name: str, on: Machine, placement: str, measured: float) -> None:
    predicted = plan(tmp_path, name, on, placement).decode[0].tokens_per_s
    assert predicted.low <= measured <= predicted.high


@pytest.mark.parametrize(
    ("name", "on", "placement", "tokens", "measured"),
    [
        ("DeepSeek-V2-Lite", TWO_CORES, "cpu_only", 512, 701),
        ("DeepSeek-R1", TWO_CORES, "cpu_only", 512, 253),
        ("Qwen3-30B-A3B", TWO_CORES, "cpu_only", 512, 1131),
        ("DeepSeek-V2-Lite", WITH_A_CARD, "gpu_only", 512, 34500),
        ("DeepSeek-V2-Lite", WITH_A_CARD, "gpu_only", 2048, 63300),
        ("DeepSeek-R1", WITH_A_CARD, "gpu_only", 512, 19700),
        ("DeepSeek-R1", WITH_A_CARD, "gpu_only", 2048, 32800),
    ],
)
def test_prompts(
    tmp_path: Path, name: str, on: Machine, placement: str, tokens: int, measured: float
) -> None:
    predicted = plan(tmp_path, name, on, placement).prefill[tokens].tokens_per_s
    assert predicted.low <= measured <= predicted.high
