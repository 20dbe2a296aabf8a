# SPDX-License-Identifier: Apache-2.0
"""The figures of an answer, and the settings that made it, in a small window."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ktdesk import Stats
from ktdesk.settings import EngineSettings, SamplingSettings, describe
from ui.chat.messages import ChatMessage
from ui.error_texts import say
from ui.widgets.setting_texts import setting_text

SIZE = (460, 520)


def figures(message: ChatMessage) -> list[tuple[str, str]]:
    """Return names and values of what was measured, in the present language."""
    locale = QLocale()
    rows = [(QCoreApplication.translate("Details", "Model"), message.model or "\u2013")]
    if message.created:
        when = QDateTime.fromSecsSinceEpoch(int(message.created))
        rows.append(
            (
                QCoreApplication.translate("Details", "Time"),
                locale.toString(when, QLocale.FormatType.ShortFormat),
            )
        )
    if message.thinking_ms:
        seconds = locale.toString(message.thinking_ms / 1000, "f", 1)
        rows.append((QCoreApplication.translate("Details", "Thought for"), f"{seconds} s"))
    if message.stats:
        rows += _measured(message.stats)
    if message.stop_reason:
        rows.append(
            (QCoreApplication.translate("Details", "Ended by"), _reason(message.stop_reason))
        )
    if message.error:
        rows.append((QCoreApplication.translate("Details", "Error"), say(message.error)))
    return rows


def settings_rows(message: ChatMessage) -> list[tuple[str, str]]:
    """Return names and values of the settings that made a message."""
    rows: list[tuple[str, str]] = []
    for name, section in (("sampling", SamplingSettings), ("engine", EngineSettings)):
        about = describe(section)
        made_with = message.settings.get(name)
        values = cast("dict[str, Any]", made_with) if isinstance(made_with, dict) else {}
        rows += [
            (setting_text(about[key].title) if key in about else key, _value(value))
            for key, value in values.items()
        ]
    model = message.settings.get("model")
    if isinstance(model, dict):
        names = _model_names()
        about_it = cast("dict[str, Any]", model).items()
        rows += [(names.get(key, key), _value(value)) for key, value in about_it]
    return rows


class DetailsDialog(QDialog):
    """Shows both lists; the texts can be selected."""

    def __init__(self, message: ChatMessage, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Figures and settings"))
        self.resize(*SIZE)
        inside = QWidget(self)
        form = QFormLayout(inside)
        form.setHorizontalSpacing(24)
        for title, rows in (
            (self.tr("Figures"), figures(message)),
            (self.tr("Settings that made it"), settings_rows(message)),
        ):
            if rows:
                heading = QLabel(title, inside)
                heading.setObjectName("heading")
                form.addRow(heading)
            for name, value in rows:
                form.addRow(QLabel(name, inside), _text(value, inside))
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(scroll, 1)
        column.addWidget(buttons)


def _text(value: str, parent: QWidget) -> QLabel:
    label = QLabel(value, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def _measured(stats: Stats) -> list[tuple[str, str]]:
    number = QLocale().toString
    speed = QCoreApplication.translate("Details", "{speed} tokens/s")
    return [
        (QCoreApplication.translate("Details", "Prompt"), number(stats.prompt_tokens)),
        (QCoreApplication.translate("Details", "of it known before"), number(stats.cached_tokens)),
        (QCoreApplication.translate("Details", "Written"), number(stats.generated_tokens)),
        (
            QCoreApplication.translate("Details", "of it guessed ahead"),
            number(stats.guessed_tokens),
        ),
        (
            QCoreApplication.translate("Details", "First token after"),
            f"{number(stats.first_token_s, 'f', 2)} s",
        ),
        (
            QCoreApplication.translate("Details", "Reading"),
            speed.format(speed=number(stats.prefill_tokens_per_s, "f", 1)),
        ),
        (
            QCoreApplication.translate("Details", "Writing"),
            speed.format(speed=number(stats.decode_tokens_per_s, "f", 1)),
        ),
        (
            QCoreApplication.translate("Details", "Context"),
            f"{number(stats.context_used)} / {number(stats.context_tokens)}",
        ),
    ]


def _reason(reason: str) -> str:
    reasons = {
        "end": QCoreApplication.translate("Details", "the model itself"),
        "length": QCoreApplication.translate("Details", "the greatest length"),
        "stop": QCoreApplication.translate("Details", "a text that ends answers"),
        "context": QCoreApplication.translate("Details", "the end of the context"),
        "cancelled": QCoreApplication.translate("Details", "you"),
    }
    return reasons.get(reason, reason)


def _model_names() -> dict[str, str]:
    return {
        "path": QCoreApplication.translate("Details", "Model file"),
        "weight_types": QCoreApplication.translate("Details", "Types of its weights"),
        "placement": QCoreApplication.translate("Details", "Its placement"),
        "context_tokens": QCoreApplication.translate("Details", "Its context"),
    }


def _value(value: object) -> str:
    if value is None or value == "":
        return "\u2013"
    if isinstance(value, bool):
        yes = QCoreApplication.translate("Details", "yes")
        return yes if value else QCoreApplication.translate("Details", "no")
    return setting_text(value) if isinstance(value, str) else str(value)
