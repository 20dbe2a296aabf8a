# SPDX-License-Identifier: Apache-2.0
"""Grouped-query attention, which many architectures share."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.decoder import Block, DecoderSpec
from ktdesk.models.rotary import read_rope
from ktdesk.operators.base import Gqa, GqaSpec, Linear, LinearSpec, Norm, NormSpec, Step
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True)
class GroupedQuerySpec:
    """The numbers of the attention, and those of the decoder around it."""

    decoder: DecoderSpec
    attention: GqaSpec

    @classmethod
    def read(cls, checkpoint: Checkpoint, *, interleaved: bool) -> GroupedQuerySpec:
        """Read them from a file's metadata. interleaved: as GqaSpec has it."""
        arch = checkpoint.architecture
        heads = checkpoint.count(f"{arch}.attention.head_count")
        width = checkpoint.count(f"{arch}.embedding_length")
        head_size = checkpoint.count(f"{arch}.attention.key_length", width // heads)
        size = checkpoint.count(f"{arch}.rope.dimension_count", head_size)
        rope = read_rope(checkpoint, size, head_size)
        return cls(
            decoder=DecoderSpec.read(checkpoint, rope.spec),
            attention=GqaSpec(
                heads=heads,
                kv_heads=checkpoint.count(f"{arch}.attention.head_count_kv", heads),
                head_size=head_size,
                interleaved=interleaved,
                scale=head_size**-0.5,
            ),
        )


class GroupedQueryAttention(Block):
    """Queries, keys, values, attention, output.

    normed: each head's query and key are normalised before they turn.
    """

    def __init__(
        self, site: Site, layer: int, spec: GroupedQuerySpec, *, normed: bool = False
    ) -> None:
        attention, decoder = spec.attention, spec.decoder

        def linear(name: str, tensor: str, inputs: int, outputs: int) -> Linear:
            weight = f"blk.{layer}.{tensor}.weight"
            return site.make(name, Linear, LinearSpec(weight, inputs, outputs))

        def norm(name: str, tensor: str) -> Norm:
            weight = f"blk.{layer}.{tensor}.weight"
            return site.make(name, Norm, NormSpec(weight, attention.head_size, decoder.norm_eps))

        q_width = attention.heads * attention.head_size
        kv_width = attention.kv_heads * attention.head_size
        self._head_size = attention.head_size
        self._q = linear("q_proj", "attn_q", decoder.width, q_width)
        self._k = linear("k_proj", "attn_k", decoder.width, kv_width)
        self._v = linear("v_proj", "attn_v", decoder.width, kv_width)
        self._q_norm = norm("q_norm", "attn_q_norm") if normed else None
        self._k_norm = norm("k_norm", "attn_k_norm") if normed else None
        self._attend = site.make("attend", Gqa, attention)
        self._out = linear("o_proj", "attn_output", q_width, decoder.width)

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        q = self._per_head(self._q_norm, self._q.forward(x))
        k = self._per_head(self._k_norm, self._k.forward(x))
        return self._out.forward(self._attend.forward(q, k, self._v.forward(x), step))

    def _per_head(self, norm: Norm | None, x: Tensor) -> Tensor:
        if norm is None:
            return x
        return norm.forward(x.view(-1, self._head_size)).view(x.shape)
