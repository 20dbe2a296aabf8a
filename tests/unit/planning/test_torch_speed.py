# SPDX-License-Identifier: Apache-2.0
"""What plain torch takes: calls counted in models that run, the rest against sums by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from torch.utils._python_dispatch import TorchDispatchMode

from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.experts import TorchExperts
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Part
from ktdesk.planning.dissection import dissect
from ktdesk.planning.modules import Module
from ktdesk.planning.torch_speed import CALL_S, TorchRates, torch_seconds
from ktdesk.runtime.step import prefill
from tests.gpu.logits import build, open_resources
from tests.tiny import deepseek2, gemma3, gpt_oss, qwen3moe

GB = 1_000_000_000
RATES = TorchRates(bytes_per_s=50e9, ops_per_s=100e9)
LINEAR = Module("o_proj", "linear", Part.ATTENTION, 0, GB, GB, GB, 2.0 * GB).as_floats()
GQA = Module(
    "attend", "gqa", Part.ATTENTION, 0, 0, 0, 0.0, 0.0, row_bytes=1024, row_operations=4000.0
)
EXPERTS = Module("experts", "experts", Part.ROUTED, 0, 16 * GB, 8 * GB, GB, 4.0 * GB).as_floats()


class Calls(TorchDispatchMode):
    """Counts operations of torch."""

    count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("model", [deepseek2, gemma3, gpt_oss, qwen3moe])
def test_it_makes_as_many_calls_as_are_planned_for(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Experts are a loop over tokens, of which not the calls are planned but the rounds.
    monkeypatch.setattr(TorchExperts, "forward", lambda self, x, *rest: x)
    path = next(iter(model.VARIANTS.values()))(tmp_path / "model.gguf").path
    decoder = build(open_resources(path), Placement.load("reference"))
    prefill(decoder, [5, 6, 7], 0)
    with Calls() as calls:
        prefill(decoder, [9], 3)
    modules = dissect(Checkpoint.open(path), CacheType.F16).modules
    planned = sum(
        torch_seconds(m.as_floats(), 1, 4, RATES).latency for m in modules if m.kind != "experts"
    )
    assert planned / CALL_S == pytest.approx(calls.count, rel=0.15)


def test_a_token_reads_every_weight_as_four_bytes() -> None:
    assert torch_seconds(LINEAR, 1, 0, RATES).memory == pytest.approx(4 / 50)


def test_many_tokens_share_a_matrix_and_are_bound_by_operations() -> None:
    taken = torch_seconds(LINEAR, 1000, 0, RATES)
    assert (taken.memory, taken.cores) == (0, pytest.approx(2 * 1000 / 100))


def test_experts_are_read_again_for_each_token() -> None:
    # A token reads an eighth of 16 G weights of 4 bytes.
    one, many = (torch_seconds(EXPERTS, tokens, 0, RATES) for tokens in (1, 1000))
    assert one.memory == pytest.approx(64 / 8 / 50)
    assert many.memory == pytest.approx(1000 * one.memory)
    assert many.latency == pytest.approx(1000 * one.latency)


def test_attention_makes_floats_of_all_heads_anew() -> None:
    # 4000 operations for each row are 2000 values of keys and values: 8000 bytes, six times.
    assert torch_seconds(GQA, 1, 10_000, RATES).memory == pytest.approx(6 * 8000 * 10_000 / 50e9)


def test_a_card_is_waited_for_at_each_seam() -> None:
    here, there = RATES, TorchRates.on_card(500e9, 100e12)
    seams = torch_seconds(LINEAR, 1, 0, there).latency - torch_seconds(LINEAR, 1, 0, here).latency
    assert seams == pytest.approx(60e-6)
    assert there.ops_per_s == pytest.approx(25e12)  # without tensor cores
