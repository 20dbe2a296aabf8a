# SPDX-License-Identifier: Apache-2.0
"""Llama and what shares its shape: grouped-query attention and a dense feed-forward part."""

from __future__ import annotations

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, DenseMlp
from ktdesk.models.decoder import Decoder
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.operators.site import Site


class Llama(Decoder):
    """`general.architecture` = llama."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        # Llama's files have their rotary pairs side by side.
        self._llama = GroupedQuerySpec.read(checkpoint, interleaved=True)
        self._ffn_width = checkpoint.count("llama.feed_forward_length")
        super().__init__(site, self._llama.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        return GroupedQueryAttention(site, layer, self.spec, self._llama.attention)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return DenseMlp(site, layer, self.spec.width, self._ffn_width)
