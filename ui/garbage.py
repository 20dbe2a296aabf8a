# SPDX-License-Identifier: Apache-2.0
"""Cycles of Python objects are collected on the GUI thread only.

Python collects on whichever thread happens to allocate. A widget of a class written in Python that
is garbage would be destroyed there, while the GUI thread walks over all widgets: that ends in a
crash, or in a loop without end.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000


class Garbage(QObject):
    """Collects at turns of the GUI thread's loop. Python itself collects no more from now on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(INTERVAL_MS)

    def collect(self) -> None:
        """Collect the oldest generation whose time has come, by Python's own thresholds."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
