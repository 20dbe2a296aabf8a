# SPDX-License-Identifier: Apache-2.0
"""Whole models over caches of every type: near what float32 gives, or a refusal that says why."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import SettingsError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import prefill
from ktdesk.settings import EngineSettings, describe
from tests.tiny import Tiny, tiny_deepseek, tiny_llama

TOKENS = list(range(3, 73))
# Relative to the largest logit: float32 over three layers; 2^-9 of keys and values, which the
# sharp weights of random models make ten times as much. A wrong scale or row is off by half.
RELATIVE = {CacheType.F32: 1e-4, CacheType.F16: 5e-2, CacheType.BF16: 5e-2, CacheType.Q8_0: 5e-2}


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny_llama(tmp_path_factory.mktemp("tiny") / "model.gguf", head_size=32)


def resources(tiny: Tiny, kind: CacheType) -> Resources:
    return Resources(Checkpoint.open(tiny.path), CpuDevice(2), 128, kind)


@pytest.mark.parametrize("kind", CacheType)
@pytest.mark.parametrize("placement", ["reference", "cpu_only"])
def test_a_prompt_and_single_tokens(llama: Tiny, kind: CacheType, placement: str) -> None:
    parts = resources(llama, kind)
    model = build_model(parts, make_plan(parts, Placement.load(placement)), lambda share: None)
    logits = [prefill(model, TOKENS[:-2], 0, outputs=68)]
    logits += [prefill(model, [token], 68 + i, outputs=1) for i, token in enumerate(TOKENS[-2:])]
    expected = llama.logits(TOKENS)
    error = (torch.cat(logits) - expected).abs().max() / expected.abs().max()
    assert error < RELATIVE[kind], f"relative error {error:.2e}"


def test_memory_is_that_of_the_type(llama: Tiny) -> None:
    needed = {}
    for kind in CacheType:
        parts = resources(llama, kind)
        needed[kind] = make_plan(parts, Placement.load("cpu_only")).cache_bytes(parts)
    assert needed[CacheType.F16] == needed[CacheType.BF16] == needed[CacheType.F32] / 2
    assert needed[CacheType.Q8_0] == needed[CacheType.F32] * 34 / 128


def test_parts_of_blocks_are_refused(tmp_path: Path) -> None:
    """Latents of 48 values and rope keys of 16: neither is a number of whole blocks."""
    parts = resources(tiny_deepseek(tmp_path / "model.gguf"), CacheType.Q8_0)
    plan = make_plan(parts, Placement.load("cpu_only"))
    with pytest.raises(SettingsError, match="blocks of 32 values") as refused:
        build_model(parts, plan, lambda share: None)
    assert "f16" in refused.value.hint


def test_the_setting_names_every_type() -> None:
    choices = describe(EngineSettings)["cache_type"].choices
    assert set(choices) == {kind.value for kind in CacheType}
