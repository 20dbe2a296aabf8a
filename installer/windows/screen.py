# SPDX-License-Identifier: Apache-2.0
"""A screen for programs that Wine runs, and pictures of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer.system_packages import install_for_trials

_SIZE = "1280x860x24"
_COLOURS = 17  # more than a screen without a window has
_PATIENCE_S = 180
_CALM_S = 5  # what opens is drawn whole by then


class Screen:
    """A display; name: as programs find it in DISPLAY."""

    def __init__(self, name: str) -> None:
        self.name = name

    def take(self, path: Path) -> bool:
        """Write what there is once a window is; return False if none opens in time."""
        path.parent.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + _PATIENCE_S
        while self._colours(path) < _COLOURS:
            if time.monotonic() > end:
                return False
            time.sleep(1)
        time.sleep(_CALM_S)
        return self._colours(path) >= _COLOURS

    def _colours(self, path: Path) -> int:
        taken = ["import", "-display", self.name, "-window", "root", str(path)]
        subprocess.run(taken, check=True)
        counted = ["identify", "-format", "%k", str(path)]
        return int(subprocess.run(counted, check=True, capture_output=True, text=True).stdout)


@contextmanager
def open_screen() -> Iterator[Screen]:
    """Give a screen of its own, as long as the `with` block lasts."""
    install_for_trials()
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", _SIZE, "-nolisten", "tcp"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield Screen(f":{server.stdout.readline().strip()}")
        finally:
            server.terminate()
