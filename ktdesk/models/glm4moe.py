# SPDX-License-Identifier: Apache-2.0
"""GLM-4.5, 4.6 and Air: a part of each head turns, leading dense layers, shared experts."""

from __future__ import annotations

from ktdesk.models.blocks import Block
from ktdesk.models.decoder import NormNames
from ktdesk.models.grouped_query import GroupedQueryAttention
from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder
from ktdesk.operators.site import Site


class Glm4Moe(GroupedQueryDecoder):
    """`general.architecture` = glm4moe."""

    norms = NormNames(before_feed_forward="post_attention_norm")
    gating = "sigmoid"

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer: the large models normalise heads, Air does not."""
        norm = "head" if site.has(f"blk.{layer}.attn_q_norm.weight") else ""
        return GroupedQueryAttention(site, layer, self.spec, self._numbers.attention, norm=norm)
