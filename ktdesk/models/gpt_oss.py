# SPDX-License-Identifier: Apache-2.0
"""OpenAI's gpt-oss: sinks, every other layer with a window, experts with biases."""

from __future__ import annotations

from dataclasses import replace

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, SparseMlp
from ktdesk.models.decoder import Decoder, NormNames
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.models.routing import read_router
from ktdesk.models.windows import read_windows
from ktdesk.operators.site import Site


class GptOss(Decoder):
    """`general.architecture` = gpt-oss."""

    norms = NormNames(before_feed_forward="post_attention_norm")

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        self._gpt = GroupedQuerySpec.read(checkpoint, interleaved=False, yarn_rounds=False)
        self._windows = read_windows(checkpoint, self._gpt.decoder.layers, period=2)
        # A softmax over the chosen experts is one over all, normalised.
        self._router = read_router(checkpoint, normalize=True)
        self._expert_width = checkpoint.count("gpt-oss.expert_feed_forward_length")
        super().__init__(site, self._gpt.decoder)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        sinks = f"blk.{layer}.attn_sinks.weight"
        spec = replace(self._gpt.attention, window=self._windows[layer], sinks=sinks)
        return GroupedQueryAttention(site, layer, self.spec, spec)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return SparseMlp(
            site,
            layer,
            self._router,
            self._expert_width,
            self.spec.width,
            activation="clamped_silu",
        )
