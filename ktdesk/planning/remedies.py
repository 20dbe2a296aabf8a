# SPDX-License-Identifier: Apache-2.0
"""What would make a model fit better: less precise weights, a shorter context, a smaller cache."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ktdesk.kernels.cache_types import BLOCK, CacheType
from ktdesk.operators.rules import Part
from ktdesk.planning.modules import Anatomy
from ktdesk.planning.verdict import Verdict

# Bits per weight of routed experts in files of these names, as their makers publish them for
# DeepSeek-R1; other parts are a few percent of such a model, and keep about their types.
_BITS = {
    "Q8_0": 8.5,
    "Q6_K": 6.56,
    "Q5_K_M": 5.7,
    "Q4_K_M": 4.82,
    "Q3_K_M": 3.81,
    "Q2_K_XL": 2.71,
    "IQ2_XXS": 2.19,
    "IQ1_S": 1.67,
}
_SHORTEST_CONTEXT = 4096


class Remedy(StrEnum):
    """A thing to change."""

    WEIGHTS = "weights"
    CONTEXT = "context"
    CACHE = "cache"


@dataclass(frozen=True, slots=True)
class Saving:
    """A change and the bytes that it saves. value: what to choose: 'Q3_K_M', '16384', 'q8_0'."""

    remedy: Remedy
    value: str
    saved_bytes: int


def smaller_weights(anatomy: Anatomy, missing_bytes: int) -> Saving | None:
    """Return the most precise kind of file that is smaller by so much; None if none is.

    Weights that are made anew take what they take, whatever the file has.
    """
    modules = anatomy.of(Part.ROUTED) or anatomy.modules
    kept = [module for module in modules if not module.anew_bytes]
    weights = sum(module.weights for module in kept)
    size = sum(module.size_bytes for module in kept)
    for name, bits in _BITS.items():
        saved = int(size - weights * bits / 8)
        if saved >= missing_bytes > 0:
            return Saving(Remedy.WEIGHTS, name, saved)
    return None


def shorter_context(anatomy: Anatomy, context_tokens: int) -> Saving | None:
    """Return what half the context saves; None if it is short already."""
    half = context_tokens // 2
    if half < _SHORTEST_CONTEXT:
        return None
    saved = anatomy.cache_bytes(context_tokens) - anatomy.cache_bytes(half)
    return Saving(Remedy.CONTEXT, str(half), saved)


def smaller_cache(anatomy: Anatomy, context_tokens: int, cache_type: CacheType) -> Saving | None:
    """Return what a cache in Q8_0 saves; None if it is one."""
    if cache_type is CacheType.Q8_0:
        return None
    elements = cache_type.row_bytes(BLOCK)
    size = anatomy.cache_bytes(context_tokens)
    saved = size - size * CacheType.Q8_0.row_bytes(BLOCK) // elements
    return Saving(Remedy.CACHE, CacheType.Q8_0.value, saved)


def savings(
    anatomy: Anatomy, context_tokens: int, cache_type: CacheType, verdict: Verdict
) -> tuple[Saving, ...]:
    """Return what would help against a verdict's shortages, what saves most first."""
    missing = max((shortage.missing_bytes for shortage in verdict.shortages), default=0)
    if not missing:
        return ()
    found = (
        smaller_weights(anatomy, missing),
        shorter_context(anatomy, context_tokens),
        smaller_cache(anatomy, context_tokens, cache_type),
    )
    return tuple(sorted(filter(None, found), key=lambda saving: -saving.saved_bytes))
