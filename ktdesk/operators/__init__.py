# SPDX-License-Identifier: Apache-2.0
"""Slots, and the operators that fill them. Importing this package registers every operator."""

from __future__ import annotations

from ktdesk.operators import (
    attention,
    basic,
    cpu_experts,
    experts,
    host_experts,
    latent_attention,
    linear,
    mlp,
)

__all__ = [
    "attention",
    "basic",
    "cpu_experts",
    "experts",
    "host_experts",
    "latent_attention",
    "linear",
    "mlp",
]
