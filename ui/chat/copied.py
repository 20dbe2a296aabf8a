# SPDX-License-Identifier: Apache-2.0
"""What is copied of an answer."""

from __future__ import annotations

from PySide6.QtCore import QMimeData


def with_text(made: QMimeData, text: str) -> QMimeData:
    """Return what Qt made of a selection, with a text in place of all that it holds.

    A clipboard may keep it until the process ends, which is after Python has ended: destroying
    what Python had made would crash then.
    """
    made.text()  # Qt fills it when it is asked for the first time, and would do so later
    made.clear()
    made.setText(text)
    return made
