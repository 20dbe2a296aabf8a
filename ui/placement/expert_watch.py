# SPDX-License-Identifier: Apache-2.0
"""Looks at which experts the loaded model chooses, while somebody watches. No widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ui.chat.model_presenter import ModelPresenter
    from ui.placement.presenter import PlacementPresenter

LOOK_MS = 250


@dataclass(frozen=True, slots=True)
class Choices:
    """How often experts were chosen, [layers, experts]. recent: since the look before.

    is_live: by answers of this load, not by those of earlier ones.
    """

    counts: NDArray[np.int64]
    recent: NDArray[np.int64]
    is_live: bool

    @property
    def layers(self) -> list[int]:
        """The layers of which something was counted."""
        return [layer for layer, total in enumerate(self.counts.sum(1)) if total]

    def levels(self) -> NDArray[np.float64]:
        """Return how often each was chosen, from 0 over 0.5, as often as by chance, to 1."""
        most = self.counts.sum(1, keepdims=True).clip(1)
        by_chance = self.counts * self.counts.shape[1] / most
        return by_chance / (1 + by_chance)

    def share_of_most(self, parts: int) -> float:
        """Return what the most chosen of each layer, one of so many parts, got of all choices."""
        some = self.counts[self.layers]
        most = -(-some.shape[1] // parts)
        some.sort(1)
        return float(some[:, -most:].sum() / some.sum())


class ExpertWatch(QObject):
    """Tells the choices of the model whose plan is shown.

    looked: Choices to show; None if there are none.
    """

    looked = Signal(object)

    def __init__(self, presenter: PlacementPresenter, model: ModelPresenter) -> None:
        super().__init__(presenter)
        self._presenter, self._model = presenter, model
        self._last: Choices | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def watch(self, is_watching: bool) -> None:
        """Begin to look, or end it."""
        if is_watching:
            self._timer.start()
            self.look()
        else:
            self._timer.stop()

    def look(self) -> None:
        """Look now; tell it if something is new."""
        now = self._now()
        last, self._last = self._last, now
        if not _is_same(now, last):
            self.looked.emit(now)

    def _now(self) -> Choices | None:
        info, path = self._model.info, self._presenter.path
        counts = self._model.expert_counts() if info and info.path == path else None
        if counts is not None and counts.any():
            last = self._last
            is_next = last and last.is_live and last.counts.shape == counts.shape
            before = last.counts if last and is_next else 0 * counts
            return Choices(counts, counts - before, is_live=True)
        kept = self._presenter.planner.counts if self._presenter.planner else None
        return None if kept is None else Choices(kept, 0 * kept, is_live=False)


def _is_same(one: Choices | None, other: Choices | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.is_live == other.is_live and not (one.recent.any() or other.recent.any())
