# SPDX-License-Identifier: Apache-2.0
"""How far loading is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far loading is: a stage in words, and its share of the whole from 0 to 1.

    While files or weights are read, also how many of their bytes have been; else both are 0.
    bytes_per_s: where that is worth saying.
    """

    stage: str
    fraction: float
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_s: float = 0.0


Report = Callable[[LoadProgress], None]
