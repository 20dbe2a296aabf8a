# SPDX-License-Identifier: Apache-2.0
"""The least time of DeepSeek-V3's tokens, against figures from its configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.shapes import SHAPES
from tests.gpu.roofline import Rates, Roofline

V3 = replace(SHAPES["v3"], layers=61, dense_layers=3)
ONE = Rates(card=1e9, memory=1e9, operations=1e12)  # a second for each gigabyte


def roofline(**rates: float) -> Roofline:
    return Roofline(V3, replace(ONE, **rates), on_cpu=True)


def test_a_token_reads_its_experts_from_the_main_memory() -> None:
    # 8 of 256 experts of 58 layers with 3 * 7168 * 2048 weights, 4.5 bits each.
    experts = 58 * 8 * 3 * 7168 * 2048 * 4.5 / 8
    on_cpu = roofline(card=1e18).step_ms(0)
    assert on_cpu == pytest.approx(1e3 * experts / 1e9, rel=1e-3)


def test_the_card_reads_the_rest_and_the_cache() -> None:
    without, full = (roofline(memory=1e18).step_ms(depth) for depth in (0, 4096))
    latents = 4096 * 61 * (512 + 64) * 2
    assert full - without == pytest.approx(1e3 * latents / 1e9)
    assert 8_000 < without < 11_000  # 16 10^9 weights of 4 to 8 bits; the published head is larger


def test_short_prompts_wait_for_the_memory_and_long_ones_for_the_cores() -> None:
    line = roofline(memory=25e9, operations=80e12)
    assert line.prefill_ms(512) == line.prefill_ms(8192) == pytest.approx(14_700, rel=0.05)
    assert line.prefill_ms(8193) == 2 * line.prefill_ms(8192)
    by_cores = roofline(memory=1e18, operations=1e12)
    # 37 10^9 weights, two operations each.
    assert by_cores.prefill_ms(1) == pytest.approx(72, rel=0.06)


def test_the_last_layers_experts_are_not_read_for_a_prompt() -> None:
    one = Roofline(replace(V3, layers=4), replace(ONE, operations=1e18), on_cpu=True)
    two = Roofline(replace(V3, layers=5), replace(ONE, operations=1e18), on_cpu=True)
    assert one.prefill_ms(512) < 1
    assert two.prefill_ms(512) == pytest.approx(256 * 3 * 7168 * 2048 * 4.5 / 8 / 1e6, rel=1e-3)


def test_without_a_rate_of_the_cores_the_memory_is_all_that_is_known() -> None:
    unknown, known = roofline(operations=0.0), roofline(operations=1e18)
    assert unknown.prefill_ms(512) == known.prefill_ms(512) > 0
