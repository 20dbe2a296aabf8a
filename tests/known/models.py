# SPDX-License-Identifier: Apache-2.0
"""The dimensions of published models, as their makers' configuration files give them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gguf.constants import GGMLQuantizationType as Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Mla:
    """Latent attention. q_latent 0: queries have none."""

    heads: int
    q_latent: int
    latent: int = 512
    nope: int = 128
    rope: int = 64
    value: int = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Gqa:
    """Grouped queries. norms: of each head's queries and keys. row_norms: of all heads together.

    fused: queries, keys and values are one matrix.
    """

    heads: int
    kv_heads: int
    head_size: int
    norms: bool = False
    row_norms: bool = False
    biases: tuple[str, ...] = ()
    sinks: bool = False
    fused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model. dense_layers: without routed experts, the first ones. types: of its weights.

    expert_period: of so many layers after those, the last has routed experts. tied: the head is the
    embedding.
    """

    name: str
    architecture: str
    layers: int
    width: int
    vocabulary: int
    context_tokens: int
    attention: Mla | Gqa
    dense_layers: int = 0
    dense_width: int = 0
    expert_period: int = 1
    tied: bool = False
    experts: int
    experts_used: int
    expert_width: int
    shared_width: int = 0
    shared_gate: bool = False
    router_bias: Literal["", "exp_probs_b.bias", "ffn_gate_inp.bias"] = ""
    expert_biases: bool = False
    types: Types = field(default_factory=lambda: Q4_K_M)
    metadata: dict[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """Weight types of a file. better: of the matrices that lose most, in about half of the layers.

    small: where rows are no multiples of 256; small_better likewise. fused: of queries, keys and
    values in one.
    """

    usual: Type
    better: Type
    head: Type
    latents: Type = Type.Q8_0  # what expands latents, and makes them
    fused: Type = Type.Q5_K
    small: Type = Type.Q5_0
    small_better: Type = Type.Q8_0


Q4_K_M = Types(usual=Type.Q4_K, better=Type.Q6_K, head=Type.Q6_K)
Q2_K = Types(usual=Type.Q2_K, better=Type.Q3_K, head=Type.Q6_K, small=Type.Q4_0)
MXFP4 = Types(
    usual=Type.Q8_0, better=Type.Q8_0, head=Type.Q8_0, small=Type.Q8_0, small_better=Type.Q8_0
)

_DEEPSEEK_V3 = {"expert_weights_scale": 2.5, "expert_gating_func": 2, "expert_weights_norm": True}

MODELS = {
    model.name: model
    for model in (
        Known(
            name="DeepSeek-R1",
            architecture="deepseek2",
            layers=61,
            width=7168,
            vocabulary=129280,
            context_tokens=163840,
            attention=Mla(heads=128, q_latent=1536),
            dense_layers=3,
            dense_width=18432,
            experts=256,
            experts_used=8,
            expert_width=2048,
            shared_width=2048,
            router_bias="exp_probs_b.bias",
            metadata=_DEEPSEEK_V3 | {"expert_group_count": 8, "expert_group_used_count": 4},
        ),
        Known(
            name="Kimi-K2",
            architecture="deepseek2",
            layers=61,
            width=7168,
            vocabulary=163840,
            context_tokens=131072,
            attention=Mla(heads=64, q_latent=1536),
            dense_layers=1,
            dense_width=18432,
            experts=384,
            experts_used=8,
            expert_width=2048,
            shared_width=2048,
            router_bias="exp_probs_b.bias",
            metadata=_DEEPSEEK_V3,
        ),
        Known(
            name="DeepSeek-V2.5",
            architecture="deepseek2",
            layers=60,
            width=5120,
            vocabulary=102400,
            context_tokens=163840,
            attention=Mla(heads=128, q_latent=1536),
            dense_layers=1,
            dense_width=12288,
            experts=160,
            experts_used=6,
            expert_width=1536,
            shared_width=2 * 1536,
            metadata={"expert_group_count": 8, "expert_group_used_count": 3},
        ),
        Known(
            name="DeepSeek-V2-Lite",
            architecture="deepseek2",
            layers=27,
            width=2048,
            vocabulary=102400,
            context_tokens=163840,
            attention=Mla(heads=16, q_latent=0),
            dense_layers=1,
            dense_width=10944,
            experts=64,
            experts_used=6,
            expert_width=1408,
            shared_width=2 * 1408,
        ),
        Known(
            name="Moonlight-16B-A3B",
            architecture="deepseek2",
            layers=27,
            width=2048,
            vocabulary=163840,
            context_tokens=8192,
            attention=Mla(heads=16, q_latent=0),
            dense_layers=1,
            dense_width=11264,
            experts=64,
            experts_used=6,
            expert_width=1408,
            shared_width=2 * 1408,
            router_bias="exp_probs_b.bias",
            metadata=_DEEPSEEK_V3 | {"expert_weights_scale": 2.446},
        ),
        Known(
            name="Qwen3-30B-A3B",
            architecture="qwen3moe",
            layers=48,
            width=2048,
            vocabulary=151936,
            context_tokens=40960,
            attention=Gqa(heads=32, kv_heads=4, head_size=128, norms=True),
            dense_width=6144,
            experts=128,
            experts_used=8,
            expert_width=768,
        ),
        Known(
            name="Qwen3-235B-A22B",
            architecture="qwen3moe",
            layers=94,
            width=4096,
            vocabulary=151936,
            context_tokens=40960,
            attention=Gqa(heads=64, kv_heads=4, head_size=128, norms=True),
            dense_width=12288,
            experts=128,
            experts_used=8,
            expert_width=1536,
        ),
        Known(
            name="GLM-4.5",
            architecture="glm4moe",
            layers=92,
            width=5120,
            vocabulary=151552,
            context_tokens=131072,
            attention=Gqa(heads=96, kv_heads=8, head_size=128, norms=True, biases=("q", "k", "v")),
            dense_layers=3,
            dense_width=12288,
            experts=160,
            experts_used=8,
            expert_width=1536,
            shared_width=1536,
            router_bias="exp_probs_b.bias",
        ),
        Known(
            name="GLM-4.5-Air",
            architecture="glm4moe",
            layers=46,
            width=4096,
            vocabulary=151552,
            context_tokens=131072,
            attention=Gqa(heads=96, kv_heads=8, head_size=128, biases=("q", "k", "v")),
            dense_layers=1,
            dense_width=10944,
            experts=128,
            experts_used=8,
            expert_width=1408,
            shared_width=1408,
            router_bias="exp_probs_b.bias",
        ),
        *(
            Known(
                name=name,
                architecture="gpt-oss",
                layers=layers,
                width=2880,
                vocabulary=201088,
                context_tokens=131072,
                attention=Gqa(
                    heads=64, kv_heads=8, head_size=64, biases=("q", "k", "v", "output"), sinks=True
                ),
                dense_width=2880,
                experts=experts,
                experts_used=4,
                expert_width=2880,
                router_bias="ffn_gate_inp.bias",
                expert_biases=True,
                types=MXFP4,
                metadata={"attention.sliding_window": 128},
            )
            for name, layers, experts in (("gpt-oss-20b", 24, 32), ("gpt-oss-120b", 36, 128))
        ),
    )
}
