# SPDX-License-Identifier: Apache-2.0
"""How a model on this machine is, in a few words and an icon."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.state import Condition
from ui.error_texts import say
from ui.library.shelf_presenter import UnderWay, Work

_SHOWN = 3  # names of files in a sentence

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


def explain_text(model: LocalModel) -> str:
    """Return where a model is, how it is, and what to do about that."""
    return " ".join(filter(None, (str(model.path), "·", explanation(model))))


def explanation(model: LocalModel) -> str:
    """Return how a model is, in a sentence, and what to do about that."""
    state = model.state
    match state.condition:
        case Condition.COMPLETE:
            return (
                translate("Models", "Every byte is as its source says.")
                if model.is_published
                else translate(
                    "Models", "No published hash; every byte is as it was when first read."
                )
            )
        case Condition.UNVERIFIED if model.is_published:
            return translate("Models", "All of it is there; it is compared before it is loaded.")
        case Condition.UNVERIFIED:
            return translate("Models", "All of it is there; it is read once before it is loaded.")
        case Condition.MISSING:
            text = translate("Models", "Missing: {names}")
            return text.format(names=_listed(state.missing))
        case Condition.DAMAGED if model.differs_from_source:
            text = translate("Models", "Not as their source has them: {names}")
            return text.format(names=_listed(state.damaged))
        case Condition.DAMAGED:
            text = translate("Models", "No published hash; not as when first read: {names}")
            return text.format(names=_listed(state.damaged))
        case Condition.UNREADABLE:
            return say(state.reason)
        case Condition.GONE if not model.folder.is_dir():
            return translate("Models", "Its folder is not there: connect the disk that it is on.")
        case Condition.GONE:
            return translate("Models", "It is not there any more: put it back, or get it again.")


def work_text(under_way: UnderWay) -> str:
    """Return what is being done with a model, and how far it is."""
    text = {
        Work.VERIFY: translate("Models", "Being verified: {percent} %"),
        Work.MOVE: translate("Models", "Being moved: {percent} %"),
        Work.DELETE: translate("Models", "Being deleted: {percent} %"),
    }[under_way.work]
    return text.format(percent=int(under_way.fraction * 100))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
