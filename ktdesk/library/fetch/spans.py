# SPDX-License-Identifier: Apache-2.0
"""Parts of a file: from a first byte to the one after the last."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]


def gaps(spans: Iterable[Span], size: int) -> list[Span]:
    """Return what the spans leave of the bytes 0 to `size`, in order. They may overlap."""
    left: list[Span] = []
    at = 0
    for start, end in sorted(spans):
        if min(start, size) > at:
            left.append((at, min(start, size)))
        at = max(at, end)
        if at >= size:
            return left
    return [*left, (at, size)] if at < size else left


def total(spans: Iterable[Span]) -> int:
    """Return how many bytes spans that do not overlap have."""
    return sum(end - start for start, end in spans)
