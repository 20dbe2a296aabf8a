# SPDX-License-Identifier: Apache-2.0
"""Llama 4: layers that turn and see a chunk, every fourth that does neither, experts in turns."""

from __future__ import annotations

from dataclasses import replace

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, DenseMlp, SparseMlp
from ktdesk.models.decoder import Decoder
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.models.routing import read_router
from ktdesk.operators.site import Site

_PERIOD = 4  # the last of so many layers sees all, and does not turn
# Maverick alone does not normalise its heads. Files do not say it; its experts tell it apart.
_EXPERTS_OF_MAVERICK = 128


class Llama4(Decoder):
    """`general.architecture` = llama4."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        def count(key: str, default: int | None = None) -> int:
            return checkpoint.count(f"llama4.{key}", default)

        llama = GroupedQuerySpec.read(checkpoint, interleaved=True)
        self._near = replace(llama.attention, chunk=count("attention.sliding_window", 8192))
        self._far = replace(
            llama.attention,
            rotates=False,
            temperature_length=count("attention.temperature_length", 8192),
            temperature_scale=checkpoint.positive("llama4.attention.temperature_scale", 0.1),
        )
        self._router = read_router(checkpoint, normalize=False, gating="sigmoid")
        if self._router.experts_per_token != 1:
            raise ModelFileError(
                checkpoint.path,
                f"The model's tokens choose {self._router.experts_per_token} experts each; "
                "KTDesk's llama4 takes one.",
                hint="Choose another model: Meta's Llama 4 models choose one.",
            )
        self._expert_period = count("interleave_moe_layer_step")
        self._widths = count("feed_forward_length"), count("expert_feed_forward_length")
        super().__init__(site, llama.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        if (layer + 1) % _PERIOD == 0:
            return GroupedQueryAttention(site, layer, self.spec, self._far)
        norm = "" if self._router.experts == _EXPERTS_OF_MAVERICK else "bare head"
        return GroupedQueryAttention(site, layer, self.spec, self._near, norm=norm)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        width, (dense, sparse) = self.spec.width, self._widths
        if (layer + 1) % self._expert_period:
            return DenseMlp(site, layer, width, dense)
        shared = DenseMlp(site.at("shared_experts"), layer, width, sparse, "_shexp")
        return SparseMlp(site, layer, self._router, sparse, width, shared, weighs_input=True)
