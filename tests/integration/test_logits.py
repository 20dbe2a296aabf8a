# SPDX-License-Identifier: Apache-2.0
"""Logits of small random models agree with `transformers`, which computed them independently.

The limit of 1e-4 of the largest logit is what float32 rounding over three layers can do, with room;
a wrong mask, rotation, group or bias is off by more than 1e-2.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from ktdesk.cli.families import read_data
from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.models.loadable import check_loadable
from ktdesk.models.slots import outline
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import DecodeStep, prefill
from tests.families.features import features
from tests.logits import whole
from tests.tiny import (
    bailingmoe2,
    deepseek2,
    ernie4_5_moe,
    gemma3,
    glm4moe,
    gpt_oss,
    granite,
    hunyuan_moe,
    llama,
    llama4,
    minimax_m2,
    mixtral,
    olmoe,
    phi3,
    qwen2,
    qwen3,
    qwen3moe,
)
from tests.tiny.shared import VOCABULARY, Tiny, Variants

RELATIVE = 1e-4
TOKENS = [
    int(t) for t in torch.randint(3, VOCABULARY, (70,), generator=torch.Generator().manual_seed(3))
]

# What llama.cpp prefers after each token, of the models about which it agrees.
PREFERRED: dict[str, list[int]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "small_models.json").read_text("utf-8")
)
MODELS: Variants = {
    **bailingmoe2.VARIANTS,
    **deepseek2.VARIANTS,
    **ernie4_5_moe.VARIANTS,
    **gemma3.VARIANTS,
    **glm4moe.VARIANTS,
    **gpt_oss.VARIANTS,
    **granite.VARIANTS,
    **hunyuan_moe.VARIANTS,
    **llama.VARIANTS,
    **llama4.VARIANTS,
    **minimax_m2.VARIANTS,
    **mixtral.VARIANTS,
    **olmoe.VARIANTS,
    **phi3.VARIANTS,
    **qwen2.VARIANTS,
    **qwen3.VARIANTS,
    **qwen3moe.VARIANTS,
}


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


def build(tiny: Tiny, placement: str, threads: int = 2) -> tuple[Decoder, CpuDevice]:
    device = CpuDevice(threads)
    resources = Resources(Checkpoint.open(tiny.path), device, 128, CacheType.F32)
    plan = make_plan(resources, Placement.load(placement))
    return build_model(resources, plan, lambda share: None), device


def assert_logits(actual: torch.Tensor, expected: torch.Tensor) -> None:
    error = (actual - expected).abs().max() / expected.abs().max()
    assert error < RELATIVE, f"relative error {error:.2e}"


def test_its_header_says_that_it_can_be_loaded(tiny: Tiny) -> None:
    checkpoint = Checkpoint.open(tiny.path)
    check_loadable(checkpoint, outline(checkpoint))


@pytest.mark.parametrize("placement", ["reference", "cpu_only"])
def test_a_prompt_in_one_chunk(tiny: Tiny, placement: str) -> None:
    model, _ = build(tiny, placement)
    logits = prefill(model, TOKENS, 0, outputs=len(TOKENS))
    assert_logits(logits, tiny.logits(TOKENS))


def test_llama_cpp_prefers_the_same_tokens(tiny: Tiny, request: pytest.FixtureRequest) -> None:
    """It reads the same file: that it is laid out as llama.cpp's converter does it, is so shown."""
    name = request.node.callspec.params["tiny"]
    if name not in PREFERRED:
        pytest.skip("llama.cpp does something else; tests/golden/make_small.py says what")
    model, _ = build(tiny, "cpu_only")
    logits = prefill(model, TOKENS, 0, outputs=len(TOKENS))
    theirs = logits[range(len(TOKENS)), PREFERRED[name]]
    # As far as llama.cpp's own logits may be from the reference's: see make_small.py.
    assert ((logits.max(-1).values - theirs) <= 2e-3 * logits.abs().max()).all()


@pytest.mark.parametrize("placement", ["reference", "cpu_only"])
@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_a_prompt_in_chunks(tiny: Tiny, placement: str, chunk: int) -> None:
    model, _ = build(tiny, placement)
    parts = [
        prefill(model, TOKENS[i : i + chunk], i, outputs=len(TOKENS[i : i + chunk]))
        for i in range(0, len(TOKENS), chunk)
    ]
    assert_logits(torch.cat(parts), tiny.logits(TOKENS))


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_logits_of_the_last_tokens_alone(tiny: Tiny, outputs: int) -> None:
    model, _ = build(tiny, "cpu_only")
    logits = prefill(model, TOKENS, 0, outputs=outputs)
    assert_logits(logits, tiny.logits(TOKENS)[-outputs:])


def test_decoding_after_a_prompt(tiny: Tiny) -> None:
    model, _ = build(tiny, "cpu_only")
    prefill(model, TOKENS[:20], 0)
    step = DecodeStep(model)
    logits = torch.cat([whole(step.run([t], i)) for i, t in enumerate(TOKENS[20:], 20)])
    assert_logits(logits, tiny.logits(TOKENS)[20:])


def test_the_table_of_families_has_its_features(tiny: Tiny) -> None:
    name = Checkpoint.open(tiny.path).architecture
    (family,) = (f for f in read_data()["families"] if f["architecture"] == name)
    assert features(tiny.path) <= set(family["features"])


def test_replay_equals_eager_bit_for_bit(tiny: Tiny) -> None:
    model, _ = build(tiny, "cpu_only")
    prefill(model, TOKENS[:20], 0)
    eager = [prefill(model, [t], i)[0] for i, t in enumerate(TOKENS[20:40], 20)]
    step = DecodeStep(model)
    for i, (token, expected) in enumerate(zip(TOKENS[20:40], eager, strict=True), 20):
        assert torch.equal(whole(step.run([token], i))[0], expected)


def test_the_number_of_threads_changes_nothing(tiny: Tiny) -> None:
    one, _ = build(tiny, "cpu_only", threads=1)
    five, _ = build(tiny, "cpu_only", threads=5)
    assert torch.equal(prefill(one, TOKENS, 0, outputs=70), prefill(five, TOKENS, 0, outputs=70))


def test_operators_of_both_kinds_work_side_by_side(tiny: Tiny) -> None:
    device = CpuDevice(2)
    resources = Resources(Checkpoint.open(tiny.path), device, 128, CacheType.F32)
    mixed = Placement.parse(
        "mixed",
        "rules:\n- {match: layers.1.**, use: '*.torch'}\n- {match: '**', use: '*.cpu'}",
    )
    plan = make_plan(resources, mixed)
    assert not plan.captures
    model = build_model(resources, plan, lambda share: None)
    assert_logits(prefill(model, TOKENS, 0, outputs=70), tiny.logits(TOKENS))
