# SPDX-License-Identifier: Apache-2.0
"""The settings that the loaded model has for itself: changed one by one, kept a moment later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktdesk.errors import LibraryError
from ktdesk.settings import Section
from ui.settings_store import SAVE_AFTER_MS

if TYPE_CHECKING:
    from ktdesk.library.shelf.model_settings import ModelSettings

S = TypeVar("S", bound=Section)
# What one model may have otherwise than all; the rest is the machine's.
_OWN_ENGINE = ("context_tokens", "cache_type", "vram_mb", "deferred_experts")


class OwnSettings(QObject):
    """Holds them for one model at a time, by its content.

    changed: section and name of a setting that has become its own, or no longer is; both '' for
    another model. failed: the LibraryError when they cannot be kept; they hold until another model
    is loaded.
    """

    changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._values: ModelSettings | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self._save)

    @property
    def can_change(self) -> bool:
        """Whether there is a model for which something can be kept."""
        return bool(self._key)

    def follow(self, key: str = "", values: ModelSettings | None = None) -> None:
        """Hold the settings of another model, or of none. What was changed is kept first."""
        self.save_now()
        self._key, self._values = key, values
        self.changed.emit("", "")

    def over(self, section: S) -> S:
        """Return settings of all models with this one's own over them."""
        return self._values.over(section) if self._values else section

    def has(self, section: str, name: str) -> bool:
        """Return whether a setting is the model's own."""
        return name in self._of(section)

    def set(self, section: str, name: str, value: Any) -> None:
        """Give the model a setting of its own."""
        if self._key and not (self.has(section, name) and self._of(section)[name] == value):
            self._change(section, name, {**self._of(section), name: value})

    def take_back(self, section: str, name: str) -> None:
        """Let the model follow what holds for all."""
        if self.has(section, name):
            kept = {each: value for each, value in self._of(section).items() if each != name}
            self._change(section, name, kept)

    @Slot()
    def save_now(self) -> None:
        """Keep what has not been kept yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._save()

    def _of(self, section: str) -> Mapping[str, Any]:
        own = self._values
        return {} if own is None else own.engine if section == "engine" else own.sampling

    def _change(self, section: str, name: str, values: Mapping[str, Any]) -> None:
        if own := self._values:
            is_engine = section == "engine"
            own = replace(own, engine=values) if is_engine else replace(own, sampling=values)
            self._values = own
            self._timer.start()
            self.changed.emit(section, name)

    @Slot()
    def _save(self) -> None:
        from ktdesk.library.shelf.model_settings import read_model_settings, write_model_settings

        if self._values is None:
            return
        placement = read_model_settings(self._key).placement  # chosen elsewhere
        try:
            write_model_settings(self._key, replace(self._values, placement=placement))
        except LibraryError as error:
            self.failed.emit(error)


def may_be_own(section: str, name: str) -> bool:
    """Return whether a model may have a setting for itself."""
    return section == "sampling" or (section == "engine" and name in _OWN_ENGINE)
