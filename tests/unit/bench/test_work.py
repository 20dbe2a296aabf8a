# SPDX-License-Identifier: Apache-2.0
"""What a token costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.shapes import SHAPES
from tests.bench.work import WORKS, bytes_per_token, operations_per_token


@pytest.mark.parametrize(
    ("model", "parameters"), [("v2-lite", 593.4e6), ("v3", 1355.7e6), ("qwen3", 302.0e6)]
)
def test_prompts_need_two_operations_for_each_weight(model: str, parameters: float) -> None:
    # Counted by hand from the published dimensions, with the routers' weights (0.3 %).
    assert operations_per_token(SHAPES[model]) == pytest.approx(2 * parameters, rel=0.005)


def test_a_generated_token_reads_the_experts_it_uses() -> None:
    shape = SHAPES["v2-lite"]
    one_more = replace(shape, experts_used=shape.experts_used + 1)
    gate_up = 2 * shape.expert_width * shape.width // 256 * 144  # Q4_K
    down_blocks = shape.width * shape.expert_width // 32
    difference = bytes_per_token(one_more, 0) - bytes_per_token(shape, 0)
    # Of the seven layers with experts, four have down at Q8_0, and three at Q5_0.
    assert difference == pytest.approx(7 * gate_up + down_blocks * (4 * 34 + 3 * 22), rel=1e-9)


def test_a_long_context_adds_the_cache() -> None:
    shape = SHAPES["v3"]
    difference = bytes_per_token(shape, 4096) - bytes_per_token(shape, 0)
    assert difference == 3 * 4096 * (512 + 64) * 2
    shape = SHAPES["qwen3"]
    difference = bytes_per_token(shape, 4096) - bytes_per_token(shape, 0)
    assert difference == 6 * 4096 * 2 * 4 * 128 * 2


def test_names_tell_what_is_done() -> None:
    assert list(WORKS) == ["prefill-512", "prefill-2048", "decode-64", "decode-64-after-4096"]
