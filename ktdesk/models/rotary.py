# SPDX-License-Identifier: Apache-2.0
"""Rotary frequencies as model files describe them: plain, linear, YaRN, or with own factors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.base import RotarySpec

_MOST_DIMENSIONS = 1 << 16
_AGAIN = "The file is damaged, or made for another program. Fetch it again."

FACTORS = "rope_freqs.weight"  # one divisor per frequency, as Llama 3.1 carries them

# YaRN's borders: frequencies that turn more often than FAST within the original context stay as
# they are, those that turn less often than SLOW are interpolated, and between them it is blended.
_YARN_FAST, _YARN_SLOW = 32.0, 1.0


@dataclass(frozen=True, slots=True)
class Rope:
    """The angles, and YaRN's factor on attention, whose square scales the scores."""

    spec: RotarySpec
    attention_factor: float


def read_rope(checkpoint: Checkpoint, size: int, head_size: int) -> Rope:
    """Return the rotary positions of `size` dimensions of each head that the metadata describes.

    Raises ModelFileError for a size that does not fit, and a kind of scaling that is not known.
    """
    if size % 2 or not 0 < size <= min(head_size, _MOST_DIMENSIONS):
        raise ModelFileError(
            checkpoint.path,
            f"The file turns {size} dimensions of its heads, which have {head_size}.",
            hint=_AGAIN,
        )
    arch = checkpoint.architecture
    base = checkpoint.positive(f"{arch}.rope.freq_base", 10000.0)
    if base <= 1:
        message = f"The file's {arch}.rope.freq_base is {base}, but must be above 1."
        raise ModelFileError(checkpoint.path, message, hint=_AGAIN)
    frequencies = [base ** (-2.0 * i / size) for i in range(size // 2)]
    kind = checkpoint.get(f"{arch}.rope.scaling.type", str, "none")
    factor = checkpoint.positive(f"{arch}.rope.scaling.factor", 1.0)
    if FACTORS in checkpoint.tensors:
        frequencies = _divided(checkpoint, frequencies)
    match kind:
        case "none":
            return Rope(RotarySpec(tuple(frequencies)), 1.0)
        case "linear":
            return Rope(RotarySpec(tuple(f / factor for f in frequencies)), 1.0)
        case "yarn":
            return _yarn(checkpoint, frequencies, base, factor)
        case _:
            raise ModelFileError(
                checkpoint.path,
                f"The model scales its rotary positions in an unknown way: {kind}.",
                hint="Known ways: none, linear, yarn.",
            )


def _divided(checkpoint: Checkpoint, frequencies: list[float]) -> list[float]:
    factors = checkpoint.weight(FACTORS).dequantize()
    if factors.shape != (len(frequencies),):
        raise ModelFileError(
            checkpoint.path,
            f"The tensor {FACTORS} has {factors.size} factors for {len(frequencies)} frequencies.",
            hint=_AGAIN,
        )
    return (np.asarray(frequencies) / factors).tolist()


def _yarn(checkpoint: Checkpoint, frequencies: list[float], base: float, factor: float) -> Rope:
    arch = checkpoint.architecture
    original = checkpoint.count(f"{arch}.rope.scaling.original_context_length")
    # DeepSeek's own extension: how strongly attention is sharpened per e-fold of the context.
    sharpening = checkpoint.get(f"{arch}.rope.scaling.yarn_log_multiplier", float, 0.0)
    pairs = len(frequencies)

    def index_that_turns(times: float) -> float:
        return pairs * math.log(original / (times * 2 * math.pi)) / math.log(base)

    low = max(math.floor(index_that_turns(_YARN_FAST)), 0)
    high = min(math.ceil(index_that_turns(_YARN_SLOW)), 2 * pairs - 1)
    blended: list[float] = []
    for i, frequency in enumerate(frequencies):
        interpolated = min(max((i - low) / max(high - low, 0.001), 0.0), 1.0)
        blended.append(frequency / factor * interpolated + frequency * (1 - interpolated))
    attention_factor = 1.0 + sharpening * math.log(factor) if factor > 1 else 1.0
    # Without DeepSeek's extension YaRN scales cosine and sine instead of the scores.
    table_scale = 1.0 if sharpening else 1.0 + 0.1 * math.log(max(factor, 1.0))
    return Rope(RotarySpec(tuple(blended), table_scale), attention_factor)
