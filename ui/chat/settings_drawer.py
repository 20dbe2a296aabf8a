# SPDX-License-Identifier: Apache-2.0
"""The settings of engine and answers, beside the conversation. The Settings page has all."""

from __future__ import annotations

from functools import partial
from typing import Any, get_type_hints

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ktdesk.settings import Section, Setting, Settings, describe
from ui.chat.model_presenter import ModelPresenter
from ui.chat.own_mark import OwnMark
from ui.chat.own_settings import may_be_own
from ui.chat.settings_scope import SettingsScope
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.drawer import Drawer
from ui.widgets.setting_field import SettingField

SHOWN = {
    "engine": ("threads", "context_tokens", "cache_type", "vram_mb", "deferred_experts", "kept_mb"),
    "sampling": (
        "max_tokens", "temperature", "top_k", "typical_p", "top_p", "min_p", "repetition_penalty",
        "presence_penalty", "frequency_penalty", "penalty_tokens", "dry_multiplier", "dry_base",
        "dry_allowed_length", "dry_tokens", "seed",
        "context_full", "prompt_lookup",
    ),
}  # fmt: skip
_FIRST = Settings()


class SettingsDrawer(Drawer):
    """Changes are taken at once; those of the engine when a model is loaded.

    For the loaded model, it shows what holds for it, and which of that is its own.
    """

    def __init__(
        self,
        store: SettingsStore,
        model: ModelPresenter,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._store, self._model = store, model
        self._headings: dict[str, QLabel] = {}
        self._fields: dict[tuple[str, str], SettingField] = {}
        self._marks: dict[tuple[str, str], OwnMark] = {}
        self.scope = SettingsScope(model, self)
        self.scope.changed.connect(self._show_scope)
        self._note, self._reload = QLabel(self), QPushButton(self)
        self._note.setObjectName("muted")
        self._note.setWordWrap(True)
        self._reload.setProperty("primary", True)
        self._reload.clicked.connect(model.reload)
        self.put_above(self.scope)
        self._fill_form()
        model.changed.connect(self.refresh)
        store.changed.connect(self._show_value)
        model.own.changed.connect(self._show_value)
        self.retranslate()
        self._show_scope()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.say(self.tr("Engine and answers"), self.tr("Close the settings"))
        titles = (self.tr("Engine"), self.tr("Answers"))
        for heading, title in zip(self._headings.values(), titles, strict=True):
            heading.setText(title)
        self._note.setText(self.tr("Takes effect when a model is loaded the next time."))
        self._reload.setText(self.tr("Reload the model"))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Offer to reload where a change waits for it."""
        self._reload.setVisible(self._model.needs_reload)

    @Slot(str, str)
    def _show_value(self, section: str, name: str) -> None:
        if not section or name == "advanced":  # another model, or another mode
            self._show_scope()
        elif field := self._fields.get((section, name)):
            field.show_value(self._value(section, name))
            self._show_mark(section, name, is_shown=not field.isHidden())

    @Slot()
    def _show_scope(self) -> None:
        """Show the settings of all models, or those that the loaded one may have for itself."""
        is_of_model, shown = self.scope.is_of_model, set[str]()
        for (section, name), field in self._fields.items():
            is_own = not is_of_model or may_be_own(section, name)
            is_shown = is_own and self._is_wanted(section, name)
            field.setVisible(is_shown)
            field.show_value(self._value(section, name))
            self._show_mark(section, name, is_shown=is_shown)
            if is_shown:
                shown.add(section)
        for section, heading in self._headings.items():
            heading.setVisible(section in shown)

    def _show_mark(self, section: str, name: str, *, is_shown: bool) -> None:
        if mark := self._marks.get((section, name)):
            if is_shown and self._model.own.has(section, name):
                mark.say(is_of_model=self.scope.is_of_model)
            else:
                mark.hide()

    def _value(self, section: str, name: str) -> Any:
        values: Section = getattr(self._store.settings, section)
        if self.scope.is_of_model and may_be_own(section, name):
            values = self._model.own.over(values)
        return getattr(values, name)

    def _edit(self, section: str, name: str, value: Any) -> None:
        if value == self._value(section, name):  # fields tell also when they are left
            return
        if self.scope.is_of_model:
            self._model.own.set(section, name, value)
        else:
            self._store.set(section, name, value)

    def _fill_form(self) -> None:
        form = self.form
        form.setSpacing(14)
        for section, names in SHOWN.items():
            heading = QLabel(self)
            heading.setObjectName("heading")
            self._headings[section] = heading
            form.addWidget(heading)
            for name in names:
                self._fields[section, name] = self._make_field(section, name)
                form.addWidget(self._fields[section, name])
                if may_be_own(section, name):
                    form.addWidget(self._make_mark(section, name))
            if section == "engine":
                form.addWidget(self._note)
                form.addWidget(self._reload)
            form.addSpacing(10)
        form.addStretch()

    def _make_field(self, section: str, name: str) -> SettingField:
        values: Section = getattr(self._store.settings, section)
        kind = get_type_hints(type(values))[name]
        field = SettingField(self._about(section)[name], getattr(values, name), kind)
        field.setObjectName(f"{section}.{name}")
        field.edited.connect(partial(self._edit, section, name))
        return field

    def _is_wanted(self, section: str, name: str) -> bool:
        """Return whether the mode shows a setting, or it was changed, which no mode hides."""
        is_simple = self._about(section)[name].level == "simple"
        is_changed = self._value(section, name) != getattr(getattr(_FIRST, section), name)
        is_own = self._model.own.has(section, name)
        return is_simple or is_changed or is_own or self._store.settings.interface.advanced

    def _about(self, section: str) -> dict[str, Setting]:
        values: Section = getattr(self._store.settings, section)
        return describe(type(values))

    def _make_mark(self, section: str, name: str) -> OwnMark:
        mark = self._marks[section, name] = OwnMark(self)
        mark.setObjectName(f"own.{section}.{name}")
        mark.taken_back.connect(partial(self._model.own.take_back, section, name))
        return mark
