# SPDX-License-Identifier: Apache-2.0
"""The stages of loading and of building the demo model, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

STAGES = (
    QT_TRANSLATE_NOOP("Stages", "Opening the file"),
    QT_TRANSLATE_NOOP("Stages", "Placing the weights"),
    QT_TRANSLATE_NOOP("Stages", "Reading the weights"),
    QT_TRANSLATE_NOOP("Stages", "Preparing the first step"),
    QT_TRANSLATE_NOOP("Stages", "Fetching the demo model"),
    QT_TRANSLATE_NOOP("Stages", "Checking the demo model"),
    QT_TRANSLATE_NOOP("Stages", "Building the demo model"),
    QT_TRANSLATE_NOOP("Stages", "Building"),
    QT_TRANSLATE_NOOP("Stages", "Ready"),
)


def stage_title(stage: str) -> str:
    """Return a stage that the engine or the library reports, translated if it is a known one."""
    return QCoreApplication.translate("Stages", stage) if stage in STAGES else stage
