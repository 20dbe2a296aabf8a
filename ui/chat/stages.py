# SPDX-License-Identifier: Apache-2.0
"""The stages of loading and of building the demo model, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ktdesk.engine import LoadProgress
from ktdesk.errors import format_bytes, format_progress

STAGES = (
    QT_TRANSLATE_NOOP("Stages", "Verifying the model"),
    QT_TRANSLATE_NOOP("Stages", "Opening the file"),
    QT_TRANSLATE_NOOP("Stages", "Reading the weights"),
    QT_TRANSLATE_NOOP("Stages", "Preparing the first step"),
    QT_TRANSLATE_NOOP("Stages", "Asking the remote"),
    QT_TRANSLATE_NOOP("Stages", "Fetching the demo model"),
    QT_TRANSLATE_NOOP("Stages", "Checking the demo model"),
    QT_TRANSLATE_NOOP("Stages", "Building the demo model"),
    QT_TRANSLATE_NOOP("Stages", "Building"),
    QT_TRANSLATE_NOOP("Stages", "Ready"),
)


def stage_text(now: LoadProgress) -> str:
    """Return how far it is, with the stage translated if it is a known one."""
    stage = QCoreApplication.translate("Stages", now.stage) if now.stage in STAGES else now.stage
    if not now.total_bytes:
        return stage
    done, total = format_progress(now.done_bytes, now.total_bytes)
    text = QCoreApplication.translate("Stages", "{stage}: {done} of {total}")
    amounts = text.format(stage=stage, done=done, total=total)
    if not now.bytes_per_s:
        return amounts
    text = QCoreApplication.translate("Stages", "{amounts}, {speed}/s")
    return text.format(amounts=amounts, speed=format_bytes(round(now.bytes_per_s)))
