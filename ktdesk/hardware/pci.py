# SPDX-License-Identifier: Apache-2.0
"""What is plugged in, as the bus tells it: also where no driver does."""

from __future__ import annotations

from pathlib import Path

from ktdesk.hardware.system_files import LINUX, folders, read_text
from ktdesk.hardware.windows import Answers, windows_displays

_NVIDIA = "10de"
_DISPLAYS = "0x03"  # what the classes of displays begin with, and of cards without an outlet


def has_nvidia_card(root: Path = LINUX, answers: Answers | None = None) -> bool:
    """Whether an NVIDIA graphics card is plugged in. answers: those of Windows."""
    devices = folders(root / "sys/bus/pci/devices", "*")
    return any(map(_is_nvidia_card, devices)) or any(
        f"VEN_{_NVIDIA.upper()}" in name.upper() for name in windows_displays(answers or {})
    )


def _is_nvidia_card(device: Path) -> bool:
    is_display = read_text(device / "class").startswith(_DISPLAYS)
    return is_display and read_text(device / "vendor").lower() == f"0x{_NVIDIA}"
