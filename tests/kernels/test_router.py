# SPDX-License-Identifier: Apache-2.0
"""The choice of experts by their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor

from ktdesk.kernels import native, reference
from tests.compare import assert_close
from tests.kernels.samples import (
    FLOAT_STEPS,
    FLOAT_STEPS_REASON,
    random,
)

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

PLAIN: dict[str, Any] = {"groups": 1, "groups_used": 1, "normalize": False, "scale": 1.0}
MODES: dict[str, dict[str, Any]] = {
    "softmax": {**PLAIN, "gating": "softmax"},
    "softmax in groups": {**PLAIN, "gating": "softmax", "groups": 4, "groups_used": 2},
    "sigmoid in groups": {
        "gating": "sigmoid",
        "groups": 4,
        "groups_used": 2,
        "normalize": True,
        "scale": 2.5,
    },
    "sigmoid, an expert per group": {
        **PLAIN,
        "gating": "sigmoid",
        "groups": 24,
        "groups_used": 9,
    },
}


def route(stream: Stream, logits: Tensor, bias: Tensor | None, used: int, **mode: Any):
    ids = torch.full((len(logits), used), -1, dtype=torch.int32)
    weights = torch.full((len(logits), used), torch.nan)
    native.router(stream, logits, bias, ids, weights, **mode)
    return ids, weights


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("used", [1, 5])
def test_router(stream: Stream, mode: dict[str, Any], biased: bool, used: int) -> None:
    logits, bias = random(9, 24), random(24, seed=1) / 4 if biased else None
    ids, weights = route(stream, logits, bias, used, **mode)
    expected_ids, expected = reference.router(
        logits.double(),
        None if bias is None else bias.double(),
        experts_per_token=used,
        **mode,
    )
    assert torch.equal(ids.long(), expected_ids)
    assert_close(weights, expected, FLOAT_STEPS, FLOAT_STEPS_REASON)


# As published models have them, and the most that there may be.
SIZES = {
    "DeepSeek V2": (160, 6, {"gating": "softmax", "groups": 8, "groups_used": 3}),
    "DeepSeek V3": (256, 8, {"gating": "sigmoid", "groups": 8, "groups_used": 4}),
    "Kimi K2": (384, 8, {"gating": "sigmoid"}),
    "the most": (1024, 40, {"gating": "softmax"}),
    "all": (40, 40, {"gating": "sigmoid"}),
}


@pytest.mark.parametrize(("experts", "used", "mode"), SIZES.values(), ids=SIZES)
def test_sizes_of_models(stream: Stream, experts: int, used: int, mode: dict[str, Any]) -> None:
    logits, bias = random(3, experts) / 4, random(experts, seed=1)  # no two choices too near
    mode = {**PLAIN, "normalize": True, **mode}
    ids, weights = route(stream, logits, bias, used, **mode)
    expected_ids, expected = reference.router(
        logits.double(), bias.double(), experts_per_token=used, **mode
    )
    assert torch.equal(ids.long(), expected_ids)
    assert_close(weights, expected, FLOAT_STEPS, FLOAT_STEPS_REASON)


def test_a_tie_goes_to_the_lower_expert(stream: Stream) -> None:
    ids, _ = route(stream, torch.zeros(2, 6), None, 4, **MODES["softmax"])
    assert ids.tolist() == [[0, 1, 2, 3]] * 2


def test_weights_that_all_vanish_stay_finite(stream: Stream) -> None:
    mode = {**MODES["softmax"], "gating": "sigmoid", "normalize": True}
    _, weights = route(stream, torch.full((1, 6), -200.0), None, 4, **mode)
    assert torch.equal(weights, torch.zeros(1, 4))
