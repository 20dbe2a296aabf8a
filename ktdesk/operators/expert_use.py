# SPDX-License-Identifier: Apache-2.0
"""Which experts tokens choose, counted while answers are written.

A captured step leaves the chosen ids where they always are, so counting is reading them after it:
8 us for 58 layers of 256 experts, of which a token uses 8. Of layers whose experts are on a card,
ids are fetched, so only now and then.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.base import Device

_FETCH_S = 0.25  # from one look at a card's ids to the next


@dataclass(frozen=True, slots=True)
class _Choice:
    """Where a step leaves the ids [T, K] of a layer. device: whose memory that is, if not ours."""

    layer: int
    ids: Tensor
    device: Device | None


class ExpertUse:
    """How often each layer's experts were chosen by tokens in steps, since a model was loaded.

    Steps have the tokens of answers, and the last few of prompts whose beginning was known.
    counts: [layers, experts], those of layers without experts 0. Of a card's layers they are a
    sample, so only what experts of one layer have can be compared.
    """

    def __init__(self) -> None:
        self.counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._noted: list[_Choice] = []
        self._fetched_s = 0.0

    def note(self, path: str, ids: Tensor, experts: int, device: Device | None = None) -> None:
        """Take in, during a capture, where a step will leave what a layer's tokens chose.

        path: of the operator, 'layers.3.mlp.experts'. device: of a card, whose memory the ids are
        in.
        """
        layer = int(path.split(".")[1])
        layers, most = self.counts.shape
        if layer >= layers or experts > most:
            larger = np.zeros((max(layers, layer + 1), max(most, experts)), np.int64)
            larger[:layers, :most] = self.counts
            self.counts = larger
        self._noted.append(_Choice(layer, ids, device))

    def of_step(self) -> StepChoices:
        """Return what was noted since the last time: the choices of the step that was captured."""
        noted, self._noted = self._noted, []
        return StepChoices(self, noted)

    def may_fetch(self) -> bool:
        """Whether a card's ids are due; who is told so fetches them."""
        now = time.monotonic()
        if now - self._fetched_s < _FETCH_S:
            return False
        self._fetched_s = now
        return True


class StepChoices:
    """The choices of one captured step, to be counted each time it has run."""

    def __init__(self, use: ExpertUse, noted: list[_Choice]) -> None:
        self._use = use
        here = [choice for choice in noted if choice.device is None]
        self._away = [(choice, choice.device) for choice in noted if choice.device is not None]
        self._ids = [choice.ids.numpy().ravel() for choice in here]
        self._layers = np.array([c.layer for c in here for _ in range(c.ids.numel())], np.int64)
        self._chosen = np.empty(len(self._layers), np.int32)

    def count(self) -> None:
        """Add what the tokens of the step have chosen, once all its work is done."""
        counts = self._use.counts
        if self._ids:
            np.concatenate(self._ids, out=self._chosen)
            np.add.at(counts, (self._layers, self._chosen), 1)
        if self._away and self._use.may_fetch():
            for choice, device in self._away:
                np.add.at(counts[choice.layer], device.read(choice.ids).numpy(), 1)
