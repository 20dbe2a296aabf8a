# SPDX-License-Identifier: Apache-2.0
"""A setting on the page: its field, and the way back to the value that it has at first."""

from __future__ import annotations

from functools import partial
from typing import get_type_hints

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ktdesk.settings import Section
from ui.language import LANGUAGES
from ui.preferences.presenter import PreferencesPresenter
from ui.theme import Theme
from ui.widgets.icon_button import IconButton
from ui.widgets.setting_field import SettingField
from ui.widgets.setting_texts import setting_text


class SettingRow(QWidget):
    """Changes are taken at once."""

    def __init__(
        self,
        presenter: PreferencesPresenter,
        theme: Theme,
        section: str,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._section, self._name = presenter, section, name
        about, value = presenter.about(section, name), presenter.value(section, name)
        values: Section = getattr(presenter.store.settings, section)
        kind = get_type_hints(type(values))[name]
        names = {"": "", **LANGUAGES} if name == "language" else None
        self.field = SettingField(about, value, kind, names=names)
        self.field.setObjectName(f"{section}.{name}")
        self.field.edited.connect(partial(presenter.set, section, name))
        self.back = IconButton(theme, "back", self, colour="muted")
        self.back.setObjectName("cardButton")
        self.back.setIconSize(QSize(16, 16))
        self.back.clicked.connect(partial(presenter.reset, section, name))
        policy = self.back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.field, 1)
        row.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        presenter.value_changed.connect(self._follow)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        title = setting_text(self._presenter.about(self._section, self._name).title)
        self.back.describe(self.tr("{setting}: as it was at first").format(setting=title))
        self._show_back()

    def follow_search(self) -> bool:
        """Show it or not, as mode and words have it; return whether it is shown."""
        is_shown = self._presenter.is_shown(self._section, self._name)
        self.setVisible(is_shown)
        return is_shown

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        if (section, name) == (self._section, self._name):
            self.field.show_value(self._presenter.value(section, name))
            self._show_back()

    def _show_back(self) -> None:
        self.back.setVisible(self._presenter.is_changed(self._section, self._name))
