# SPDX-License-Identifier: Apache-2.0
"""What the page of the machine shows and does: looking, watching, measuring, overruling."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.hardware import Machine, Measured, describe_machine
from ktdesk.hardware.figures import overrule, with_measured
from ktdesk.hardware.live import Live, read_live, with_live
from ktdesk.hardware.measurements import write_measured
from ktdesk.library.shelf.folders import model_folders
from ui.aio import Report, in_thread, start
from ui.settings_store import SettingsStore

WATCH_MS = 2000

Probe = Callable[[Machine, Report, Callable[[], bool]], Measured]


def _measure(machine: Machine, report: Report, is_cancelled: Callable[[], bool]) -> Measured:
    from ktdesk.probes.measure import measure  # which loads torch

    return measure(machine, progress=report, is_cancelled=is_cancelled)


class HardwarePresenter(QObject):
    """Holds the machine as it was found, and shows it with live figures and the user's own.

    changed: machine, load or state are others. progress: what is being measured, and how much is
    done, 0 to 1. failed: a KTDeskError. look, watch, probe: what asks the machine, off the GUI
    thread.
    """

    changed = Signal()
    progress = Signal(str, float)
    failed = Signal(object)

    def __init__(
        self,
        store: SettingsStore,
        parent: QObject | None = None,
        *,
        look: Callable[[Sequence[Path]], Machine] = describe_machine,
        watch: Callable[[Machine], Live] = read_live,
        probe: Probe = _measure,
    ) -> None:
        super().__init__(parent)
        self._store, self._look, self._read, self._probe = store, look, watch, probe
        self._found: Machine | None = None
        self._live: Live | None = None
        self._is_reading = False
        self._stop: threading.Event | None = None  # of the measurement under way
        self._timer = QTimer(self)
        self._timer.setInterval(WATCH_MS)
        self._timer.timeout.connect(self._watch)
        store.changed.connect(self._follow)

    @property
    def machine(self) -> Machine | None:
        """The machine as it is now, with the user's figures; None until it was looked at."""
        if not self._found:
            return None
        now = with_live(self._found, self._live) if self._live else self._found
        return overrule(now, self._store.settings.hardware)

    @property
    def load(self) -> float:
        """How busy the processor is, 0 to 1."""
        return self._live.load if self._live else 0.0

    @property
    def is_measuring(self) -> bool:
        """Whether a measurement is under way; a cancelled one is, until its probe has ended."""
        return self._stop is not None

    @property
    def is_stopping(self) -> bool:
        """Whether it was cancelled."""
        return self._stop is not None and self._stop.is_set()

    def look(self) -> None:
        """Look at the whole machine, anew."""
        start(self, self._find(model_folders(self._store.settings)))

    def watch(self, is_visible: bool) -> None:
        """Follow the live figures, or rest."""
        if is_visible:
            self._timer.start()
        else:
            self._timer.stop()

    def measure(self) -> None:
        """Measure all speeds, and keep them for the next time."""
        if self._found and not self._stop:
            self._stop = stop = threading.Event()
            self.destroyed.connect(stop.set)
            start(self, self._measure(self._found, stop))
            self.changed.emit()

    def cancel(self) -> None:
        """Stop measuring after the present probe; nothing is kept."""
        if self._stop:
            self._stop.set()
            self.changed.emit()

    async def _find(self, folders: Sequence[Path]) -> None:
        try:
            self._found = await in_thread(lambda report: self._look(folders))
        except KTDeskError as error:
            self.failed.emit(error)
        else:
            self._watch()
            self.changed.emit()

    @Slot()
    def _watch(self) -> None:
        if (found := self._found) and not self._is_reading:
            self._is_reading = True
            start(self, self._follow_load(found))

    async def _follow_load(self, found: Machine) -> None:
        self._live = await in_thread(lambda report: self._read(found))
        self._is_reading = False
        self.changed.emit()

    async def _measure(self, found: Machine, stop: threading.Event) -> None:
        probe = self._probe
        try:
            measured = await in_thread(
                lambda report: _run(found, probe, report, stop), self.progress.emit
            )
        except KTDeskError as error:
            self._stop = None
            self.changed.emit()
            self.failed.emit(error)
            return
        self._stop = None
        if measured and self._found:
            self._found = with_measured(self._found, measured, "")
        self.changed.emit()

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        del name
        if section == "hardware":
            self.changed.emit()


def _run(machine: Machine, probe: Probe, report: Report, stop: threading.Event) -> Measured | None:
    """Measure and keep it; None if it was cancelled."""
    try:
        measured = probe(machine, report, stop.is_set)
    except Cancelled:
        return None
    write_measured(machine, measured)
    return measured
