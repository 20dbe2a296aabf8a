# SPDX-License-Identifier: Apache-2.0
"""Feed-forward parts as files have them: a layer is dense, or its router's tensor is there.

How many layers are dense, which of the others are, and whether experts are shared, is said by the
tensors, since a file must have exactly those that are used.
"""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, DenseMlp, GatedShared, SparseMlp
from ktdesk.models.routing import read_router
from ktdesk.operators.base import Gating, RouterSpec
from ktdesk.operators.site import Site


@dataclass(frozen=True, slots=True)
class FeedForwardSpec:
    """The numbers of all layers. router: None if no layer has one."""

    width: int
    dense_width: int
    expert_width: int
    router: RouterSpec | None
    has_shared: bool

    @classmethod
    def read(
        cls, checkpoint: Checkpoint, *, normalize: bool, gating: Gating = "softmax"
    ) -> FeedForwardSpec:
        """Read them from the metadata. normalize, gating: as `read_router` has them."""

        def count(key: str, default: int = 0) -> int:
            return checkpoint.count(f"{checkpoint.architecture}.{key}", default, least=0)

        dense_width = count("feed_forward_length")
        has_router = any(".ffn_gate_inp." in name for name in checkpoint.tensors)
        return cls(
            width=count("embedding_length"),
            dense_width=dense_width,
            expert_width=count("expert_feed_forward_length", dense_width),
            router=read_router(checkpoint, normalize=normalize, gating=gating)
            if has_router
            else None,
            has_shared=count("expert_shared_count") + count("expert_shared_feed_forward_length")
            > 0,
        )

    def make(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        if self.router is None or not site.has(f"blk.{layer}.ffn_gate_inp.weight"):
            return DenseMlp(site, layer, self.width, self.dense_width)
        shared = self._shared(site.at("shared_experts"), layer)
        return SparseMlp(site, layer, self.router, self.expert_width, self.width, shared)

    def _shared(self, site: Site, layer: int) -> Block | None:
        up = f"blk.{layer}.ffn_up_shexp.weight"
        if not (self.has_shared or site.has(up)):
            return None
        # Files give the width of one shared expert or of all of them, or not at all.
        width = site.resources.checkpoint.info(up).shape[0]
        if site.has(f"blk.{layer}.ffn_gate_inp_shexp.weight"):
            return GatedShared(site, layer, self.width, width)
        return DenseMlp(site, layer, self.width, width, "_shexp")
