# SPDX-License-Identifier: Apache-2.0
"""Grouped-query attention, which many architectures share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block
from ktdesk.models.decoder import DecoderSpec
from ktdesk.models.rotary import read_rope
from ktdesk.operators.base import Gqa, GqaSpec, Linear, LinearSpec, Norm, NormSpec, Step
from ktdesk.operators.site import Site

QueryNorm = Literal["", "head", "bare head", "row", "turned head"]


@dataclass(frozen=True, slots=True)
class GroupedQuerySpec:
    """The numbers of the attention, and those of the decoder around it."""

    decoder: DecoderSpec
    attention: GqaSpec

    @classmethod
    def read(
        cls,
        checkpoint: Checkpoint,
        *,
        interleaved: bool,
        context_tokens: int = 0,
        yarn_rounds: bool = True,
    ) -> GroupedQuerySpec:
        """Read them from a file's metadata. See GqaSpec and `read_rope`."""
        arch = checkpoint.architecture
        heads = checkpoint.count(f"{arch}.attention.head_count")
        width = checkpoint.count(f"{arch}.embedding_length")
        head_size = checkpoint.count(f"{arch}.attention.key_length", width // heads)
        size = checkpoint.count(f"{arch}.rope.dimension_count", head_size)
        rope = read_rope(
            checkpoint, size, head_size, context_tokens=context_tokens, yarn_rounds=yarn_rounds
        )
        return cls(
            decoder=DecoderSpec.read(checkpoint, rope.spec),
            attention=GqaSpec(
                heads=heads,
                kv_heads=checkpoint.count(f"{arch}.attention.head_count_kv", heads),
                head_size=head_size,
                interleaved=interleaved,
                scale=checkpoint.positive(f"{arch}.attention.scale", head_size**-0.5),
            ),
        )


class GroupedQueryAttention(Block):
    """Queries, keys, values, attention, output; the first three may be one product.

    norm: what of queries and keys is normalised: nothing, each head, each head without weights, the
    whole row, or, after they have turned, each head.
    local: whether positions turn by the angles of layers that look at a window only.
    """

    def __init__(
        self,
        site: Site,
        layer: int,
        decoder: DecoderSpec,
        spec: GqaSpec,
        *,
        norm: QueryNorm = "",
        local: bool = False,
    ) -> None:
        blk, width = f"blk.{layer}.attn", decoder.width

        def linear(name: str, tensor: str, inputs: int, outputs: int) -> Linear:
            bias = site.name_if_there(f"{blk}_{tensor}.bias")
            return site.make(
                name, Linear, LinearSpec(f"{blk}_{tensor}.weight", inputs, outputs, bias)
            )

        def norm_spec(name: str, heads: int = 1) -> NormSpec:
            size = spec.head_size * (heads if norm == "row" else 1)
            weight = "" if norm == "bare head" else f"{blk}_{name}.weight"
            return NormSpec(weight, size, decoder.norm_eps)

        def normed(name: str, heads: int) -> Norm | None:
            has_slot = norm in ("head", "bare head", "row")
            return site.make(name, Norm, norm_spec(name, heads)) if has_slot else None

        if norm == "turned head":
            q_norm, k_norm = norm_spec("q_norm"), norm_spec("k_norm")
            spec = replace(spec, q_norm=q_norm, k_norm=k_norm)
        self._widths = tuple(
            heads * spec.head_size for heads in (spec.heads, spec.kv_heads, spec.kv_heads)
        )
        if site.has(f"{blk}_qkv.weight"):
            self._inputs = (linear("qkv_proj", "qkv", width, sum(self._widths)),)
        else:
            names = ("q", "k", "v")
            self._inputs = tuple(
                linear(f"{name}_proj", name, width, size)
                for name, size in zip(names, self._widths, strict=True)
            )
        self._q_norm = normed("q_norm", spec.heads)
        self._k_norm = normed("k_norm", spec.kv_heads)
        self._norm_size = 0 if norm == "row" else spec.head_size
        self._is_local = local
        self._attend = site.make("attend", Gqa, spec)
        self._out = linear("o_proj", "output", self._widths[0], width)

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        products = [each.forward(x) for each in self._inputs]
        q, k, v = products if len(products) == 3 else products[0].split_with_sizes(self._widths, 1)
        q, k = self._normalized(self._q_norm, q), self._normalized(self._k_norm, k)
        if self._is_local:
            step = replace(step, rotary=step.local_rotary)
        return self._out.forward(self._attend.forward(q, k, v, step))

    def _normalized(self, norm: Norm | None, x: Tensor) -> Tensor:
        if norm is None:
            return x
        if not self._norm_size:
            return norm.forward(x)
        return norm.forward(x.view(len(x), -1, self._norm_size)).flatten(1)
