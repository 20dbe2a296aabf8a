# SPDX-License-Identifier: Apache-2.0
"""How long the window takes to be painted: `python -m tests.bench.start`.

From the start of a fresh interpreter, without a screen, with settings of its own; and the time of
the processor that it took, which does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from ktdesk.settings import InterfaceSettings, Settings, save_settings

CODE = """
import sys, time
from PySide6.QtCore import QTimer
from ui.chat.model_presenter import ModelPresenter
def painted(self):
    print(time.time(), time.process_time(), "torch" in sys.modules, flush=True)
    from PySide6.QtWidgets import QApplication
    QTimer.singleShot(0, QApplication.quit)
ModelPresenter.start = painted
from ui.app import main
sys.exit(main([]))
"""


def start_once() -> tuple[float, float, bool]:
    """Return seconds to the first painting, those of the processor, and whether torch was there."""
    began = time.time()
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    when, used, has_torch = done.stdout.split()
    return float(when) - began, float(used), has_torch == "True"


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="tests.bench.start", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs: int = parser.parse_args().runs
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as home:
        os.environ["KTDESK_HOME"] = home
        save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
        start_once()  # so that files are in memory
        starts = [start_once() for _ in range(runs)]
    for name, values in (
        ("to the first painting", [wall for wall, _, _ in starts]),
        ("of the processor", [used for _, used, _ in starts]),
    ):
        sys.stdout.write(
            f"{name:24} median {statistics.median(values):.2f} s, "
            f"{min(values):.2f} to {max(values):.2f}\n"
        )
    sys.stdout.write(f"torch imported before it: {any(has_torch for _, _, has_torch in starts)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
