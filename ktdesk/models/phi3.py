# SPDX-License-Identifier: Apache-2.0
"""Phi 3 and 4: queries, keys and values in one tensor, gate and up in another, LongRoPE."""

from __future__ import annotations

from dataclasses import replace

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, DenseMlp
from ktdesk.models.decoder import Decoder
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.models.windows import read_windows
from ktdesk.operators.site import Site


class Phi3(Decoder):
    """`general.architecture` = phi3."""

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        context_tokens = site.resources.context_tokens
        self._phi = GroupedQuerySpec.read(
            checkpoint, interleaved=False, context_tokens=context_tokens
        )
        self._windows = read_windows(checkpoint, self._phi.decoder.layers, period=0)
        self._ffn_width = checkpoint.count("phi3.feed_forward_length")
        super().__init__(site, self._phi.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        spec = replace(self._phi.attention, window=self._windows[layer])
        return GroupedQueryAttention(site, layer, self.spec, spec)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return DenseMlp(site, layer, self.spec.width, self._ffn_width)
