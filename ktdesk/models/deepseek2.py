# SPDX-License-Identifier: Apache-2.0
"""DeepSeek V2, V3 and R1, Kimi-K2, Moonlight: latent attention and routed experts.

The tensors decide between forms: queries with or without latents, and the matrices that expand
latents split (`attn_k_b`, `attn_v_b`) or joint (`attn_kv_b`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block
from ktdesk.models.decoder import Decoder, DecoderSpec
from ktdesk.models.feed_forward import FeedForwardSpec
from ktdesk.models.rotary import read_rope
from ktdesk.operators.base import (
    Linear,
    LinearSpec,
    Mla,
    MlaSpec,
    Norm,
    NormSpec,
    Step,
)
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True)
class Deepseek2Spec:
    """The numbers of a DeepSeek. q_latent 0: queries have no latents."""

    decoder: DecoderSpec
    attention: MlaSpec
    q_latent: int
    feed_forward: FeedForwardSpec

    @classmethod
    def read(cls, checkpoint: Checkpoint) -> Deepseek2Spec:
        """Read them from a file's metadata."""

        def count(key: str, default: int | None = None) -> int:
            return checkpoint.count(f"deepseek2.{key}", default)

        # Files made for absorbed matrices give the sizes of the latent heads under the plain names.
        key = count("attention.key_length_mla", count("attention.key_length"))
        rope = read_rope(checkpoint, count("rope.dimension_count"), key)
        has_q_latent = "blk.0.attn_q_a.weight" in checkpoint.tensors
        # Some files do not say how scores become weights: those with a bias use the sigmoid of V3.
        has_bias = any(name.endswith("exp_probs_b.bias") for name in checkpoint.tensors)
        return cls(
            decoder=DecoderSpec.read(checkpoint, rope.spec),
            attention=MlaSpec(
                heads=count("attention.head_count"),
                nope=key - rope.spec.size,
                rope=rope.spec.size,
                value=count("attention.value_length_mla", count("attention.value_length")),
                latent=count("attention.kv_lora_rank"),
                scale=rope.attention_factor**2 * key**-0.5,
            ),
            q_latent=count("attention.q_lora_rank") if has_q_latent else 0,
            feed_forward=FeedForwardSpec.read(
                checkpoint, normalize=False, gating="sigmoid" if has_bias else "softmax"
            ),
        )


class Deepseek2(Decoder):
    """`general.architecture` = deepseek2."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        self._deepseek = Deepseek2Spec.read(checkpoint)
        super().__init__(site, self._deepseek.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        blk = f"blk.{layer}.attn"
        if site.has(f"{blk}_kv_b.weight"):
            spec = replace(self._deepseek.attention, joint_weight=f"{blk}_kv_b.weight")
        else:
            spec = replace(
                self._deepseek.attention,
                key_weight=f"{blk}_k_b.weight",
                value_weight=f"{blk}_v_b.weight",
            )
        return LatentAttention(site, layer, self.spec, spec, self._deepseek.q_latent)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return self._deepseek.feed_forward.make(site, layer)


class LatentAttention(Block):
    """Queries, perhaps through latents; the latent of keys and values; attention; output."""

    def __init__(
        self, site: Site, layer: int, decoder: DecoderSpec, spec: MlaSpec, q_latent: int
    ) -> None:
        def linear(name: str, tensor: str, inputs: int, outputs: int) -> Linear:
            weight = f"blk.{layer}.attn_{tensor}.weight"
            return site.make(name, Linear, LinearSpec(weight, inputs, outputs))

        def norm(name: str, tensor: str, width: int) -> Norm:
            weight = f"blk.{layer}.attn_{tensor}.weight"
            return site.make(name, Norm, NormSpec(weight, width, decoder.norm_eps))

        self._latent = spec.latent
        q_width = spec.heads * (spec.nope + spec.rope)
        if q_latent:
            self._q = (
                linear("q_a_proj", "q_a", decoder.width, q_latent),
                norm("q_a_layernorm", "q_a_norm", q_latent),
                linear("q_b_proj", "q_b", q_latent, q_width),
            )
        else:
            self._q = (linear("q_proj", "q", decoder.width, q_width),)
        self._kv = linear("kv_a_proj_with_mqa", "kv_a_mqa", decoder.width, spec.latent + spec.rope)
        self._kv_norm = norm("kv_a_layernorm", "kv_a_norm", spec.latent)
        self._attend = site.make("attend", Mla, spec)
        self._out = linear("o_proj", "output", spec.heads * spec.value, decoder.width)

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        q = x
        for operator in self._q:
            q = operator.forward(q)
        kv = self._kv.forward(x)
        latent = self._kv_norm.forward(kv[:, : self._latent])
        return self._out.forward(self._attend.forward(q, latent, kv[:, self._latent :], step))
