# SPDX-License-Identifier: Apache-2.0
"""Operators that have some of a layer's experts each: together they are the layer."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk.operators.base import Experts, ExpertsSpec, Shared
from ktdesk.operators.experts import NativeExperts
from ktdesk.operators.placement import Placement
from ktdesk.operators.registry import operator
from ktdesk.operators.resident import all_but
from ktdesk.operators.site import Resources, Site
from ktdesk.runtime.step import DecodeStep, prefill
from tests.compare import assert_close
from tests.gpu.logits import build, open_resources
from tests.logits import whole
from tests.tiny import Tiny, gpt_oss, llama4, qwen3moe

TOKENS = [5, 17, 90, 44, 8, 201, 33, 70, 120, 9, 64, 3]
HERE = (0, 3, 4, 6)
PARTED = "rules: [{match: '**', use: experts.parted}, {match: '**', use: '*.cpu'}]"
LIMIT = 1e-6
REASON = "sums in another order, so that values of the F16 cache round otherwise: 2^-11, squared"
# With biases, with weights of what goes in, and plain.
MODELS = {
    name: variant
    for module in (gpt_oss, llama4, qwen3moe)
    for name, variant in list(module.VARIANTS.items())[:1]
}


@operator("parted")
class PartedExperts(Experts):
    """Two operators on the CPU, of which each has the experts that the other has not."""

    captures = True

    def __init__(self, site: Site, spec: ExpertsSpec) -> None:
        parts = HERE, all_but(HERE, spec.experts)
        self._parts = [NativeExperts(site.on_cpu, spec, part) for part in parts]

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts."""
        first, second = self._parts
        out = first.forward(x, ids, weights, shared)
        second.launch(x, ids, weights, out, out)
        return out


@pytest.fixture(scope="module", params=MODELS)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return MODELS[request.param](tmp_path_factory.mktemp("tiny") / "model.gguf")


def resources_of(tiny: Tiny, *, copied: bool) -> Resources:
    resources = open_resources(tiny.path)
    resources.copied = frozenset(resources.checkpoint.tensors) if copied else frozenset()
    return resources


@pytest.mark.parametrize("copied", [False, True])
def test_parts_are_together_the_layer(tiny: Tiny, copied: bool) -> None:
    of_all, of_parts = (resources_of(tiny, copied=copied) for _ in range(2))
    expected = prefill(build(of_all, Placement.load("cpu_only")), TOKENS, 0, outputs=12).clone()
    model = build(of_parts, Placement.parse("parted", PARTED))
    assert of_parts.reader.done_bytes == of_all.reader.done_bytes, "each is read once"
    assert_close(prefill(model, TOKENS, 0, outputs=12), expected, LIMIT, REASON)
    prefill(model, TOKENS[:4], 0)
    step = DecodeStep(model)
    steps = [whole(step.run([token], place)) for place, token in enumerate(TOKENS[4:], 4)]
    assert_close(torch.cat(steps), expected[4:], LIMIT, REASON)
    together = whole(step.run(TOKENS[4:], 4))
    assert torch.equal(together, torch.cat(steps))
