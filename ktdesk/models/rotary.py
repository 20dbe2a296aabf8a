# SPDX-License-Identifier: Apache-2.0
"""Rotary frequencies as files describe them: plain, linear, YaRN, LongRoPE, or with factors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.base import RotarySpec

_MOST_DIMENSIONS = 1 << 16
_AGAIN = "The file is damaged, or made for another program. Fetch it again."

# Tensors with a divisor per frequency: as Llama 3.1 carries them, and those of LongRoPE, one for
# contexts up to the original one and one for longer contexts.
_FACTORS = "rope_freqs.weight"
_SHORT_FACTORS, _LONG_FACTORS = "rope_factors_short.weight", "rope_factors_long.weight"
FACTOR_TENSORS = frozenset({_FACTORS, _SHORT_FACTORS, _LONG_FACTORS})


@dataclass(frozen=True, slots=True)
class Rope:
    """The angles, and DeepSeek's factor on attention, whose square scales the scores."""

    spec: RotarySpec
    attention_factor: float


def read_rope(
    checkpoint: Checkpoint,
    size: int,
    head_size: int,
    *,
    context_tokens: int = 0,
    yarn_rounds: bool = True,
) -> Rope:
    """Return the rotary positions of `size` dimensions of each head that the metadata describes.

    context_tokens: that the caches hold; LongRoPE has other angles for long ones. yarn_rounds:
    whether the architecture rounds the indices between which YaRN blends. Raises ModelFileError
    for a size that does not fit, and a kind of scaling that is not known.
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
    frequencies = list(plain_rotary(base, size).inverse_frequencies)
    kind = checkpoint.get(
        f"{arch}.rope.scaling.type", str, "linear"
    )  # old files give a factor only
    factor = checkpoint.positive(f"{arch}.rope.scaling.factor", 1.0)
    if _FACTORS in checkpoint.tensors:
        frequencies = _divided(checkpoint, _FACTORS, frequencies)
    if _LONG_FACTORS in checkpoint.tensors:  # Phi's files do not name the kind
        kind = "longrope"
    match kind:
        case "none":
            return Rope(RotarySpec(tuple(frequencies)), 1.0)
        case "linear":
            return Rope(RotarySpec(tuple(f / factor for f in frequencies)), 1.0)
        case "yarn":
            return _yarn(checkpoint, frequencies, base, factor, rounds=yarn_rounds)
        case "longrope":
            return _longrope(checkpoint, frequencies, context_tokens)
        case _:
            raise ModelFileError(
                checkpoint.path,
                f"The model scales its rotary positions in an unknown way: {kind}.",
                hint="Known ways: none, linear, yarn, longrope.",
            )


def plain_rotary(base: float, size: int) -> RotarySpec:
    """Return the angles of `size` dimensions without any scaling."""
    return RotarySpec(tuple(base ** (-2.0 * i / size) for i in range(size // 2)))


def _divided(checkpoint: Checkpoint, name: str, frequencies: list[float]) -> list[float]:
    if not checkpoint.has_weights:
        return frequencies  # where weights go does not depend on them
    factors = checkpoint.weight(name).dequantize()
    if factors.shape != (len(frequencies),):
        raise ModelFileError(
            checkpoint.path,
            f"The tensor {name} has {factors.size} factors for {len(frequencies)} frequencies.",
            hint=_AGAIN,
        )
    return (np.asarray(frequencies) / factors).tolist()


def _longrope(checkpoint: Checkpoint, frequencies: list[float], context_tokens: int) -> Rope:
    arch = checkpoint.architecture
    original = checkpoint.count(f"{arch}.rope.scaling.original_context_length", least=2)
    longer = checkpoint.count(f"{arch}.context_length") / original
    usual = math.sqrt(1 + math.log(max(longer, 1.0)) / math.log(original))
    table_scale = checkpoint.positive(f"{arch}.rope.scaling.attn_factor", usual)
    name = _LONG_FACTORS if context_tokens > original else _SHORT_FACTORS
    return Rope(RotarySpec(tuple(_divided(checkpoint, name, frequencies)), table_scale), 1.0)


def _yarn(
    checkpoint: Checkpoint, frequencies: list[float], base: float, factor: float, *, rounds: bool
) -> Rope:
    """Blend between frequencies as they are and those divided by the factor.

    Those that turn more often than `fast` within the original context stay as they are, those
    that turn less often than `slow` are divided.
    """
    scaling = f"{checkpoint.architecture}.rope.scaling"
    original = checkpoint.count(f"{scaling}.original_context_length")
    fast = checkpoint.positive(f"{scaling}.yarn_beta_fast", 32.0)
    slow = checkpoint.positive(f"{scaling}.yarn_beta_slow", 1.0)
    # DeepSeek's own extension: how strongly attention is sharpened per e-fold of the context.
    sharpening = checkpoint.get(f"{scaling}.yarn_log_multiplier", float, 0.0)
    pairs = len(frequencies)

    def index_that_turns(times: float) -> float:
        return pairs * (math.log(original / (2 * math.pi)) - math.log(times)) / math.log(base)

    low, high = index_that_turns(fast), index_that_turns(slow)
    if rounds:
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, 2 * pairs - 1)
    blended: list[float] = []
    for i, frequency in enumerate(frequencies):
        interpolated = min(max((i - low) / max(high - low, 0.001), 0.0), 1.0)
        blended.append(frequency / factor * interpolated + frequency * (1 - interpolated))
    attention_factor = 1.0 + sharpening * math.log(factor) if factor > 1 else 1.0
    # Without DeepSeek's extension YaRN scales cosine and sine instead of the scores.
    usual = 1.0 if sharpening else 1.0 + 0.1 * math.log(max(factor, 1.0))
    table_scale = checkpoint.positive(f"{scaling}.yarn_attn_factor", usual)
    return Rope(RotarySpec(tuple(blended), table_scale), attention_factor)
