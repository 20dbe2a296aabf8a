# SPDX-License-Identifier: Apache-2.0
"""What happens on an exception that nobody expected: it is logged, and the user is told once."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox

from ui.crash_reports import CrashReports

log = logging.getLogger(__name__)


class FaultReporter(QObject):
    """Takes the place of `sys.excepthook`; may be called from any thread."""

    _found = Signal(str, str)

    def __init__(self, log_file: Path | None, reports: CrashReports, parent: QObject) -> None:
        super().__init__(parent)
        self._log_file, self._reports = log_file, reports
        self._dialog: QMessageBox | None = None
        self._found.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Report every exception from now on."""
        sys.excepthook = self.report

    def report(
        self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None
    ) -> None:
        """Log a fault and tell the user; Ctrl+C in the terminal is none."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
            return
        log.critical("KTDesk has a fault", exc_info=(kind, fault, trace))
        report = self._reports.write(kind, fault, trace)
        self._found.emit(f"{kind.__name__}: {fault}", str(report or self._log_file or ""))

    @Slot(str, str)
    def _show(self, summary: str, path: str) -> None:
        if self._dialog:  # one dialog, however many faults follow
            return
        self._dialog = dialog = QMessageBox(
            QMessageBox.Icon.Critical,
            "KTDesk",
            self.tr("KTDesk has a fault; it is not your doing."),
        )
        where = self.tr("Please report it with this file, which nothing sends: {path}")
        missing = self.tr("No log could be written.")
        dialog.setInformativeText(where.format(path=path) if path else missing)
        dialog.setDetailedText(summary)
        dialog.finished.connect(self._forget)
        dialog.open()

    @Slot()
    def _forget(self) -> None:
        if self._dialog:
            self._dialog.deleteLater()
        self._dialog = None
