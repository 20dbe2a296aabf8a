# SPDX-License-Identifier: Apache-2.0
"""What answers tell of a model's experts, kept for plans of it."""

from __future__ import annotations

import logging
import threading

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.expert_use import ExpertUse
from ktdesk.planning.expert_record import add_counts, counts_file

log = logging.getLogger(__name__)


class KeptUse:
    """Keeps how often a loaded model's experts were chosen, when answers are over. Thread-safe.

    It is written on a thread of its own, which ends with its work and knows nothing of the model:
    that may be unloaded meanwhile. What fails is logged.
    """

    def __init__(self, checkpoint: Checkpoint, use: ExpertUse) -> None:
        self._file = counts_file(checkpoint) if use.counts.size else None
        self._use = use
        self._kept = np.zeros_like(use.counts)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def counts(self) -> NDArray[np.int64]:
        """Those since the model was loaded, [layers, experts]; from any thread."""
        return self._use.counts.copy()

    def keep(self) -> None:
        """Add what is new to what is kept."""
        with self._lock:
            self._keep()

    def _keep(self) -> None:
        now, before, file = self.counts, self._thread, self._file
        new = now - self._kept
        if file is None or not new.any():
            return
        self._kept = now

        def work() -> None:
            if before:
                before.join()
            try:
                add_counts(file, new)
            except OSError as error:
                log.warning("The use of experts cannot be kept: %s", error)

        self._thread = threading.Thread(target=work, name="expert use")
        self._thread.start()
