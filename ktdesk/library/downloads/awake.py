# SPDX-License-Identifier: Apache-2.0
"""Keeps the computer from going to sleep. The screen may go dark.

Whatever happens to this process, the computer may sleep again after it: Windows forgets what a
thread asked for, and on Linux the helper ends with the pipe that it reads.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from contextlib import suppress

_CONTINUOUS, _SYSTEM_REQUIRED = 0x80000000, 0x00000001  # winbase.h


class Awake:
    """Holds the computer awake between `hold` and `release`, which one thread calls.

    state: in words whether it does; '' while nothing is held.
    """

    def __init__(self) -> None:
        self.state = ""
        self._helper: subprocess.Popen[bytes] | None = None

    def hold(self) -> None:
        """Keep the computer awake. Where that cannot be, `state` says so; it is no error."""
        if not self.state:
            self._begin()
        has_ended = self._helper is not None and self._helper.poll() is not None
        if has_ended:
            self._end_helper()
            self.state = _CANNOT

    def release(self) -> None:
        """Let the computer sleep."""
        if self.state == _HELD and sys.platform == "win32":
            ctypes.windll.kernel32.SetThreadExecutionState(_CONTINUOUS)
        self._end_helper()
        self.state = ""

    def _begin(self) -> None:
        if sys.platform == "win32":
            kernel = ctypes.windll.kernel32
            is_held = kernel.SetThreadExecutionState(_CONTINUOUS | _SYSTEM_REQUIRED) != 0
        else:
            is_held = self._start_helper()
        self.state = _HELD if is_held else _CANNOT

    def _start_helper(self) -> bool:
        """Let systemd's own program ask org.freedesktop.login1 for it, as long as `cat` reads."""
        program = shutil.which("systemd-inhibit")
        if program is None:
            return False
        command = [program, "--what=sleep:idle", "--who=KTDesk", "--why=Fetching a model", "cat"]
        with suppress(OSError):
            self._helper = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for this process to handle
            )
        return self._helper is not None

    def _end_helper(self) -> None:
        helper, self._helper = self._helper, None
        if helper is not None and helper.stdin is not None:
            with suppress(OSError):
                helper.stdin.close()
            helper.terminate()  # it may still be waiting for a bus that does not answer
            helper.wait()


_HELD = "The computer is kept from sleeping."
_CANNOT = "The computer may go to sleep: this system offers no way to keep it awake."
