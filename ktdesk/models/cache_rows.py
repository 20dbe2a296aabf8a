# SPDX-License-Identifier: Apache-2.0
"""What attention keeps of each token, said by its spec."""

from __future__ import annotations

from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.base import GqaSpec, MlaSpec


def cached_parts(spec: object) -> tuple[tuple[int, int], ...]:
    """Return what a slot keeps per token: parts, values of each. Nothing but for attention."""
    match spec:
        case GqaSpec():
            return ((2 * spec.kv_heads, spec.head_size),)
        case MlaSpec():
            return (1, spec.latent), (1, spec.rope)
        case _:
            return ()


def cache_row_bytes(spec: object, cache_type: CacheType) -> int:
    """Return the bytes of that."""
    return sum(parts * cache_type.row_bytes(width) for parts, width in cached_parts(spec))
