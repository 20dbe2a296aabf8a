# SPDX-License-Identifier: Apache-2.0
"""What a token costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.shapes import SHAPES
from tests.bench.work import WORKS, bytes_per_token, operations_per_token


@pytest.mark.parametrize(("model", "parameters"), [("v2-lite", 593.4e6), ("v3", 1355.7e6)])
def test_prompts_need_two_operations_for_each_weight(model: str, parameters: float) -> None:
    # Counted by hand from DeepSeek's published dimensions, with the routers' weights (0.3 %).
    assert operations_per_token(SHAPES[model]) == pytest.approx(2 * parameters, rel=0.005)


def test_a_generated_token_reads_the_experts_it_uses() -> None:
    shape = SHAPES["v2-lite"]
    one_more = replace(shape, experts_used=shape.experts_used + 1)
    expert_bytes = 2 * shape.expert_width * shape.width // 256 * 144  # gate and up, Q4_K
    expert_bytes += shape.width * shape.expert_width // 32 * 34  # down, Q8_0
    difference = bytes_per_token(one_more, 0) - bytes_per_token(shape, 0)
    assert difference == pytest.approx(7 * expert_bytes, rel=1e-9)


def test_a_long_context_adds_the_cache() -> None:
    shape = SHAPES["v3"]
    difference = bytes_per_token(shape, 4096) - bytes_per_token(shape, 0)
    assert difference == 3 * 4096 * (512 + 64) * 2


def test_names_tell_what_is_done() -> None:
    assert list(WORKS) == ["prefill-512", "prefill-2048", "decode-64", "decode-64-after-4096"]
