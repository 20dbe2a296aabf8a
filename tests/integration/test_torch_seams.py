# SPDX-License-Identifier: Apache-2.0
"""Operators in plain torch give the CPU engine's logits beside any others, wherever they compute.

Here torch computes on the CPU beside the emulated GPU; with --gpu, on the card.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import DeviceError, MemoryShortage, PlacementError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models import torch_needs
from ktdesk.models.build import make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.planning.assignment import assign
from ktdesk.planning.dissection import dissect
from ktdesk.runtime.rows import CacheRows
from ktdesk.runtime.step import prefill
from tests.compare import assert_close
from tests.gpu.logits import assert_logits, build, open_resources
from tests.gpu.under_test import Choice
from tests.tiny import Tiny, deepseek2, gemma3, gpt_oss, llama4, qwen3moe
from tests.untied import untied_tokens

MODELS = {
    name: variant
    for module in (deepseek2, gemma3, gpt_oss, llama4, qwen3moe)
    for name, variant in list(module.VARIANTS.items())[:1]
}
LIMIT = 1e-9
REASON = "float32 throughout: sums in another order, 1e-6 squared; TF32 would make 1e-7 of it"

KIND = "cpu"  # of the device that torch computes on; with --gpu the card
REST = {
    "cpu": "{match: '**', use: '*.cpu'}",
    "gpu": "{match: '**', use: '*.cuda'}",
    "host": "{match: '**', use: experts.host}, {match: '**', use: '*.cuda'}",
}
IN_TORCH = {
    "a layer": "{match: 'layers.1.**', use: '*.torch'WITH}",
    "attention": "{class: attention, use: '*.torch'WITH}",
    "experts": "{class: routed, use: '*.torch'WITH}",
    "routers": "{match: '**', use: router.torchWITH}",
    "products": "{match: '**', use: mlp.torchWITH}, {match: '**', use: linear.torchWITH}",
    "small steps": "{match: '**', use: norm.torchWITH}, {match: '**', use: rotary.torchWITH}, "
    "{match: '**', use: elementwise.torchWITH}, {match: '**', use: embedding.torchWITH}",
}


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def tokens(tiny: Tiny) -> list[int]:
    return untied_tokens(tiny.path)


@pytest.fixture(scope="module")
def expected(tiny: Tiny, tokens: list[int]) -> Tensor:
    return logits_of(build(open_resources(tiny.path), Placement.load("cpu_only")), tokens)


def logits_of(model: Decoder, tokens: list[int]) -> Tensor:
    """Return those of a prompt of all tokens but four, and of these one by one."""
    first = len(tokens) - 4
    found = [prefill(model, tokens[:first], 0, outputs=first).clone()]
    found += [prefill(model, [token], at).clone() for at, token in enumerate(tokens[first:], first)]
    return torch.cat(found)


def rules(*texts: str) -> Placement:
    kind = "cuda" if Choice.is_card else KIND
    text = ", ".join(texts).replace("WITH", f", with: {{device: {kind}}}")
    return Placement.parse("mixed", f"rules: [{text}]")


EVERYTHING = "{match: '**', use: '*.torch'WITH}"


def matches(resources: Resources, placement: Placement) -> bool:
    try:
        make_plan(resources, placement)
    except PlacementError as error:
        if "matches nothing" not in str(error):
            raise
        return False
    return True


def test_every_slot_in_torch_gives_the_references_logits(tiny: Tiny, tokens: list[int]) -> None:
    resources = Resources(Checkpoint.open(tiny.path), CpuDevice(2), 128, CacheType.F32)
    found = logits_of(build(resources, rules(EVERYTHING)), tokens)
    assert_close(found, tiny.logits(tokens), LIMIT, REASON)


@pytest.mark.parametrize("rest", REST)
@pytest.mark.parametrize("part", IN_TORCH)
def test_torch_works_beside_others(
    tiny: Tiny, tokens: list[int], expected: Tensor, part: str, rest: str
) -> None:
    resources, placement = open_resources(tiny.path), rules(IN_TORCH[part], REST[rest])
    if not matches(resources, placement):
        pytest.skip("a model without such slots")
    model = build(resources, placement)
    assert bool(resources.gpus) == (rest != "cpu")
    assert_logits(logits_of(model, tokens), expected)


def test_a_cache_of_torch_is_kept_and_put_back(tiny: Tiny, tokens: list[int]) -> None:
    resources = open_resources(tiny.path)
    model = build(resources, rules(EVERYTHING))
    prefill(model, tokens, 0)
    rows = CacheRows(resources.caches)
    block = rows.read(0, len(tokens))
    assert block.any()
    rows.write(0, np.zeros_like(block), len(tokens))
    assert not rows.read(0, len(tokens)).any()
    rows.write(0, block, len(tokens))
    assert np.array_equal(rows.read(0, len(tokens)), block)


ON_A_CARD = """rules:
  - {match: lm_head, use: linear.torch, with: {device: cuda, card: 63}}
  - {match: '**', use: '*.cpu'}
"""


@pytest.mark.parametrize(
    ("is_built", "problem"), [(False, "built without CUDA"), (True, "torch finds")]
)
def test_a_torch_that_cannot_is_refused_before_a_weight_is_read(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch, is_built: bool, problem: str
) -> None:
    monkeypatch.setattr("torch.backends.cuda.is_built", lambda: is_built)
    placement = Placement.parse("mine", ON_A_CARD)
    with pytest.raises(PlacementError, match=f"'mine', line 2, .* lm_head .*63.*{problem}") as told:
        make_plan(open_resources(tiny.path), placement)
    assert told.value.line == 2
    assert "torch's build with CUDA" in told.value.hint


def test_a_placement_may_be_made_elsewhere(tiny: Tiny) -> None:
    """What a machine with a card is to run can be planned on one without."""
    checkpoint = Checkpoint.open(tiny.path)
    placed = assign(dissect(checkpoint, CacheType.F16), Placement.parse("mine", ON_A_CARD))
    (head,) = (each for each in placed.placed if each.module.path == "lm_head")
    assert head.card == 63
    assert placed.weight_bytes(63) == 4 * head.module.weights


def test_weights_that_do_not_fit_are_refused(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_needs, "free_bytes", lambda where: 1000)
    resources = open_resources(tiny.path)
    with pytest.raises(MemoryShortage, match="for plain torch") as told:
        build(resources, rules("{match: lm_head, use: linear.torchWITH}", REST["cpu"]))
    rows, width = resources.checkpoint.weight("token_embd.weight").shape
    assert told.value.needed_bytes == 4 * rows * width


def test_a_card_without_memory_left_is_told(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB.")

    model = build(
        open_resources(tiny.path), rules("{class: head, use: '*.torch'WITH}", REST["cpu"])
    )
    monkeypatch.setattr("ktdesk.kernels.reference.linear", full)
    with pytest.raises(DeviceError, match=r"no more memory on .*Tried to allocate") as told:
        prefill(model, [1, 2], 0)
    assert told.value.hint
