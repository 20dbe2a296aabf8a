# SPDX-License-Identifier: Apache-2.0
"""The models that are measured: true dimensions of published models, with fewer layers.

At least two layers have routed experts: llama.cpp runs the last layer's feed-forward part for the
output token only, so a model with one such layer would read its prompt without any experts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

from gguf.constants import GGML_QUANT_SIZES
from gguf.constants import GGMLQuantizationType as Type

from tests.bench.attention import GroupedAttention, LatentAttention

VOCABULARY = 32000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The numbers of a model.

    types: the weight types of each kind of matrix, in turn over the layers.
    """

    name: str
    title: str
    layers: int
    dense_layers: int
    width: int
    attention: LatentAttention | GroupedAttention
    dense_width: int
    experts: int
    experts_used: int
    expert_width: int
    shared_experts: int
    sigmoid: bool
    normalize: bool
    scale: float
    groups: int = 1
    groups_used: int = 1
    types: Mapping[str, tuple[Type, ...]]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of a model file. shape: slowest dimension first."""

    name: str
    type: Type
    shape: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes in the file."""
        block, block_bytes = GGML_QUANT_SIZES[self.type]
        return prod(self.shape) // block * block_bytes


# What Q4_K_M makes: Q6_K for the head and, in about half of the layers, for the matrices that lose
# most. Rows of 1408 and 10944 hold no blocks of 256: there llama.cpp takes Q5_0 for Q4_K, and Q8_0
# for Q6_K. What expands latents stays at Q8_0, as in most published files.
_MIXED = (Type.Q4_K, Type.Q6_K)
_COMMON_TYPES = {
    "token_embd": (Type.Q4_K,),
    "output": (Type.Q6_K,),
    "attn_q": (Type.Q4_K,),
    "attn_output": (Type.Q4_K,),
    "ffn_gate_exps": (Type.Q4_K,),
    "ffn_up_exps": (Type.Q4_K,),
}
_DEEPSEEK_TYPES = _COMMON_TYPES | {
    "attn_q_a": (Type.Q4_K,),
    "attn_q_b": (Type.Q4_K,),
    "attn_kv_a_mqa": (Type.Q8_0,),
    "attn_k_b": (Type.Q8_0,),
    "attn_v_b": (Type.Q8_0,),
    "ffn_gate": (Type.Q4_K,),
    "ffn_up": (Type.Q4_K,),
    "ffn_gate_shexp": (Type.Q4_K,),
    "ffn_up_shexp": (Type.Q4_K,),
}
_V2_LITE_TYPES = _DEEPSEEK_TYPES | {
    "ffn_down": (Type.Q8_0,),
    "ffn_down_exps": (Type.Q5_0, Type.Q8_0),
    "ffn_down_shexp": _MIXED,
}
_V3_TYPES = _DEEPSEEK_TYPES | {
    "ffn_down": (Type.Q6_K,),
    "ffn_down_exps": (Type.Q4_K,),
    "ffn_down_shexp": (Type.Q6_K,),
}
_QWEN3_TYPES = _COMMON_TYPES | {
    "attn_k": (Type.Q4_K,),
    "attn_v": _MIXED,
    "ffn_down_exps": _MIXED,
}

SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            name="v2-lite",
            title="DeepSeek-V2-Lite, 8 layers",
            layers=8,
            dense_layers=1,
            width=2048,
            attention=LatentAttention(heads=16, q_latent=0, sharpening=0.707),
            dense_width=10944,
            experts=64,
            experts_used=6,
            expert_width=1408,
            shared_experts=2,
            sigmoid=False,
            normalize=False,
            scale=1.0,
            types=_V2_LITE_TYPES,
        ),
        Shape(
            name="v3",
            title="DeepSeek-V3, 3 layers",
            layers=3,
            dense_layers=1,
            width=7168,
            attention=LatentAttention(heads=128, q_latent=1536, sharpening=1.0),
            dense_width=18432,
            experts=256,
            experts_used=8,
            expert_width=2048,
            shared_experts=1,
            sigmoid=True,
            normalize=True,
            scale=2.5,
            groups=8,
            groups_used=4,
            types=_V3_TYPES,
        ),
        Shape(
            name="qwen3",
            title="Qwen3-30B-A3B, 6 layers",
            layers=6,
            dense_layers=0,
            width=2048,
            attention=GroupedAttention(heads=32, kv_heads=4, head_size=128),
            dense_width=6144,
            experts=128,
            experts_used=8,
            expert_width=768,
            shared_experts=0,
            sigmoid=False,
            normalize=True,
            scale=1.0,
            types=_QWEN3_TYPES,
        ),
    )
}


def tensors(shape: Shape) -> list[Tensor]:
    """Return the tensors of a model, in the file's order."""
    return [
        _matrix(shape, "token_embd", 0, VOCABULARY, shape.width),
        _matrix(shape, "output", 0, VOCABULARY, shape.width),
        _floats("output_norm.weight", shape.width),
        *(tensor for layer in range(shape.layers) for tensor in _layer(shape, layer)),
    ]


def _layer(shape: Shape, layer: int) -> Iterator[Tensor]:
    def matrix(kind: str, *sizes: int) -> Tensor:
        return _matrix(shape, kind, layer, *sizes, prefix=f"blk.{layer}.")

    width = shape.width
    norms = {"attn_norm": (width,), "ffn_norm": (width,)} | shape.attention.norms()
    for kind, sizes in norms.items():
        yield _floats(f"blk.{layer}.{kind}.weight", *sizes)
    for kind, sizes in shape.attention.matrices(width).items():
        yield matrix(kind, *sizes)
    if layer < shape.dense_layers:
        yield from _feed_forward(matrix, "", (), width, shape.dense_width)
        return
    yield _floats(f"blk.{layer}.ffn_gate_inp.weight", shape.experts, width)
    if shape.sigmoid:
        yield _floats(f"blk.{layer}.exp_probs_b.bias", shape.experts)
    yield from _feed_forward(matrix, "_exps", (shape.experts,), width, shape.expert_width)
    if shape.shared_experts:
        inner = shape.shared_experts * shape.expert_width
        yield from _feed_forward(matrix, "_shexp", (), width, inner)


def _feed_forward(
    matrix: Callable[..., Tensor], suffix: str, experts: tuple[int, ...], width: int, inner: int
) -> Iterator[Tensor]:
    yield matrix(f"ffn_gate{suffix}", *experts, inner, width)
    yield matrix(f"ffn_up{suffix}", *experts, inner, width)
    yield matrix(f"ffn_down{suffix}", *experts, width, inner)


def _matrix(shape: Shape, kind: str, layer: int, *sizes: int, prefix: str = "") -> Tensor:
    types = shape.types[kind]
    return Tensor(f"{prefix}{kind}.weight", types[layer % len(types)], sizes)


def _floats(name: str, *sizes: int) -> Tensor:
    return Tensor(name, Type.F32, sizes)
