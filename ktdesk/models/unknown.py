# SPDX-License-Identifier: Apache-2.0
"""What KTDesk lacks to run a model of an architecture that it does not know."""

from __future__ import annotations

import re
from collections.abc import Collection

from gguf.constants import MODEL_ARCH_NAMES, MODEL_TENSORS, TENSOR_NAMES

from ktdesk.formats.gguf import Checkpoint

_MOST_NAMED = 6


def what_is_missing(checkpoint: Checkpoint, supported: Collection[str]) -> str:
    """Return a sentence on the parts that no supported architecture has."""
    parts = sorted({_part(name) for name in checkpoint.tensors} - _parts_of(supported))
    if not parts:
        return "Its parts are known; what is missing is how they work together."
    more = f" and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else ""
    return f"Missing are its parts {', '.join(parts[:_MOST_NAMED])}{more}."


def _parts_of(architectures: Collection[str]) -> set[str]:
    return {
        _part(TENSOR_NAMES[tensor])
        for architecture, name in MODEL_ARCH_NAMES.items()
        if name in architectures
        for tensor in MODEL_TENSORS[architecture]
    }


def _part(tensor: str) -> str:
    """Return what a tensor is called, whatever its layer, and whether it is a weight or a bias."""
    return re.sub(r"^blk\.(\d+|{bid})\.|\.(weight|bias)$", "", tensor)
