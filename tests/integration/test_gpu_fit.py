# SPDX-License-Identifier: Apache-2.0
"""A card that has room for some layers' experts only: what is put there, and the logits."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from ktdesk.operators.placement import Placement
from ktdesk.operators.site import Resources
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.dissection import dissect
from ktdesk.planning.gpu_fit import choose_placement
from ktdesk.runtime.step import DecodeStep, prefill
from tests.gpu.logits import assert_logits, build, open_resources
from tests.gpu.under_test import gpu_device
from tests.logits import whole
from tests.tiny import Tiny, deepseek2, qwen3moe
from tests.untied import untied_tokens

MODELS = {
    name: variant
    for module in (deepseek2, qwen3moe)
    for name, variant in list(module.VARIANTS.items())[:1]
}


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


def needs_of(resources: Resources) -> CardNeeds:
    anatomy = dissect(resources.checkpoint, resources.cache_type)
    return CardNeeds.of(anatomy, resources.context_tokens, memory_bytes=0)


def test_needs_are_what_a_model_takes(tiny: Tiny) -> None:
    resources = open_resources(tiny.path)
    needs = needs_of(resources)
    unused = gpu_device()
    model = build(resources, Placement.load("gpu_only"))
    taken = resources.gpus[0].arena.used_bytes - unused.arena.used_bytes
    expected = needs.head + sum(layer.always + layer.experts for layer in needs.layers)
    assert 0.95 < taken / expected < 1.05, "but for rounded sizes, and frequencies"
    del model


def test_some_layers_experts_on_the_card(tiny: Tiny) -> None:
    resources, tokens = open_resources(tiny.path), untied_tokens(tiny.path)
    expected = prefill(build(resources, Placement.load("cpu_only")), tokens, 0, outputs=24).clone()
    needs = replace(needs_of(resources), streaming=0)  # which is more than a tiny model is
    sparse = max(needs.layers, key=lambda layer: layer.experts)
    left = sparse.experts + 2 * sparse.expert_bytes + needs.reserve
    room = left + needs.head + sum(layer.always for layer in needs.layers)
    placement = choose_placement(needs, [room])
    assert placement.name.startswith("one_gpu, experts of 1 of ")
    assert placement.name.endswith(" layers and 2 single experts on it")
    model = build(open_resources(tiny.path), placement)
    assert_logits(prefill(model, tokens, 0, outputs=24), expected)
    prefill(model, tokens[:10], 0)
    step = DecodeStep(model)
    steps = [whole(step.run([token], place)) for place, token in enumerate(tokens[10:], 10)]
    assert_logits(torch.cat(steps), expected[10:])
