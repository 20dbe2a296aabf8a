# SPDX-License-Identifier: Apache-2.0
"""MiniMax-M2: queries and keys normalised as whole rows, experts in every layer."""

from __future__ import annotations

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, SparseMlp
from ktdesk.models.decoder import Decoder
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.models.routing import read_router
from ktdesk.operators.site import Site


class MiniMaxM2(Decoder):
    """`general.architecture` = minimax-m2."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        self._minimax = GroupedQuerySpec.read(checkpoint, interleaved=False)
        self._router = read_router(checkpoint, normalize=True, gating="sigmoid")
        self._expert_width = checkpoint.count("minimax-m2.expert_feed_forward_length")
        super().__init__(site, self._minimax.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        return GroupedQueryAttention(site, layer, self.spec, self._minimax.attention, norm="row")

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return SparseMlp(site, layer, self._router, self._expert_width, self.spec.width)
