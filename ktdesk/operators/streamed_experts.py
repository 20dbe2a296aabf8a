# SPDX-License-Identifier: Apache-2.0
"""Routed experts on a GPU, to which their weights are brought one expert after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.expert_ring import Ahead, ExpertParts, ExpertRing
from ktdesk.formats.quant import Layout, Weight, WeightType
from ktdesk.kernels import native
from ktdesk.kernels.experts import ExpertWeights
from ktdesk.kernels.streamed import add_rows, deinterleaving
from ktdesk.operators.expert_pairs import ExpertPairs
from ktdesk.operators.experts import run_experts

_ALIGNMENT = 256
# Tokens that are multiplied at a time: more do not make products faster, but take more memory.
_MOST_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class _InSlot:
    """The one expert that lies in a slot, its rows as in the file once the moves are launched."""

    moves: list[Callable[[], None]]
    weights: ExpertWeights


class StreamedExperts:
    """The experts of a layer, at home on the CPU.

    elsewhere: those that are never brought. expert_bytes: what is brought of each. next: the next
    layer's on the same card, which may come ahead.
    """

    def __init__(
        self,
        gpu: CudaDevice,
        ring: ExpertRing,
        weights: ExpertWeights,
        elsewhere: Collection[int],
    ) -> None:
        self._gpu, self._ring, self._weights = gpu, ring, weights
        self.next: StreamedExperts | None = None
        count = weights.sizes()[0]
        self._ids = [expert for expert in range(count) if expert not in elsewhere]
        self._matrices = (weights.gate, weights.up, weights.down)
        self._biases = (weights.gate_bias, weights.up_bias, weights.down_bias)
        homes = [weight.blocks for weight in self._matrices]
        # Not a mapped file's pages: that may be larger than the memory there is.
        self._pins = [gpu.pin(home) for home in homes if home.flags.writeable]
        homes += [bias.numpy() for bias in self._biases if bias is not None]
        self._homes = homes
        self._addresses = [home.ctypes.data for home in homes]
        self._sizes = [home.nbytes // count for home in homes]
        self._places = _places(self._sizes)
        self._stored_places = _places([_stored_bytes(weight) for weight in self._matrices])
        self._in_slots: dict[int, _InSlot] = {}  # by where in the ring
        self.expert_bytes = sum(self._sizes)
        moved = any(weight.layout is Layout.INTERLEAVED for weight in self._matrices)
        ring.reserve(count, self._places[-1], self._stored_places[-1] if moved else 0)

    def ahead(self) -> list[int]:
        """Return the experts that come already, or are there: whoever asks, takes them first."""
        experts = self._ids[: len(self._ring.ahead.parts)]
        return experts if self._parts(experts) == self._ring.ahead.parts else []

    @contextmanager
    def bringing(
        self, experts: Sequence[int], ahead: Sequence[int], *, next_ahead: bool
    ) -> Generator[Iterator[Tensor]]:
        """Bring experts inside the `with` block, which gets what `add` takes.

        experts: of those that are `ahead` all that are wanted, first. next_ahead: the next layer's
        first ones come after them.
        """
        coming = ahead if experts else ()
        brought, wanted = list(dict.fromkeys([*coming, *experts])), set(experts)
        in_order = [expert for expert in brought if expert in wanted]
        assert in_order == [*experts], "or weights would meet the tokens of other experts"
        then = self.next.first() if next_ahead and self.next else Ahead()
        with self._ring.bringing(self._parts(brought), then) as slots:
            pairs = zip(brought, slots, strict=True)
            yield (slot for expert, slot in pairs if expert in wanted)

    def first(self) -> Ahead:
        """Return the experts that come ahead: as many as the ring holds."""
        parts = self._parts(self._ids[: self._ring.slots])
        return Ahead(parts, (self._homes, self._pins))

    def _parts(self, experts: Sequence[int]) -> list[ExpertParts]:
        """Return where experts are, and where they go in a slot."""
        parts = list(zip(self._addresses, self._sizes, self._places, strict=False))
        return [
            [(address + expert * size, size, place) for address, size, place in parts]
            for expert in experts
        ]

    def add(
        self,
        slots: Iterator[Tensor],
        experts: Sequence[int],
        pairs: ExpertPairs,
        x: Tensor,
        shares: NDArray[np.float32],
        out: Tensor,
    ) -> None:
        """Launch what adds the experts that are brought to out [T, D], each to its tokens' rows.

        x: [T, D]. shares: [T, K], on the CPU.
        """
        chosen = [pairs.of(expert) for expert in experts]
        numbers = self._gpu.constant(torch.as_tensor(np.concatenate([*map(_plan, chosen)])))
        tokens = self._gpu.constant(torch.as_tensor(np.concatenate(chosen) // pairs.used))
        weights = self._gpu.constant(torch.as_tensor(shares.ravel()[np.concatenate(chosen)]))
        each = max(map(len, chosen), default=0)
        rooms = [self._gpu.empty(min(_MOST_TOKENS, each), x.shape[1]) for _ in range(2)]
        source, done, plans = _as_weight(x), 0, 0
        for slot, of_expert in zip(slots, chosen, strict=True):
            matrices = self._moved(slot)
            for count in _pieces(len(of_expert)):
                rows = tokens[done : done + count]
                own, result = (room[:count] for room in rooms)
                native.embed(self._gpu.stream, source, rows, own)
                plan, share = numbers[plans : plans + count + 4], weights[done : done + count, None]
                run_experts(self._gpu, matrices, own, plan, share, None, result, each=count)
                add_rows(self._gpu.stream, result, rows, out)
                done, plans = done + count, plans + count + 4

    def _moved(self, slot: Tensor) -> ExpertWeights:
        """Return the one expert that lies in a slot, after the launch of what moves its rows."""
        place = int(slot.storage_offset())
        if place not in self._in_slots:
            self._in_slots[place] = self._in_slot(slot)
        found = self._in_slots[place]
        for move in found.moves:
            move()
        return found.weights

    def _in_slot(self, slot: Tensor) -> _InSlot:
        parts = [
            slot[place : place + size]
            for place, size in zip(self._places, self._sizes, strict=False)
        ]
        here = [_one_of(*both) for both in zip(self._matrices, parts, strict=False)]
        stored = [self._place_of(i, weight) for i, weight in enumerate(here)]
        moves = [
            deinterleaving(self._gpu.stream, weight, place)
            for weight, place in zip(here, stored, strict=True)
            if place is not weight
        ]
        gate, up, down = stored
        rest = iter(parts[len(self._matrices) :])
        gate_bias, up_bias, down_bias = (
            None if bias is None else next(rest).view(torch.float32)[None] for bias in self._biases
        )
        weights = replace(
            self._weights,
            gate=gate,
            up=up,
            down=down,
            gate_bias=gate_bias,
            up_bias=up_bias,
            down_bias=down_bias,
        )
        return _InSlot(moves, weights)

    def _place_of(self, number: int, weight: Weight) -> Weight:
        """Return where a matrix of a slot lies as in the file: there, or where it is moved to.

        All slots' experts are moved to the same place, one after the other.
        """
        if weight.layout is Layout.STORED:
            return weight
        room = self._ring.stored[self._stored_places[number] :][: _stored_bytes(weight)]
        return replace(weight, layout=Layout.STORED, data=room.view(weight.rows, -1))


def _one_of(weight: Weight, data: Tensor) -> Weight:
    """Return one expert's matrix, whose bytes these are."""
    one = replace(weight, shape=(1, *weight.shape[1:]))
    return replace(one, data=data.view(one.rows, -1))


def _places(sizes: Sequence[int]) -> list[int]:
    """Return where parts of these sizes begin, one after another, and where the last one ends."""
    places = [0]
    for size in sizes:
        places.append(-(-(places[-1] + size) // _ALIGNMENT) * _ALIGNMENT)
    return places


def _stored_bytes(weight: Weight) -> int:
    """Return the bytes of one expert's matrix as it is in the file."""
    return prod(weight.shape[1:-1]) * weight.type.row_bytes(weight.columns)


def _pieces(count: int) -> list[int]:
    return [min(_MOST_TOKENS, count - done) for done in range(0, count, _MOST_TOKENS)]


def _plan(pairs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the plans of an expert's pieces: one expert, which all tokens use."""
    parts = [([0, count], np.arange(count), [1, 0]) for count in _pieces(len(pairs))]
    return np.concatenate([part for plan in parts for part in plan], dtype=np.int32)


def _as_weight(x: Tensor) -> Weight:
    """Return activations [T, D] as something whose rows can be looked up."""
    return Weight("activations", WeightType.F32, tuple(x.shape), x.view(torch.uint8))
