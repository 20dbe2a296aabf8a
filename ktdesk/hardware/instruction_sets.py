# SPDX-License-Identifier: Apache-2.0
"""What the processor has for products, and whether the operating system grants it."""

from __future__ import annotations

import importlib
from typing import Any

from ktdesk.hardware.machine import InstructionSet

BENEFITS = {
    "AVX2": "Products eight numbers at a time: the least for a usable speed.",
    "AVX-VNNI": "Prompts are read faster than with AVX2 alone.",
    "AVX-512 F": "Products sixteen numbers at a time.",
    "AVX-512 BW": "The same for the bytes of quantised weights.",
    "AVX-512 VNNI": "Quantised weights are multiplied in one step instead of three.",
    "AVX-512 BF16": "Products of bfloat16 numbers without conversion.",
    "AMX": "Prompts are read several times as fast: products of whole tiles.",
}


def instruction_sets() -> tuple[InstructionSet, ...]:
    """Return all that count, whether the processor has them or not; none if it cannot be asked."""
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError:
        return ()
    return tuple(
        InstructionSet(
            name=name, benefit=BENEFITS[name], is_present=is_present, is_granted=is_granted
        )
        for name, is_present, is_granted in native.instruction_sets()
    )
