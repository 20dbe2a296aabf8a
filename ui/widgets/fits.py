# SPDX-License-Identifier: Apache-2.0
"""How well a model fits, in a word, an icon and a colour. Codes are those of `ktdesk.planning`."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

# Icon, and its colour in the themes.
FIT_ICONS = {
    "comfortable": ("check", "accent"),
    "tight": ("note", "text"),
    "from_disk": ("warning", "warning_text"),
    "will_not_run": ("problem", "error_text"),
}


def fit_text(fit: str) -> str:
    """Return how well a model fits, in words."""
    translate = QCoreApplication.translate
    return {
        "comfortable": translate("Fits", "Comfortable"),
        "tight": translate("Fits", "Tight"),
        "from_disk": translate("Fits", "From the disk: slow"),
        "will_not_run": translate("Fits", "Will not run"),
    }[fit]
