# SPDX-License-Identifier: Apache-2.0
"""What single models of a family have, or their files, that the other models have not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFReader

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import prefill
from tests.integration.test_bad_files import U32, changed
from tests.tiny.gemma3 import tiny_gemma3
from tests.tiny.gpt_oss import tiny_gpt_oss
from tests.tiny.llama4 import tiny_llama4
from tests.tiny.olmoe import tiny_olmoe
from tests.tiny.shared import Tiny
from tests.untied import untied_tokens


def logits(tiny: Tiny, placement: str, tokens: list[int]) -> torch.Tensor:
    resources = Resources(Checkpoint.open(tiny.path), CpuDevice(2), 128, CacheType.F32)
    plan = make_plan(resources, Placement.load(placement))
    model = build_model(resources, plan, lambda share: None)
    return prefill(model, tokens, 0, outputs=len(tokens))


def error(tiny: Tiny, placement: str) -> float:
    tokens = untied_tokens(tiny.path, 70)
    expected = tiny.logits(tokens)
    return float((logits(tiny, placement, tokens) - expected).abs().max() / expected.abs().max())


def test_gpt_oss_with_experts_in_mxfp4(tmp_path: Path) -> None:
    tiny = tiny_gpt_oss(tmp_path / "model.gguf", experts=Kind.MXFP4)
    assert error(tiny, "reference") < 1e-4  # float32 rounding
    # Each layer rounds what goes into its experts to steps of a 127th of the largest of 32.
    assert error(tiny, "cpu_only") < 3e-2


def test_the_scores_of_gemma_27b(tmp_path: Path) -> None:
    tiny = tiny_gemma3(tmp_path / "model.gguf", layers=62, scalar=96 // 4)
    assert error(tiny, "cpu_only") < 1e-3  # float32 rounding over twenty times as many layers


def test_capped_logits_are_refused(tmp_path: Path) -> None:
    tiny = tiny_gemma3(tmp_path / "model.gguf", layers=1, cap=30.0)
    with pytest.raises(ModelFileError, match="final_logit_softcapping") as caught:
        logits(tiny, "cpu_only", [5])
    assert caught.value.hint


def test_llama4_with_two_experts_for_a_token_is_refused(tmp_path: Path) -> None:
    tiny = tiny_llama4(tmp_path / "model.gguf", used=2)
    with pytest.raises(ModelFileError, match="choose 2 experts") as caught:
        logits(tiny, "cpu_only", [5])
    assert caught.value.hint


def test_shared_experts_that_a_file_claims_but_lacks(tmp_path: Path) -> None:
    source = GGUFReader(tiny_olmoe(tmp_path / "model.gguf").path)
    path = changed(source, tmp_path / "claims.gguf", "olmoe.expert_shared_count", 1, U32)
    with pytest.raises(ModelFileError, match=r"lacks the tensor blk\.0\.ffn_up_shexp"):
        logits(Tiny(path, None), "cpu_only", [5])
