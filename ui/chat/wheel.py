# SPDX-License-Identifier: Apache-2.0
"""Turns of the wheel over blocks that scroll sideways, within a conversation that scrolls."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent


def is_sideways(event: QWheelEvent) -> bool:
    """Return whether a turn is for the block; up and down is left to the conversation."""
    if event.angleDelta().x():
        return True
    event.ignore()
    return False
