# SPDX-License-Identifier: Apache-2.0
"""How the server is reached: port, local network, start; names, pages and limits folded away."""

from __future__ import annotations

from functools import partial
from typing import get_type_hints

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QVBoxLayout, QWidget

from ktdesk.errors import SettingsError
from ktdesk.settings import InterfaceSettings, Section, ServerSettings, describe
from ui.server.presenter import ServerPresenter
from ui.theme import Theme
from ui.widgets.setting_field import SettingField

SHOWN = (("server", "port"), ("server", "lan"), ("interface", "serve_at_start"))
FOLDED = (
    "host", "hosts", "cors_origins", "queue_length", "request_minutes", "answer_tokens", "body_mb",
    "log_prompts",
)  # fmt: skip
SECTIONS: dict[str, type[Section]] = {"server": ServerSettings, "interface": InterfaceSettings}


class Reach(QFrame):
    """Changes settings at once; a server that runs takes them when it starts again."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self._presenter, self._theme = presenter, theme
        self._fields: dict[tuple[str, str], SettingField] = {}
        self._title, self._need = QLabel(self), QLabel(self)
        self._title.setObjectName("heading")
        self._need.setObjectName("gate")
        self._need.setWordWrap(True)
        self.fold = QToolButton(self)
        self.fold.setObjectName("fold")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.folded = QWidget(self)
        self._lay_out()
        self.fold.toggled.connect(self._show_folded)
        theme.changed.connect(self._draw)
        presenter.changed.connect(self._follow)
        presenter.store.changed.connect(self._show_value)
        self.folded.hide()
        self._draw()
        self._follow_mode()
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("How programs reach it"))
        self.fold.setText(self.tr("Names, web pages and limits"))
        self._need.setText(self.tr("The local network needs a key: make one below."))
        self._follow()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(12)
        column.addWidget(self._title)
        for section, name in SHOWN:
            column.addWidget(self._field(section, name))
            if name == "lan":
                column.addWidget(self._need)
        column.addWidget(self.fold)
        inner = QVBoxLayout(self.folded)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(12)
        for name in FOLDED:
            inner.addWidget(self._field("server", name))
        column.addWidget(self.folded)

    def _field(self, section: str, name: str) -> SettingField:
        kind = SECTIONS[section]
        value = getattr(getattr(self._presenter.store.settings, section), name)
        field = SettingField(describe(kind)[name], value, get_type_hints(kind)[name])
        field.setObjectName(f"{section}.{name}")
        field.edited.connect(partial(self._set, section, name))
        self._fields[section, name] = field
        return field

    def _set(self, section: str, name: str, value: object) -> None:
        try:
            self._presenter.store.set(section, name, value)
        except SettingsError as error:
            self._presenter.failed.emit(error)

    @Slot(str, str)
    def _show_value(self, section: str, name: str) -> None:
        if field := self._fields.get((section, name)):
            field.show_value(getattr(getattr(self._presenter.store.settings, section), name))
        elif name == "advanced":
            self._follow_mode()

    def _follow_mode(self) -> None:
        is_advanced = self._presenter.store.settings.interface.advanced
        self.fold.setVisible(is_advanced)
        self.fold.setChecked(self.fold.isChecked() and is_advanced)

    @Slot()
    def _follow(self) -> None:
        self._need.setVisible(self._presenter.lacks_key)

    @Slot(bool)
    def _show_folded(self, is_shown: bool) -> None:
        self.folded.setVisible(is_shown)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        icon = "down" if self.fold.isChecked() else "right"
        self.fold.setIcon(self._theme.icon(icon, "muted"))
