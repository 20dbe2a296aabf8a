# SPDX-License-Identifier: Apache-2.0
"""Where the weights are at home: in the mapped file, or copied into memory with interleaved rows.

A copy is read faster, and every product with it is; a mapping costs no memory and no time to load,
and serves models larger than the memory.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from ktdesk.errors import format_bytes
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels.cpu import interleaved_bytes

log = logging.getLogger(__name__)

Home = Literal["auto", "mapped"]

# Of the memory that is free: the rest is for activations, and for the file's pages on their way.
_SHARE_OF_MEMORY = 0.9
# Of that, when only a part of the weights fits: the others must be read through the page cache.
_SHARE_OF_COPIES = 0.7


def choose_copies(
    checkpoint: Checkpoint, home: Home, memory_bytes: int, remade: Mapping[str, WeightType]
) -> frozenset[str]:
    """Return the names of the tensors to copy, given the memory that is left for weights.

    If not all fit, those that every token needs come first, and routed experts last. remade:
    tensors that get another type, for which they are in memory anyway.
    """
    if home == "mapped":
        return frozenset()
    weights = [_as_type(checkpoint.weight(name), remade) for name in _matrices(checkpoint)]
    sizes = {weight.name: size for weight in weights if (size := interleaved_bytes(weight))}
    made = [weight for weight in weights if weight.name in remade and weight.name not in sizes]
    room = memory_bytes - sum(w.rows * w.type.row_bytes(w.columns) for w in made)
    room *= _SHARE_OF_MEMORY
    if sum(sizes.values()) <= room:
        return frozenset(sizes)
    room *= _SHARE_OF_COPIES
    chosen: set[str] = set()
    for name in sorted(sizes, key=lambda name: "_exps." in name):
        if sizes[name] <= room:
            chosen.add(name)
            room -= sizes[name]
    log.info(
        "%d of %d weights are copied into memory; the others, %s, stay in the file",
        len(chosen),
        len(sizes),
        format_bytes(sum(size for name, size in sizes.items() if name not in chosen)),
    )
    return frozenset(chosen)


def _matrices(checkpoint: Checkpoint) -> list[str]:
    """Return the names of the tensors that are multiplied by."""
    is_tied = "output.weight" not in checkpoint.tensors
    return [
        name
        for name, info in checkpoint.tensors.items()
        # Rows of embeddings are looked up one by one.
        if len(info.shape) > 1 and (name != "token_embd.weight" or is_tied)
    ]


def _as_type(weight: Weight, remade: Mapping[str, WeightType]) -> Weight:
    return replace(weight, type=remade.get(weight.name, weight.type))
