# SPDX-License-Identifier: Apache-2.0
"""Deferral: of a layer's experts on the CPU, the lightest are added one such layer later.

A layer l that defers n of a token's K experts returns, with the experts sorted by weight,

    shared(x) + experts 1 to K-n of layer l for x + experts K-n+1 to K of layer l' for its x'

where l' is the layer of experts before it. So the CPU can compute the latter while a GPU does what
lies between the two. The last layer defers nothing. That is so in captured steps only: prompts are
computed as the model has it, and so is what of an answer is read again.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import PlacementError
from ktdesk.kernels.cpu import part_by_weight


class Chosen(NamedTuple):
    """Experts of each token: ids int32 and weights, [T, N] each."""

    ids: Tensor
    weights: Tensor


class Deferral:
    """The layers of one model that have experts on the CPU, and what goes from one to the next."""

    def __init__(self) -> None:
        self._layers: list[DeferringLayer] = []
        self._left: Tensor | None = None

    def join(self, wanted: object, experts_per_token: int) -> DeferringLayer:
        """Return the place of a layer behind those that have joined before.

        wanted: how many experts it shall defer; at least one is always added at once. Raises
        PlacementError if that is no number.
        """
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
            raise PlacementError(
                f"Experts cannot be deferred by {wanted!r}.",
                hint="Say how many of a token's experts: a whole number, 0 or more.",
            )
        layer = DeferringLayer(self, len(self._layers), min(wanted, experts_per_token - 1))
        self._layers.append(layer)
        return layer

    @property
    def most(self) -> int:
        """How many of a token's experts layers defer, at most."""
        return max((layer.count for layer in self._layers), default=0)

    def is_last(self, place: int) -> bool:
        """Whether no layer has joined after this one."""
        return place == len(self._layers) - 1

    def leave(self, sums: Tensor) -> None:
        """Let the next layer add sums [T, D], in the CPU's memory, which a launch writes."""
        assert self._left is None, "what the layer before left was not taken"
        self._left = sums

    def take(self) -> Tensor | None:
        """Return what the layer before left, if anything."""
        left, self._left = self._left, None
        return left


class DeferringLayer:
    """A layer of experts on the CPU, all of whose work may be launched in two parts."""

    def __init__(self, deferral: Deferral, place: int, count: int) -> None:
        self._deferral, self._place, self._count = deferral, place, count

    @property
    def count(self) -> int:
        """How many of a token's experts are left to the next layer. Known when all have joined."""
        return 0 if self._deferral.is_last(self._place) else self._count

    def part(self, device: CpuDevice, chosen: Chosen) -> tuple[Chosen, Chosen | None]:
        """Return the experts to add at once, and those that are deferred, if any.

        Launches what writes them.
        """
        (tokens, used), count = chosen.ids.shape, self.count
        if not count:
            return chosen, None

        def room(columns: int) -> Chosen:
            ids = device.empty(tokens, columns, dtype=torch.int32)
            return Chosen(ids, device.empty(tokens, columns))

        now, later = room(used - count), room(count)
        part_by_weight(device.stream, *chosen, *now, *later)
        return now, later

    def take(self) -> Tensor | None:
        """Return sums [T, D] that the layer before has left to this one, if any."""
        return self._deferral.take()

    def leave(self, sums: Tensor) -> None:
        """Leave sums [T, D], which a launch will write, to the next layer."""
        self._deferral.leave(sums)
