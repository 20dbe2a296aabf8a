# SPDX-License-Identifier: Apache-2.0
"""The settings at the side of the window, made from their declarations in `ktdesk.settings`."""

from __future__ import annotations

from functools import partial
from typing import get_type_hints

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ktdesk.settings import Section, describe
from ui.chat.model_presenter import ModelPresenter
from ui.language import LANGUAGES
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.icon_button import IconButton
from ui.widgets.setting_field import SettingField

WIDTH = 320
# Sections and their settings; what the window keeps for itself is not among them.
SHOWN = {
    "engine": ("threads", "context_tokens", "cache_type", "vram_mb", "deferred_experts", "kept_mb"),
    "sampling": (
        "max_tokens", "temperature", "top_k", "typical_p", "top_p", "min_p", "repetition_penalty",
        "presence_penalty", "frequency_penalty", "penalty_tokens", "dry_multiplier", "dry_base",
        "dry_allowed_length", "dry_tokens", "seed",
        "context_full", "prompt_lookup",
    ),
    "models": ("other_programs",),
    "sources": ("preferred", "hub", "mirror", "modelscope"),
    "network": ("proxy",),
    "interface": ("theme", "language", "close_while_downloading"),
}  # fmt: skip


class SettingsDrawer(QFrame):
    """Changes are taken at once; those of the engine when a model is loaded."""

    def __init__(
        self,
        store: SettingsStore,
        model: ModelPresenter,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setFixedWidth(WIDTH)
        self._store, self._model = store, model
        self._headings: dict[str, QLabel] = {}
        self._fields: dict[tuple[str, str], SettingField] = {}
        self._title, self._close = QLabel(self), IconButton(theme, "close", self)
        self._title.setObjectName("heading")
        self._close.clicked.connect(self.hide)
        self._note, self._network_note, self._reload = QLabel(self), QLabel(self), QPushButton(self)
        for note in (self._note, self._network_note):
            note.setObjectName("muted")
            note.setWordWrap(True)
        self._reload.setProperty("primary", True)
        self._reload.clicked.connect(model.reload)
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 10, 4)
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self._make_form(), 1)
        model.changed.connect(self.refresh)
        store.changed.connect(self._show_value)
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("Settings"))
        self._close.describe(self.tr("Close the settings"))
        titles = (
            self.tr("Engine"), self.tr("Answers"), self.tr("Models"), self.tr("Sources"),
            self.tr("Network"), self.tr("Window"),
        )  # fmt: skip
        for heading, title in zip(self._headings.values(), titles, strict=True):
            heading.setText(title)
        self._note.setText(self.tr("Takes effect when a model is loaded the next time."))
        self._network_note.setText(self.tr("Takes effect when KTDesk is started the next time."))
        self._reload.setText(self.tr("Reload the model"))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Offer to reload where a change waits for it."""
        self._reload.setVisible(self._model.needs_reload)

    @Slot(str, str)
    def _show_value(self, section: str, name: str) -> None:
        if field := self._fields.get((section, name)):
            field.show_value(getattr(getattr(self._store.settings, section), name))

    def _make_form(self) -> QScrollArea:
        body = QWidget(self)
        body.setObjectName("drawerBody")
        form = QVBoxLayout(body)
        form.setContentsMargins(20, 4, 20, 20)
        form.setSpacing(14)
        for section, names in SHOWN.items():
            heading = QLabel(body)
            heading.setObjectName("heading")
            self._headings[section] = heading
            form.addWidget(heading)
            for name in names:
                self._fields[section, name] = self._make_field(section, name)
                form.addWidget(self._fields[section, name])
            if section == "engine":
                form.addWidget(self._note)
                form.addWidget(self._reload)
            elif section == "network":
                form.addWidget(self._network_note)
            form.addSpacing(10)
        form.addStretch()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        return area

    def _make_field(self, section: str, name: str) -> SettingField:
        values: Section = getattr(self._store.settings, section)
        names = {"": "", **LANGUAGES} if name == "language" else None
        kind = get_type_hints(type(values))[name]
        field = SettingField(describe(type(values))[name], getattr(values, name), kind, names=names)
        field.setObjectName(f"{section}.{name}")
        field.edited.connect(partial(self._store.set, section, name))
        return field
