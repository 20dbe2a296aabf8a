# SPDX-License-Identifier: Apache-2.0
"""Prompts long enough that latents are expanded: logits agree with `transformers`, as short ones'.

The limit is that of test_logits.py, for the same reason.
"""

from __future__ import annotations

import pytest
import torch

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators import latent_attention
from ktdesk.operators.latent_attention import LEAST_TOKENS, expansion_pays
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.step import DecodeStep, prefill
from tests.logits import whole
from tests.tiny import VOCABULARY, Tiny, tiny_deepseek

RELATIVE = 1e-4
COUNT = 3 * LEAST_TOKENS + 5
GENERATOR = torch.Generator().manual_seed(5)
TOKENS = [int(t) for t in torch.randint(3, VOCABULARY, (COUNT,), generator=GENERATOR)]


@pytest.fixture(scope="module", params=[True, False], ids=["split", "joint"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny_deepseek(tmp_path_factory.mktemp("tiny") / "model.gguf", split=request.param)


def build(
    tiny: Tiny, threads: int = 2, cache_type: CacheType = CacheType.F32
) -> tuple[Decoder, CpuDevice]:
    device = CpuDevice(threads)
    resources = Resources(Checkpoint.open(tiny.path), device, COUNT, cache_type)
    plan = make_plan(resources, Placement.load("cpu_only"))
    return build_model(resources, plan, lambda share: None), device


def assert_logits(actual: torch.Tensor, expected: torch.Tensor) -> None:
    error = (actual - expected).abs().max() / expected.abs().max()
    assert error < RELATIVE, f"relative error {error:.2e}"


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step of enough tokens expand, wherever it stands."""
    monkeypatch.setattr(latent_attention, "_EXPANSION_QUERIES", 0)


@pytest.mark.parametrize("chunk", [COUNT, LEAST_TOKENS, LEAST_TOKENS - 1])
@pytest.mark.usefixtures("always")
def test_prompts_in_chunks_on_both_sides_of_the_limit(tiny: Tiny, chunk: int) -> None:
    model, _ = build(tiny)
    parts = [
        prefill(model, TOKENS[i : i + chunk], i, outputs=len(TOKENS[i : i + chunk]))
        for i in range(0, COUNT, chunk)
    ]
    assert_logits(torch.cat(parts), tiny.logits(TOKENS))


def test_expanding_pays_for_what_is_new_or_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latent_attention, "_EXPANSION_QUERIES", 300)
    assert expansion_pays(32, 32)
    assert not expansion_pays(32, 4096)
    assert not expansion_pays(256, 4096)
    assert expansion_pays(512, 4096)


@pytest.mark.parametrize("values", [1, 3 * COUNT * 60])
def test_heads_are_expanded_some_at_a_time(
    tiny: Tiny, values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One head, or three of the four and then the last: a head's keys and values are 60 wide."""
    model, _ = build(tiny)
    whole = prefill(model, TOKENS, 0, outputs=COUNT)
    monkeypatch.setattr(latent_attention, "_EXPANDED_VALUES", values)
    assert torch.equal(prefill(model, TOKENS, 0, outputs=COUNT), whole)


def test_decoding_goes_on_from_an_expanded_prompt(tiny: Tiny) -> None:
    model, _ = build(tiny)
    prefill(model, TOKENS[:-3], 0)
    step = DecodeStep(model)
    logits = torch.cat([whole(step.run([t], i)) for i, t in enumerate(TOKENS[-3:], COUNT - 3)])
    assert_logits(logits, tiny.logits(TOKENS)[-3:])


@pytest.mark.parametrize("cache_type", [CacheType.F16, CacheType.BF16, CacheType.F32])
def test_the_number_of_threads_changes_nothing(tiny: Tiny, cache_type: CacheType) -> None:
    one, _ = build(tiny, 1, cache_type)
    five, _ = build(tiny, 5, cache_type)
    logits = prefill(one, TOKENS, 0, outputs=COUNT)
    assert torch.equal(prefill(five, TOKENS, 0, outputs=COUNT), logits)
