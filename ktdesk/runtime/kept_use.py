# SPDX-License-Identifier: Apache-2.0
"""What answers tell of a model's experts, kept for plans of it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.gguf import Checkpoint
from ktdesk.operators.expert_use import ExpertUse
from ktdesk.planning.expert_record import add_counts, counts_file

log = logging.getLogger(__name__)


class KeptUse:
    """Keeps how often a loaded model's experts were chosen, when answers are over. Thread-safe.

    It is written on a thread of its own, which ends with its work and knows nothing of the model:
    that may be unloaded meanwhile. Answers that end while it writes are kept together: a disk may
    be slower than they are, and the program waits for the thread at its end. What fails is logged.
    """

    def __init__(self, checkpoint: Checkpoint, use: ExpertUse) -> None:
        self._file = counts_file(checkpoint) if use.counts.size else None
        self._use = use
        self._kept = np.zeros_like(use.counts)
        self._lock = threading.Lock()
        self._is_new = self._is_writing = False

    @property
    def counts(self) -> NDArray[np.int64]:
        """Those since the model was loaded, [layers, experts]; from any thread."""
        return self._use.counts.copy()

    def keep(self) -> None:
        """Add what is new to what is kept."""
        if self._file is None:
            return
        with self._lock:
            self._is_new = True
            if self._is_writing:
                return
            self._is_writing = True
        threading.Thread(target=self._write, args=(self._file,), name="expert use").start()

    def _write(self, file: Path) -> None:
        while (new := self._taken()) is not None:
            try:
                add_counts(file, new)
            except OSError as error:
                log.warning("The use of experts cannot be kept: %s", error)

    def _taken(self) -> NDArray[np.int64] | None:
        """Return what is to be added; None if nothing is, which ends the writing."""
        with self._lock:
            now = self.counts
            new = now - self._kept
            if not (self._is_new and new.any()):
                self._is_new = self._is_writing = False
                return None
            self._is_new, self._kept = False, now
            return new
