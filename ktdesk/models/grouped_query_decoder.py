# SPDX-License-Identifier: Apache-2.0
"""What most architectures are: grouped queries, and feed-forward parts, dense or sparse.

How they differ is said by attributes of the class; what the models of one architecture choose, by
their files.
"""

from __future__ import annotations

from typing import ClassVar

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block
from ktdesk.models.decoder import Decoder
from ktdesk.models.feed_forward import FeedForwardSpec
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec, QueryNorm
from ktdesk.operators.base import Gating
from ktdesk.operators.site import Site


class GroupedQueryDecoder(Decoder):
    """A decoder of these parts. normalizes, gating: of routers, where files do not say it."""

    interleaved: ClassVar[bool] = False  # rotary pairs are neighbours, else half a head apart
    query_norm: ClassVar[QueryNorm] = ""
    normalizes: ClassVar[bool] = True
    gating: ClassVar[Gating] = "softmax"

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        self._numbers = self.read(checkpoint)
        self._feed_forward = FeedForwardSpec.read(
            checkpoint, normalize=self.normalizes, gating=self.gating
        )
        super().__init__(site, self._numbers.decoder)

    def read(self, checkpoint: Checkpoint) -> GroupedQuerySpec:
        """Return the numbers of the decoder and its attention, from a file's metadata."""
        return GroupedQuerySpec.read(checkpoint, interleaved=self.interleaved)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        return GroupedQueryAttention(
            site, layer, self.spec, self._numbers.attention, norm=self.query_norm
        )

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return self._feed_forward.make(site, layer)
