# SPDX-License-Identifier: Apache-2.0
"""What a plan is made for: context, type of cache, memory of the cards, placement."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QWidget,
)

from ktdesk.settings import EngineSettings, describe
from ui.placement.presenter import PlacementPresenter
from ui.placement.words import placement_name, short_tokens
from ui.widgets.still import keep_still

_MB_PER_GB = 1000


class Controls(QWidget):
    """Changes are planned at once."""

    def __init__(self, presenter: PlacementPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.context, self._context_text = QSlider(Qt.Orientation.Horizontal, self), QLabel(self)
        self.cache, self.memory = QComboBox(self), QDoubleSpinBox(self)
        self.placement = QComboBox(self)
        self._titles = [QLabel(self) for _ in range(4)]
        self._lay_out()
        self.cache.addItems(describe(EngineSettings)["cache_type"].choices)
        self.memory.setRange(0, 10_000)
        self.memory.setDecimals(1)
        self.memory.setKeyboardTracking(False)
        self.memory.lineEdit().setTextMargins(6, 0, 6, 0)  # its padding in a style sheet is ignored
        self.context.valueChanged.connect(self._on_context)
        self.cache.activated.connect(self._on_cache)
        self.memory.valueChanged.connect(self._on_memory)
        self.placement.activated.connect(self._on_placement)
        presenter.changed.connect(self.retranslate)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Show what is wanted, in the present language."""
        names = (self.tr("Context"), self.tr("Cache"), self.tr("Card's memory"))
        for title, name, field in zip(
            self._titles, (*names, self.tr("Placement")), self._fields(), strict=True
        ):
            title.setText(name)
            title.setBuddy(field)
            field.setAccessibleName(name)
        self.memory.setSpecialValueText(self.tr("all that is free"))
        self.memory.setSuffix(" GB")
        for field in self._fields():
            field.blockSignals(True)
        self._show_values()
        for field in self._fields():
            field.blockSignals(False)

    def _show_values(self) -> None:
        now, choices = self._presenter.wanted, self._presenter.choices
        self.context.setRange(0, max(0, len(now.stops) - 1))
        self.context.setEnabled(len(now.stops) > 1)
        if now.context_tokens in now.stops:
            self.context.setValue(now.stops.index(now.context_tokens))
        text = self.tr("{count} tokens").format(count=short_tokens(now.context_tokens))
        self._context_text.setText(text)
        self.context.setAccessibleDescription(text)
        self.cache.setCurrentText(now.cache_type)
        self.memory.setValue(now.vram_mb / _MB_PER_GB)
        self.placement.clear()
        for choice in choices:
            self.placement.addItem(placement_name(choice), choice)
        self.placement.setCurrentIndex(self.placement.findData(self._presenter.rules.choice))

    def _fields(self) -> tuple[QWidget, ...]:
        return self.context, self.cache, self.memory, self.placement

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        self.context.setPageStep(1)
        self.context.setTickPosition(QSlider.TickPosition.TicksBelow)
        self._context_text.setMinimumWidth(100)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.context, 1)
        row.addWidget(self._context_text)
        form.addRow(self._titles[0], row)
        for title, field in zip(self._titles[1:], self._fields()[1:], strict=True):
            form.addRow(title, field)
        for field in self._fields():
            keep_still(field)

    @Slot(int)
    def _on_context(self, at: int) -> None:
        self._presenter.want_context(self._presenter.wanted.stops[at])

    @Slot(int)
    def _on_cache(self, at: int) -> None:
        self._presenter.want_cache(self.cache.itemText(at))

    @Slot(float)
    def _on_memory(self, gigabytes: float) -> None:
        self._presenter.want_memory(round(gigabytes * _MB_PER_GB))

    @Slot(int)
    def _on_placement(self, at: int) -> None:
        self._presenter.choose(self.placement.itemData(at))
