# SPDX-License-Identifier: Apache-2.0
"""The least time that a machine allows for a model's tokens: bytes and operations by its rates.

Nothing but what must be read or computed counts, at rates that were measured: what an engine takes
beyond it is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from ktdesk.devices.chunks import MOST_TOKENS
from tests.bench.shapes import Shape, tensors
from tests.bench.work import bytes_per_token, operations_per_token


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes per second of a card's memory and of the main memory; operations per second of the
    card, 0 if they are not known: then nothing is bound by them.
    """

    card: float
    memory: float
    operations: float


@dataclass(frozen=True, slots=True)
class Roofline:
    """Milliseconds of a shape on a machine. on_cpu: whether routed experts are on the processor."""

    shape: Shape
    rates: Rates
    on_cpu: bool

    def step_ms(self, depth: int) -> float:
        """Of one token after so many: what the card reads, then what the processor reads."""
        everything = bytes_per_token(self.shape, depth)
        experts = (
            self._expert_bytes(self.shape.layers) * self.shape.experts_used / self.shape.experts
        )
        if not self.on_cpu:
            return 1e3 * everything / self.rates.card
        return 1e3 * ((everything - experts) / self.rates.card + experts / self.rates.memory)

    def prefill_ms(self, tokens: int) -> float:
        """Of a prompt: its operations, or reading all experts once for each chunk if longer.

        Where they are read for, the processor or the bus, is left open: that memory feeds both.
        The last layer's are needed for one token only, and are left out.
        """
        rate = self.rates.operations
        seconds = self._operations(tokens) / rate if rate else 0.0
        if self.on_cpu:
            chunks = ceil(tokens / MOST_TOKENS)
            read = self._expert_bytes(self.shape.layers - 1)
            seconds = max(seconds, chunks * read / self.rates.memory)
        return 1e3 * seconds

    def _expert_bytes(self, layers: int) -> int:
        """Return those of the first so many layers."""
        experts = (t for t in tensors(self.shape) if "_exps." in t.name)
        return sum(t.size_bytes for t in experts if int(t.name.split(".")[1]) < layers)

    def _operations(self, tokens: int) -> float:
        """Return those of products, and of attention to the half of the prompt that is seen."""
        attention = self.shape.layers * self.shape.attention.row_operations * tokens / 2
        return tokens * (operations_per_token(self.shape) + attention)
