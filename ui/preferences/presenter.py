# SPDX-License-Identifier: Apache-2.0
"""All settings: which are shown, in which mode and for which words, and back to what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import SettingsError
from ktdesk.settings import Section, Setting, Settings, describe
from ui.settings_store import SettingsStore
from ui.widgets.setting_texts import setting_text

ORDER = (
    "interface", "engine", "sampling", "models", "downloads", "sources", "network", "server",
    "hardware", "updates",
)  # fmt: skip
SWITCH = ("interface", "advanced")  # stands above all others
FOLDERS = (("models", "folders"), ("models", "downloads"))  # have a form of their own

_FIRST = Settings()

Key = tuple[str, str]  # section and name


class PreferencesPresenter(QObject):
    """shown_changed: others are to be shown. value_changed: section and name of a setting."""

    shown_changed = Signal()
    value_changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self.words = ""
        store.changed.connect(self._follow)

    @property
    def is_advanced(self) -> bool:
        """Whether everything is shown that can be set."""
        return self.store.settings.interface.advanced

    def all_keys(self) -> Iterator[Key]:
        """Return all settings there are for people, in the order of the page."""
        for section in ORDER:
            for name, about in self._describe(section).items():
                if about.level != "internal" and (section, name) != SWITCH:
                    yield section, name

    def about(self, section: str, name: str) -> Setting:
        """Return what is said of a setting."""
        return self._describe(section)[name]

    def value(self, section: str, name: str) -> Any:
        """Return the present value."""
        return getattr(getattr(self.store.settings, section), name)

    def is_shown(self, section: str, name: str) -> bool:
        """Return whether the mode and the words that are searched for let a setting be seen.

        No mode hides one that was changed.
        """
        return not self._is_hidden(section, name) and self._is_found(section, name)

    def finds(self, text: str) -> bool:
        """Return whether a text has all words that are searched for."""
        return all(word in text.casefold() for word in self.words.casefold().split())

    def hidden_matches(self) -> int:
        """Return how many settings only the advanced mode would show."""
        if not self.words.strip():
            return 0
        return sum(self._is_hidden(*key) and self._is_found(*key) for key in self.all_keys())

    def is_changed(self, section: str, name: str) -> bool:
        """Return whether a setting has another value than at first."""
        return self.value(section, name) != _default(section, name)

    def changed_keys(self) -> list[Key]:
        """Return the settings that have another value than at first; where models are is none."""
        return [key for key in self.all_keys() if key not in FOLDERS and self.is_changed(*key)]

    def search(self, words: str) -> None:
        """Show only settings with these words; all, if there are none."""
        self.words = words
        self.shown_changed.emit()

    def set(self, section: str, name: str, value: Any) -> None:
        """Give a setting a value; one that is not allowed is told, and the old one stays."""
        try:
            self.store.set(section, name, value)
        except SettingsError as error:
            self.failed.emit(error)
            self.value_changed.emit(section, name)

    def reset(self, section: str, name: str) -> None:
        """Give a setting the value that it has at first."""
        self.set(section, name, _default(section, name))

    def reset_all(self) -> None:
        """Give all settings for people the value that they have at first."""
        for key in self.changed_keys():
            self.reset(*key)

    def _is_hidden(self, section: str, name: str) -> bool:
        is_for_all = self.is_advanced or self.about(section, name).level == "simple"
        return not is_for_all and not self.is_changed(section, name)

    def _is_found(self, section: str, name: str) -> bool:
        """Search in the window's language, in English, and in the names of the file."""
        about = self.about(section, name)
        texts = (about.title, about.help, *about.choices)
        return self.finds(" ".join((section, name, *texts, *map(setting_text, texts))))

    def _describe(self, section: str) -> dict[str, Setting]:
        values: Section = getattr(self.store.settings, section)
        return describe(type(values))

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        self.value_changed.emit(section, name)
        if (section, name) == SWITCH:
            self.shown_changed.emit()


def _default(section: str, name: str) -> Any:
    return getattr(getattr(_FIRST, section), name)
