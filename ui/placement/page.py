# SPDX-License-Identifier: Apache-2.0
"""The Placement page: what a model takes, how fast it will be, and the rules that decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.placement.bars import Bars
from ui.placement.controls import Controls
from ui.placement.drawing import draw
from ui.placement.expert_map import ExpertMap
from ui.placement.expert_watch import ExpertWatch
from ui.placement.layer_map import LayerMap
from ui.placement.model_field import ModelField
from ui.placement.outcomes import Outcomes
from ui.placement.presenter import PlacementPresenter
from ui.placement.rules_panel import RulesPanel
from ui.placement.speed_chart import SpeedChart
from ui.placement.verdict_view import VerdictView
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner

if TYPE_CHECKING:
    from ui.chat.model_presenter import ModelPresenter

_RULES = 3  # the place of their heading
_EXPERTS = 5  # of the headings
_WIDEST, _NARROW = 860, 640  # of the column; narrower, charts stand below each other


class PlacementPage(QWidget):
    """Sections one below the other, in a column that scrolls."""

    def __init__(
        self,
        presenter: PlacementPresenter,
        model: ModelPresenter,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter = presenter
        self._model_field = ModelField(presenter, model, self)  # first, as for the Tab key
        self.banner, self.verdict = ErrorBanner(theme, self), VerdictView(self)
        self.bars, self.controls = Bars(theme, self), Controls(presenter, self)
        self.decode = SpeedChart(theme, lambda: self.tr("Answers: tokens/s"), self)
        self.prefill = SpeedChart(theme, lambda: self.tr("Prompts: tokens/s"), self, is_log=True)
        self.rules, self.map = RulesPanel(presenter, theme, self), LayerMap(theme, self)
        self.experts = ExpertMap(theme, self.map.column, self)
        self._watch = ExpertWatch(presenter, model)
        self.outcomes, self._waiting = Outcomes(self), QLabel(self)
        self._waiting.setObjectName("muted")
        self._headings: list[QLabel] = []
        self._body = QWidget(self)
        self._lay_out()
        presenter.changed.connect(self.refresh)
        presenter.failed.connect(self.banner.show_error)
        presenter.store.changed.connect(self._follow_mode)
        self._follow_mode()
        self._watch.looked.connect(self.experts.show_choices)
        model.failed.connect(self.banner.show_error)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        titles = (
            self.tr("What is wanted"), self.tr("Memory"), self.tr("Speed"), self.tr("Rules"),
            self.tr("Map of the layers"), self.tr("Experts that were chosen"),
            self.tr("Predicted and measured"),
        )  # fmt: skip
        for heading, title in zip(self._headings, titles, strict=True):
            heading.setText(title)
        self.refresh()

    @Slot()
    def _follow_mode(self) -> None:
        """Leave out the heading where only the button of the rules is left."""
        self._headings[_RULES].setVisible(self._presenter.store.settings.interface.advanced)

    @Slot()
    def refresh(self) -> None:
        """Show the present plan."""
        now = self._presenter
        is_reading = now.is_reading and now.plan is None
        reading, none = self.tr("Reading the model's file…"), self.tr("No model is chosen.")
        self._waiting.setText(reading if is_reading else none)
        self._waiting.setVisible(is_reading or now.path is None)
        if now.plan:
            self.banner.hide()
        self._body.setVisible(now.planner is not None)
        drawing = draw(now)
        self.verdict.show_plan(drawing.plan)
        self.bars.show_shares(drawing.bars)
        self.decode.show_speeds(drawing.decode or {})
        self.prefill.show_speeds(drawing.prefill or {})
        self.rules.show_rules(drawing.table)
        self.map.show_cells(drawing.cells)
        self.experts.show_on_cards(drawing.on_cards)
        has_experts = any(cell.share == "routed" for cell in drawing.cells)
        for part in (self.experts, self._headings[_EXPERTS]):
            part.setVisible(has_experts)
        self._watch.look()
        self.outcomes.show_outcomes(drawing.outcomes)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Plan for the memory that is free by now."""
        super().showEvent(event)
        if self._presenter.path and not self._presenter.is_reading:
            self._presenter.show_model(self._presenter.path)
        self._watch.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Look at nothing that nobody sees."""
        super().hideEvent(event)
        self._watch.watch(False)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Put the charts side by side where there is room."""
        super().resizeEvent(event)
        is_narrow = event.size().width() < _NARROW
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._charts.setDirection(down if is_narrow else across)

    def _lay_out(self) -> None:
        self._charts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._charts.setSpacing(24)
        self._charts.addWidget(self.decode, 1)
        self._charts.addWidget(self.prefill, 1)
        sections = QVBoxLayout(self._body)
        sections.setContentsMargins(0, 0, 0, 0)
        sections.setSpacing(10)
        for part in (
            self.controls, self.bars, self._charts, self.rules, self.map, self.experts,
            self.outcomes,
        ):  # fmt: skip
            heading = QLabel(self._body)
            heading.setObjectName("heading")
            self._headings.append(heading)
            sections.addSpacing(10)
            sections.addWidget(heading)
            if isinstance(part, QBoxLayout):
                sections.addLayout(part)
            else:
                sections.addWidget(part)
        column = QWidget(self)
        column.setObjectName("column")
        column.setMaximumWidth(_WIDEST)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(20, 16, 20, 24)
        rows.setSpacing(12)
        for widget in (self._model_field, self.banner, self._waiting, self.verdict, self._body):
            rows.addWidget(widget)
        rows.addStretch()
        self._add_scrolling(column)

    def _add_scrolling(self, column: QWidget) -> None:
        centred = QWidget(self)
        centred.setObjectName("column")
        row = QHBoxLayout(centred)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch()
        row.addWidget(column, 1000)
        row.addStretch()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(centred)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
