# SPDX-License-Identifier: Apache-2.0
"""What operators in plain torch take: other bounds than kernels, and calls one after another.

They read dequantised weights, multiply in float32, and every operation of torch is a call of its
own. Routed experts are a product for each token and expert, so a prompt reads an expert again for
each of its tokens. Attention makes keys and values of all heads anew, as float32, for each step.
"""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.operators.rules import Part
from ktdesk.planning.modules import Module

# Operations of torch in a call of an operator, views among them. Counted on the small models of the
# tests (test_torch_speed.py does it again).
_CALLS = {
    "embedding": 4,
    "elementwise": 3,
    "gqa": 113,
    "linear": 17,
    "mla": 131,
    "mlp": 10,
    "norm": 12,
    "rotary": 8,
    "router": 16,
}
# Measured on 16 cores of a Xeon and an H200, 30 November 2026: a call of a step of one token, whose
# threads are woken by some of them; a token's expert in a loop of them, small matrices; what an
# operator on a card waits for its arguments and its result, by way of the CPU's memory.
CALL_S = 5e-6
_PAIR_S, _CARD_PAIR_S = 50e-6, 100e-6
_SEAM_S = 60e-6
# How often keys and values of all heads pass through memory: gathered, converted, repeated (which
# reads and writes them each) and multiplied.
_ROW_PASSES = 6


@dataclass(frozen=True, slots=True)
class TorchRates:
    """What torch gets of a device, per second.

    pair_s: for a token's expert. seam_s: what each call of an operator waits.
    """

    bytes_per_s: float
    ops_per_s: float
    pair_s: float = _PAIR_S
    seam_s: float = 0.0

    @classmethod
    def on_card(cls, bytes_per_s: float, ops_per_s: float) -> TorchRates:
        """Return the rates on a card. ops_per_s: of its tensor cores, which float32 does not use.

        An H200 does 42e12 of 172e12.
        """
        return cls(bytes_per_s, ops_per_s / 4, _CARD_PAIR_S, _SEAM_S)


@dataclass(frozen=True, slots=True)
class TorchSeconds:
    """What modules take of each bound."""

    memory: float
    cores: float
    latency: float


def torch_seconds(module: Module, tokens: int, rows: float, rates: TorchRates) -> TorchSeconds:
    """Return what a module takes for a step of some tokens, each of which sees so many rows."""
    is_routed = module.part is Part.ROUTED
    read = module.read_bytes * (tokens if is_routed or module.part is Part.EMBEDDING else 1)
    # 4 bytes of a key and a value for each 2 operations over them.
    read += _ROW_PASSES * rows * 2 * module.row_operations
    operations = tokens * (module.operations + rows * module.row_operations)
    by_memory, by_cores = read / rates.bytes_per_s, operations / rates.ops_per_s
    pairs = tokens * _experts_per_token(module) if is_routed else 0.0
    return TorchSeconds(
        by_memory * (by_memory >= by_cores),
        by_cores * (by_memory < by_cores),
        rates.seam_s + rates.pair_s * pairs + CALL_S * _CALLS.get(module.kind, 0),
    )


def _experts_per_token(module: Module) -> float:
    """Return how many experts a token uses: of those there are, the share that is read."""
    experts = module.matrices[0].shape[0] if module.matrices else 1
    return experts * module.read_bytes / max(1, module.size_bytes)
