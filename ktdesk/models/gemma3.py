# SPDX-License-Identifier: Apache-2.0
"""Gemma 3: five layers with a window to one that sees all, each kind with angles of its own."""

from __future__ import annotations

import math
from dataclasses import replace

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.blocks import Block, DenseMlp
from ktdesk.models.decoder import Decoder, NormNames
from ktdesk.models.grouped_query import GroupedQueryAttention, GroupedQuerySpec
from ktdesk.models.rotary import plain_rotary
from ktdesk.models.windows import read_windows
from ktdesk.operators.base import GqaSpec
from ktdesk.operators.site import Site

# The model of 27 billion parameters scales its scores by another width than that of its heads.
# Files do not say it; its number of layers tells it apart.
_LAYERS_OF_27B = 62


class Gemma3(Decoder):
    """`general.architecture` = gemma3."""

    norms = NormNames(after_attention="post_attention_norm", after_feed_forward="post_ffw_norm")

    def __init__(self, site: Site, checkpoint: Checkpoint) -> None:
        _refuse_caps(checkpoint)
        gemma = GroupedQuerySpec.read(checkpoint, interleaved=False)
        base = checkpoint.positive("gemma3.rope.freq_base_swa", 10000.0)
        self._attention = _scaled(gemma.attention, gemma.decoder.layers, gemma.decoder.width)
        self._windows = read_windows(checkpoint, gemma.decoder.layers, period=6)
        self._ffn_width = checkpoint.count("gemma3.feed_forward_length")
        spec = replace(
            gemma.decoder,
            embedding_scale=math.sqrt(gemma.decoder.width),
            local_rotary=plain_rotary(base, gemma.decoder.rotary.size),
        )
        super().__init__(site, spec)

    def attention(self, site: Site, layer: int) -> Block:
        """Return the attention of a layer."""
        window = self._windows[layer]
        spec = replace(self._attention, window=window)
        return GroupedQueryAttention(site, layer, self.spec, spec, norm="head", local=window > 0)

    def feed_forward(self, site: Site, layer: int) -> Block:
        """Return the feed-forward part of a layer."""
        return DenseMlp(site, layer, self.spec.width, self._ffn_width, activation="gelu")


def _scaled(attention: GqaSpec, layers: int, width: int) -> GqaSpec:
    if layers != _LAYERS_OF_27B:
        return attention
    return replace(attention, scale=(width // attention.heads) ** -0.5)


def _refuse_caps(checkpoint: Checkpoint) -> None:
    """Refuse scores or logits that are held below a limit: Gemma 2 did it, and kin of Gemma 3."""
    for name in ("attn_logit_softcapping", "final_logit_softcapping"):
        if checkpoint.get(f"gemma3.{name}", float, 0.0):
            raise ModelFileError(
                checkpoint.path,
                f"The model has a {name}, which KTDesk cannot compute with yet.",
                hint="Choose another model: Google's Gemma 3 models have none.",
            )
