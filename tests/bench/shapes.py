# SPDX-License-Identifier: Apache-2.0
"""The models that are measured: the true dimensions of DeepSeek models, with fewer layers.

At least two layers have routed experts: llama.cpp runs the last layer's feed-forward part for the
output token only, so a model with one such layer would read its prompt without any experts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

from gguf.constants import GGML_QUANT_SIZES
from gguf.constants import GGMLQuantizationType as Type

VOCABULARY = 32000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The numbers of a model.

    q_latent 0: queries have no latents. types: the weight types of each kind of matrix, in turn
    over the layers. sharpening: YaRN's factor for attention, DeepSeek's mscale_all_dim.
    """

    name: str
    title: str
    layers: int
    dense_layers: int = 1
    width: int
    heads: int
    q_latent: int
    latent: int = 512
    nope: int = 128
    rope: int = 64
    value: int = 128
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
    sharpening: float
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


# What Q4_K_M does to DeepSeek-V2-Lite. Rows of 1408 and 10944 hold no blocks of 256: there
# llama.cpp takes Q5_0 for Q4_K and Q8_0 for Q6_K. KTDesk has no Q5_0 yet, so all are Q8_0.
_V2_LITE_TYPES = {
    "token_embd": (Type.Q4_K,),
    "output": (Type.Q6_K,),
    "attn_q": (Type.Q4_K,),
    "attn_kv_a_mqa": (Type.Q8_0,),
    "attn_k_b": (Type.Q8_0,),
    "attn_v_b": (Type.Q8_0,),
    "attn_output": (Type.Q4_K,),
    "ffn_gate": (Type.Q4_K,),
    "ffn_up": (Type.Q4_K,),
    "ffn_down": (Type.Q8_0,),
    "ffn_gate_exps": (Type.Q4_K,),
    "ffn_up_exps": (Type.Q4_K,),
    "ffn_down_exps": (Type.Q8_0,),
    "ffn_gate_shexp": (Type.Q4_K,),
    "ffn_up_shexp": (Type.Q4_K,),
    "ffn_down_shexp": (Type.Q4_K, Type.Q6_K),
}
_V3_TYPES = _V2_LITE_TYPES | {
    "attn_q_a": (Type.Q4_K,),
    "attn_q_b": (Type.Q4_K,),
    "ffn_down": (Type.Q6_K,),
    "ffn_down_exps": (Type.Q4_K,),
    "ffn_down_shexp": (Type.Q6_K,),
}

SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            name="v2-lite",
            title="DeepSeek-V2-Lite, 8 layers",
            layers=8,
            width=2048,
            heads=16,
            q_latent=0,
            dense_width=10944,
            experts=64,
            experts_used=6,
            expert_width=1408,
            shared_experts=2,
            sigmoid=False,
            normalize=False,
            scale=1.0,
            sharpening=0.707,
            types=_V2_LITE_TYPES,
        ),
        Shape(
            name="v3",
            title="DeepSeek-V3, 3 layers",
            layers=3,
            width=7168,
            heads=128,
            q_latent=1536,
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
            sharpening=1.0,
            types=_V3_TYPES,
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

    width, key = shape.width, shape.nope + shape.rope
    for norm, size in (
        ("attn_norm", width),
        ("attn_kv_a_norm", shape.latent),
        ("ffn_norm", width),
    ):
        yield _floats(f"blk.{layer}.{norm}.weight", size)
    if shape.q_latent:
        yield _floats(f"blk.{layer}.attn_q_a_norm.weight", shape.q_latent)
        yield matrix("attn_q_a", shape.q_latent, width)
        yield matrix("attn_q_b", shape.heads * key, shape.q_latent)
    else:
        yield matrix("attn_q", shape.heads * key, width)
    yield matrix("attn_kv_a_mqa", shape.latent + shape.rope, width)
    yield matrix("attn_k_b", shape.heads, shape.latent, shape.nope)
    yield matrix("attn_v_b", shape.heads, shape.value, shape.latent)
    yield matrix("attn_output", width, shape.heads * shape.value)
    if layer < shape.dense_layers:
        yield from _feed_forward(matrix, "", (), width, shape.dense_width)
        return
    yield _floats(f"blk.{layer}.ffn_gate_inp.weight", shape.experts, width)
    if shape.sigmoid:
        yield _floats(f"blk.{layer}.exp_probs_b.bias", shape.experts)
    yield from _feed_forward(matrix, "_exps", (shape.experts,), width, shape.expert_width)
    yield from _feed_forward(matrix, "_shexp", (), width, shape.shared_experts * shape.expert_width)


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
