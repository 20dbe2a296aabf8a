# SPDX-License-Identifier: Apache-2.0
"""How a model on this machine is, in a few words and an icon."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.state import Condition

# Icon, and its colour in the themes.
CONDITION_ICONS = {
    Condition.COMPLETE: ("check", "accent"),
    Condition.UNVERIFIED: ("note", "muted"),
    Condition.MISSING: ("warning", "warning_text"),
    Condition.DAMAGED: ("problem", "error_text"),
    Condition.UNREADABLE: ("problem", "error_text"),
    Condition.GONE: ("problem", "muted"),
}

translate = QCoreApplication.translate  # lupdate knows it by this name


def condition_text(model: LocalModel) -> str:
    """Return how a model is."""
    if model.condition is Condition.MISSING:
        return translate("Models", "Missing {count} of {parts}").format(
            count=len(model.state.missing), parts=model.state.parts
        )
    return condition_name(model.condition)


def condition_name(condition: Condition) -> str:
    """Return what a condition is called."""
    return {
        Condition.COMPLETE: translate("Models", "Complete"),
        Condition.UNVERIFIED: translate("Models", "Unverified"),
        Condition.MISSING: translate("Models", "Parts are missing"),
        Condition.DAMAGED: translate("Models", "Damaged"),
        Condition.UNREADABLE: translate("Models", "Unreadable"),
        Condition.GONE: translate("Models", "Gone"),
    }[condition]
