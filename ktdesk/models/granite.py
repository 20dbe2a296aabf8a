# SPDX-License-Identifier: Apache-2.0
"""Granite 3, and 4 without state spaces: a Llama with scales, dense or with experts."""

from __future__ import annotations

from dataclasses import replace

from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.grouped_query import GroupedQuerySpec
from ktdesk.models.grouped_query_decoder import GroupedQueryDecoder


class Granite(GroupedQueryDecoder):
    """`general.architecture` = granite and granitemoe."""

    interleaved = True

    def read(self, checkpoint: Checkpoint) -> GroupedQuerySpec:
        """Return the numbers, and the scales: that of logits is a divisor."""
        numbers, arch = super().read(checkpoint), checkpoint.architecture
        decoder = replace(
            numbers.decoder,
            embedding_scale=checkpoint.positive(f"{arch}.embedding_scale", 1.0),
            residual_scale=checkpoint.positive(f"{arch}.residual_scale", 1.0),
            logit_scale=1 / checkpoint.positive(f"{arch}.logit_scale"),
        )
        rotates = checkpoint.get(f"{arch}.rope.scaling.finetuned", bool, True)
        return GroupedQuerySpec(decoder, replace(numbers.attention, rotates=rotates))
