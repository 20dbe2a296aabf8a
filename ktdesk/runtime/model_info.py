# SPDX-License-Identifier: Apache-2.0
"""What a loaded model is, in numbers and words for people. Knows neither torch nor models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What a loaded model is. weight_types: 'Q8_0, F32', the most frequent first.

    deferred_experts: how many of a token's experts are added a layer later. parallel: how many
    answers it computes at a time, at most.
    """

    path: Path
    name: str
    architecture: str
    parameters: int
    size_bytes: int
    weight_types: str
    layers: int
    experts: int
    experts_used: int
    context_tokens: int
    placement: str
    deferred_experts: int = 0
    parallel: int = 1
