# SPDX-License-Identifier: Apache-2.0
"""What the active chat has for itself, at the side: model, preset, instructions, sampling."""

from __future__ import annotations

from functools import partial
from typing import Any, get_type_hints

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from ktdesk.settings import SamplingSettings, describe
from ui.chat.model_presenter import ModelPresenter
from ui.chat.own_chat import OwnChat
from ui.chat.own_mark import OwnMark
from ui.chat.settings_drawer import SHOWN
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.drawer import Drawer
from ui.widgets.setting_field import SettingField
from ui.workspace.pane_model import PaneModel
from ui.workspace.presenter import Workspace
from ui.workspace.preset_row import PresetRow

LINES = 7  # of the instructions that are seen
_FIRST = SamplingSettings()


class ChatSettings(Drawer):
    """Follows the active pane. Changes are taken at once, and hold for the next answer."""

    def __init__(
        self,
        workspace: Workspace,
        model: ModelPresenter,
        kept: KeptChats,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._workspace, self._model, self._store = workspace, model, store
        self._fields: dict[str, SettingField] = {}
        self._marks: dict[str, OwnMark] = {}
        self._model_title, self._told_title, self._answers_title = (QLabel(self) for _ in range(3))
        self._answers_title.setObjectName("heading")
        self.model = PaneModel(lambda: self._own, model, theme, self)
        self.presets = PresetRow(lambda: self._own, kept, self)
        self.instructions = self._make_editor()
        self.setFocusProxy(self.instructions)
        self._fill_form()
        workspace.active_changed.connect(self.refresh)
        model.changed.connect(self.refresh)
        self.retranslate()

    @property
    def _own(self) -> OwnChat:
        return self._workspace.active.own

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.say(self.tr("This chat"), self.tr("Close the settings of this chat"))
        self._model_title.setText(self.tr("Model"))
        self._told_title.setText(self.tr("Instructions"))
        self.instructions.setPlaceholderText(
            self.tr("What the model shall keep to, as: answer briefly, in German.")
        )
        self.instructions.setAccessibleName(self.tr("Instructions"))
        self._answers_title.setText(self.tr("Answers in this chat"))
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show what has changed meanwhile."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what holds for the chat, and what of it is its own, if anybody looks."""
        if self.isHidden():
            return
        own = self._own
        self.model.retranslate()
        if self.instructions.toPlainText().strip() != own.instructions:
            self.instructions.blockSignals(True)
            self.instructions.setPlainText(own.instructions)
            self.instructions.blockSignals(False)
        values = self._values()
        for name, field in self._fields.items():
            field.show_value(getattr(values, name))
            is_own = name in own.choices.sampling
            field.setVisible(is_own or self._is_wanted(name, values))
            if is_own:
                self._marks[name].say_of_chat()
            else:
                self._marks[name].hide()

    def _values(self) -> SamplingSettings:
        for_all = self._model.own.over(self._store.settings.sampling)
        return self._own.choices.over(for_all)

    def _is_wanted(self, name: str, values: SamplingSettings) -> bool:
        """Return whether the mode shows a setting, or it was changed, which no mode hides."""
        is_simple = describe(SamplingSettings)[name].level == "simple"
        is_changed = getattr(values, name) != getattr(_FIRST, name)
        return is_simple or is_changed or self._store.settings.interface.advanced

    @Slot()
    def _instruct(self) -> None:
        self._own.instruct(self.instructions.toPlainText())

    def _edit(self, name: str, value: Any) -> None:
        if value != getattr(self._values(), name):  # fields tell also when they are left
            self._own.set(name, value)

    def _take_back(self, name: str) -> None:
        self._own.take_back(name)

    def _make_editor(self) -> QPlainTextEdit:
        editor = QPlainTextEdit(self)
        editor.setObjectName("instructions")
        editor.setTabChangesFocus(True)
        editor.setFixedHeight(LINES * editor.fontMetrics().lineSpacing() + 20)
        editor.textChanged.connect(self._instruct)
        return editor

    def _fill_form(self) -> None:
        form = self.form
        form.setSpacing(8)
        self._told_title.setBuddy(self.instructions)
        for widget in (
            self._model_title, self.model, self._told_title, self.instructions, self.presets,
        ):  # fmt: skip
            form.addWidget(widget)
        form.addSpacing(14)
        form.addWidget(self._answers_title)
        kinds = get_type_hints(SamplingSettings)
        values = self._values()
        for name in SHOWN["sampling"]:
            about = describe(SamplingSettings)[name]
            field = SettingField(about, getattr(values, name), kinds[name])
            field.setObjectName(f"chat.{name}")
            field.edited.connect(partial(self._edit, name))
            mark = OwnMark(self)
            mark.taken_back.connect(partial(self._take_back, name))
            self._fields[name], self._marks[name] = field, mark
            form.addWidget(field)
            form.addWidget(mark)
        form.addStretch()
