# SPDX-License-Identifier: Apache-2.0
"""Qwen3's mixtures of experts: grouped queries with normalised heads, experts in every layer."""

from __future__ import annotations

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, SparseMlp
from ktdesk.models.decoder import Decoder
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.models.routing import read_router
from ktdesk.operators.site import Site


class Qwen3Moe(Decoder):
    """`general.architecture` = qwen3moe."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        self._qwen = GroupedQuerySpec.read(checkpoint, interleaved=False)
        # The files do not say that weights are normalised: all models of this architecture do it.
        self._router = read_router(checkpoint, normalize=True)
        self._expert_width = checkpoint.count("qwen3moe.expert_feed_forward_length")
        super().__init__(site, self._qwen.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        return GroupedQueryAttention(site, layer, self.spec, self._qwen.attention, norm="head")

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return SparseMlp(site, layer, self._router, self._expert_width, self.spec.width)
