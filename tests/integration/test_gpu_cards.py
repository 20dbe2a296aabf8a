# SPDX-License-Identifier: Apache-2.0
"""Models whose layers are on two cards give what they give on one, bit for bit."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from ktdesk.devices.cuda import open_gpu, usable_bytes
from ktdesk.errors import DeviceError, MemoryShortage, PlacementError
from ktdesk.kernels.cuda_module import find_cards
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.expert_pairs import ExpertPairs
from ktdesk.operators.host_experts import HostExperts
from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.runtime.rows import CacheRows
from ktdesk.runtime.step import DecodeStep, prefill
from tests.gpu.logits import assert_logits, build, open_resources
from tests.gpu.under_test import Choice, emulated_module, gpu_device
from tests.logits import whole
from tests.tiny import Tiny, deepseek2, gemma3, qwen3moe
from tests.untied import untied_tokens

REST = "{match: '**', use: '*.cuda'}"
SECOND = "with: {card: 1}"
ON_SECOND = f"use: '*.cuda', {SECOND}"
HEAD = ", ".join(f"{{match: {path}, {ON_SECOND}}}" for path in ("norm", "lm_head"))
BEHIND = f"{{match: layers.2-99.**, {ON_SECOND}}}, {HEAD}"
HOST = "{match: '**', use: experts.host}"
HOST_BEHIND = f"{{match: layers.2-99.**, use: experts.host, {SECOND}}}"
EXPERTS = "{match: layers.0-1.mlp.experts, use: experts.cuda}"
SPLITS = {
    "in two": ("gpu_only", BEHIND),
    "and back": ("gpu_only", f"{{match: layers.1.**, {ON_SECOND}}}"),
    "ends apart": (
        "gpu_only",
        f"{{match: embed_tokens, {ON_SECOND}}}, {{match: layers.2-99.**, {ON_SECOND}}}",
    ),
    "experts on the cpu": ("one_gpu", f"{HOST_BEHIND}, {HOST}, {BEHIND}"),
    "some experts on the cpu": (f"{EXPERTS}, {HOST}", f"{EXPERTS}, {HOST_BEHIND}, {BEHIND}"),
}
MODELS = {
    name: variant
    for module in (deepseek2, qwen3moe, gemma3)
    for name, variant in list(module.VARIANTS.items())[:1]
}


@pytest.fixture(scope="module", autouse=True)
def two_cards() -> Iterator[None]:
    if Choice.is_card:
        if len(find_cards()) < 2:
            pytest.skip("this machine has one card")
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KT_EMULATED_DEVICES", "2")
        patch.setenv("KT_EMULATED_ORDER", "1")  # what waits for nothing runs first
        yield


def rules(text: str) -> Placement:
    if "{" not in text:
        return Placement.load(text)
    return Placement.parse("split", f"rules: [{text}, {REST}]")


@pytest.fixture(autouse=True)
def both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let experts with some tokens go to the card, whatever is faster here: sums depend on it."""

    def choose(self: HostExperts, pairs: ExpertPairs, ahead: list[int]) -> list[int]:
        del self, ahead
        return np.flatnonzero(pairs.counts >= 4).tolist()

    monkeypatch.setattr(HostExperts, "_choose", choose)


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


@pytest.fixture(scope="module")
def tokens(tiny: Tiny) -> list[int]:
    return untied_tokens(tiny.path)


def logits_of(model: Decoder, tokens: list[int]) -> tuple[Tensor, Tensor]:
    """Return those of a prompt, and of the same tokens one by one and then three together."""
    prompt = prefill(model, tokens, 0, outputs=len(tokens)).clone()
    prefill(model, tokens[:10], 0)
    step = DecodeStep(model)
    steps = [whole(step.run([token], place)) for place, token in enumerate(tokens[10:21], 10)]
    return prompt, torch.cat([*steps, whole(step.run(tokens[21:], 21))])


def has_experts(tiny: Tiny) -> bool:
    return any("_exps." in name for name in open_resources(tiny.path).checkpoint.tensors)


@pytest.mark.parametrize("split", SPLITS)
def test_two_cards_give_the_logits_of_one(tiny: Tiny, tokens: list[int], split: str) -> None:
    if "experts" in split and not has_experts(tiny):
        pytest.skip("a dense model")
    on_one, on_two = SPLITS[split]
    resources = open_resources(tiny.path)
    found = logits_of(build(resources, rules(on_two)), tokens)
    assert set(resources.gpus) == {0, 1}
    expected = logits_of(build(open_resources(tiny.path), rules(on_one)), tokens)
    for a, b in zip(found, expected, strict=True):
        assert torch.equal(a, b)
    cpu = build(open_resources(tiny.path), Placement.load("cpu_only"))
    assert_logits(found[0], prefill(cpu, tokens, 0, outputs=len(tokens)))


@pytest.mark.parametrize("backend", ["host_node", "flag_kernel", "mem_op"])
def test_hand_offs_of_both_cards_in_one_step(tiny: Tiny, tokens: list[int], backend: str) -> None:
    if not has_experts(tiny):
        pytest.skip("a dense model")
    resources = open_resources(tiny.path)
    model = build(resources, rules(SPLITS["experts on the cpu"][1]))
    for gpu in resources.gpus.values():
        gpu.handoff_backend = backend
    eager = [prefill(model, [token], i)[0].clone() for i, token in enumerate(tokens[:6])]
    step = DecodeStep(model)
    captured = [whole(step.run([token], i))[0] for i, token in enumerate(tokens[:6])]
    assert torch.equal(torch.stack(captured), torch.stack(eager))


def cache_rows(
    resources: Resources, placement: str, tokens: list[int]
) -> tuple[tuple[int, ...], np.ndarray]:
    model = build(resources, rules(placement))
    prefill(model, tokens, 0)
    rows = CacheRows(resources.caches)
    return rows.row_bytes, rows.read(0, len(tokens))


def test_kept_rows_do_not_tell_where_their_layers_were(tiny: Tiny, tokens: list[int]) -> None:
    on_one, on_two = SPLITS["in two"]
    first_bytes, first = cache_rows(open_resources(tiny.path), on_one, tokens)
    bytes_, second = cache_rows(resources := open_resources(tiny.path), on_two, tokens)
    assert bytes_ == first_bytes
    assert np.array_equal(first, second)
    rows = CacheRows(resources.caches)
    rows.write(0, first[::-1].copy(), len(tokens))
    assert np.array_equal(rows.read(0, len(tokens)), first[::-1])


def test_each_card_takes_what_its_layers_need(tiny: Tiny) -> None:
    one, two = open_resources(tiny.path), open_resources(tiny.path)
    models = build(one, rules("gpu_only")), build(two, rules(SPLITS["in two"][1]))
    all_of_it = one.gpus[0].arena.used_bytes
    parts = [gpu.arena.used_bytes for gpu in two.gpus.values()]
    assert max(parts) < all_of_it
    del models


def test_each_card_keeps_to_the_budget(tiny: Tiny) -> None:
    resources = open_resources(tiny.path)
    plan = make_plan(resources, rules(SPLITS["in two"][1]))
    resources.gpus, resources.cards = {i: gpu_device(i, 1 << 30) for i in (0, 1)}, plan.cards
    arena = resources.gpus[1].arena
    held = arena.allocate(arena.budget_bytes - arena.used_bytes - 65536)
    name = resources.gpus[1].module.facts().devices[1].name
    with pytest.raises(MemoryShortage) as caught:
        build_model(resources, plan, lambda _: None)
    told = str(caught.value)
    assert told.startswith(f"Not enough memory on graphics card 1 ({name}), of which 1.1 GB may be")
    assert " are needed, " in told
    for way_out in ("context", "cache", "layers"):
        assert way_out in caught.value.hint
    del held


def test_a_layer_is_on_one_card(tiny: Tiny) -> None:
    placement = rules(f"{{match: layers.1.self_attn.**, {ON_SECOND}}}")
    with pytest.raises(PlacementError, match=r"layers.1.self_attn\S+ on card 1 and .+ on card 0"):
        make_plan(open_resources(tiny.path), placement)
    with pytest.raises(PlacementError, match="norm on card 0 and lm_head on card 1"):
        make_plan(open_resources(tiny.path), rules(f"{{match: lm_head, {ON_SECOND}}}"))


def test_a_card_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Choice.is_card:
        monkeypatch.setitem(sys.modules, "ktdesk._cuda", emulated_module())
    count = len(find_cards())
    with pytest.raises(DeviceError, match=f"no graphics card {count}: the driver finds {count}"):
        open_gpu(0, count)
    assert len(usable_bytes(0)) == count
