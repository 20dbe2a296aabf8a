# SPDX-License-Identifier: Apache-2.0
"""More dimensions of published models, for what the table of known models need not have."""

from __future__ import annotations

from tests.known.models import Gqa, Known

# By name; beside them, in billions, how many weights their makers say they have.
OTHERS = {
    model.name: (model, weights)
    for model, weights in (
        (
            Known(
                name="Mixtral-8x7B",
                architecture="llama",
                layers=32,
                width=4096,
                vocabulary=32000,
                context_tokens=32768,
                attention=Gqa(heads=32, kv_heads=8, head_size=128),
                dense_width=14336,
                experts=8,
                experts_used=2,
                expert_width=14336,
            ),
            46.7,
        ),
        (
            Known(
                name="OLMoE-1B-7B",
                architecture="olmoe",
                layers=16,
                width=2048,
                vocabulary=50304,
                context_tokens=4096,
                attention=Gqa(heads=16, kv_heads=16, head_size=128, row_norms=True),
                dense_width=1024,
                experts=64,
                experts_used=8,
                expert_width=1024,
            ),
            6.92,
        ),
        (
            Known(
                name="Qwen2-57B-A14B",
                architecture="qwen2moe",
                layers=28,
                width=3584,
                vocabulary=151936,
                context_tokens=32768,
                attention=Gqa(heads=28, kv_heads=4, head_size=128, biases=("q", "k", "v")),
                dense_width=18944,
                experts=64,
                experts_used=8,
                expert_width=2560,
                shared_width=20480,
                shared_gate=True,
            ),
            57.4,
        ),
        (
            Known(
                name="Llama-4-Scout",
                architecture="llama4",
                layers=48,
                width=5120,
                vocabulary=202048,
                context_tokens=131072,
                attention=Gqa(heads=40, kv_heads=8, head_size=128),
                dense_width=16384,
                experts=16,
                experts_used=1,
                expert_width=8192,
                shared_width=8192,
                metadata={"interleave_moe_layer_step": 1},
            ),
            107.8,
        ),
        (
            Known(
                name="MiniMax-M2",
                architecture="minimax-m2",
                layers=62,
                width=3072,
                vocabulary=200064,
                context_tokens=131072,
                attention=Gqa(heads=48, kv_heads=8, head_size=128, row_norms=True),
                dense_width=1536,
                experts=256,
                experts_used=8,
                expert_width=1536,
                router_bias="exp_probs_b.bias",
                metadata={"expert_gating_func": 2},
            ),
            228.7,
        ),
        (
            Known(
                name="Hunyuan-A13B",
                architecture="hunyuan-moe",
                layers=32,
                width=4096,
                vocabulary=128167,
                context_tokens=32768,
                attention=Gqa(heads=32, kv_heads=8, head_size=128, norms=True),
                dense_width=3072,
                experts=64,
                experts_used=8,
                expert_width=3072,
                shared_width=3072,
            ),
            80.4,
        ),
    )
}
