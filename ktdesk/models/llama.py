# SPDX-License-Identifier: Apache-2.0
"""Llama and what shares its shape: grouped-query attention and a dense feed-forward part."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.decoder import Block, Decoder, DecoderSpec, DenseMlp
from ktdesk.models.rotary import read_rope
from ktdesk.operators.base import Gqa, GqaSpec, Linear, LinearSpec, Step
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True)
class LlamaSpec:
    """The numbers of a Llama."""

    decoder: DecoderSpec
    attention: GqaSpec
    ffn_width: int

    @classmethod
    def read(cls, checkpoint: Checkpoint) -> LlamaSpec:
        """Read them from a file's metadata."""
        heads = checkpoint.count("llama.attention.head_count")
        width = checkpoint.count("llama.embedding_length")
        head_size = checkpoint.count("llama.attention.key_length", width // heads)
        size = checkpoint.count("llama.rope.dimension_count", head_size)
        rope = read_rope(checkpoint, size, head_size)
        return cls(
            decoder=DecoderSpec.read(checkpoint, rope.spec),
            attention=GqaSpec(
                heads=heads,
                kv_heads=checkpoint.count("llama.attention.head_count_kv", heads),
                head_size=head_size,
                interleaved=True,  # Llama's files have their rotary pairs side by side
                scale=head_size**-0.5,
            ),
            ffn_width=checkpoint.count("llama.feed_forward_length"),
        )


class Llama(Decoder):
    """`general.architecture` = llama."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        self._llama = LlamaSpec.read(checkpoint)
        super().__init__(site, self._llama.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        return GroupedQueryAttention(site, layer, self.spec.width, self._llama.attention)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return DenseMlp(site, layer, self.spec.width, self._llama.ffn_width)


class GroupedQueryAttention(Block):
    """Queries, keys, values, attention, output."""

    def __init__(self, site: Site, layer: int, width: int, spec: GqaSpec) -> None:
        def linear(name: str, tensor: str, inputs: int, outputs: int) -> Linear:
            weight = f"blk.{layer}.{tensor}.weight"
            return site.make(name, Linear, LinearSpec(weight, inputs, outputs))

        q_width, kv_width = spec.heads * spec.head_size, spec.kv_heads * spec.head_size
        self._q = linear("q_proj", "attn_q", width, q_width)
        self._k = linear("k_proj", "attn_k", width, kv_width)
        self._v = linear("v_proj", "attn_v", width, kv_width)
        self._attend = site.make("attend", Gqa, spec)
        self._out = linear("o_proj", "attn_output", q_width, width)

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        q, k, v = self._q.forward(x), self._k.forward(x), self._v.forward(x)
        return self._out.forward(self._attend.forward(q, k, v, step))
