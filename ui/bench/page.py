# SPDX-License-Identifier: Apache-2.0
"""The Bench page: which model, how much, the run, what came of it, and what was measured before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui.bench.presenter import BenchPresenter
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.column_page import scroll
from ui.widgets.still import keep_still
from ui.widgets.tables import show_rows

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel

MOST_WIDTH = 860
_SIZES = (("prompt_tokens", 512, 1 << 20), ("tokens", 64, 1 << 16), ("runs", 3, 100))
_FULL = 1000  # of the bar


class BenchPage(QWidget):
    """Measures one model; the window's own makes room meanwhile, and is loaded again."""

    def __init__(
        self, presenter: BenchPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter = presenter
        self.banner = ErrorBanner(theme, self)
        self._about, self._since, self._earlier = (QLabel(self) for _ in range(3))
        for label in (self._about, self._since):
            label.setObjectName("muted")
            label.setWordWrap(True)
        self._earlier.setObjectName("heading")
        self._model_title, self.models = QLabel(self), QComboBox(self)
        self._size_titles = [QLabel(self) for _ in _SIZES]
        self.sizes = {name: self._number(value, most) for name, value, most in _SIZES}
        self.start, self.cancel = QPushButton(self), QPushButton(self)
        self.start.setProperty("primary", True)
        self.bar, self._stage = QProgressBar(self), QLabel(self)
        self.bar.setRange(0, _FULL)
        self.bar.setTextVisible(False)
        self.figures, self.kept = _Table(0, self), _Table(1, self)
        self._lay_out()
        self.start.clicked.connect(self._begin)
        self.cancel.clicked.connect(presenter.cancel)
        presenter.changed.connect(self.refresh)
        presenter.progress.connect(self._show_progress)
        presenter.failed.connect(self.banner.show_error)
        presenter.model.found.connect(self._show_models)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._about.setText(
            self.tr(
                "Measures in a process of its own how fast a model reads and answers. The model "
                "that is loaded makes room meanwhile. What was measured is kept, and compared the "
                "next time. `ktdesk bench` measures the same."
            )
        )
        self._model_title.setText(self.tr("Model"))
        self._model_title.setBuddy(self.models)
        self.models.setAccessibleName(self.tr("Model"))
        titles = (self.tr("Prompt, tokens"), self.tr("Answer, tokens"), self.tr("Runs"))
        for label, field, title in zip(self._size_titles, self.sizes.values(), titles, strict=True):
            label.setText(title)
            label.setBuddy(field)
            field.setAccessibleName(title)
        self.start.setText(self.tr("Measure"))
        self.cancel.setText(self.tr("Cancel"))
        self.bar.setAccessibleName(self.tr("Progress"))
        self._earlier.setText(self.tr("Measured before"))
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Ask what there is now."""
        super().showEvent(event)
        self._presenter.look()

    @Slot()
    def refresh(self) -> None:
        """Show how things stand."""
        now = self._presenter
        self.start.setEnabled(not now.is_running and self.models.count() > 0)
        self.cancel.setEnabled(now.is_running)
        for field in (self.models, *self.sizes.values()):
            field.setEnabled(not now.is_running)
        self.bar.setVisible(now.is_running)
        self._stage.setVisible(now.is_running)
        self._show_bench()
        self._show_kept()

    def _show_bench(self) -> None:
        bench = self._presenter.bench
        self.figures.setVisible(bench is not None)
        self._since.setVisible(bench is not None)
        if bench is None:
            return
        from ui.bench.words import figure_rows

        names = ("", self.tr("Median"), self.tr("Lowest"), self.tr("Highest"), self.tr("Change"))
        self.figures.setAccessibleName(self.tr("Figures"))
        self.figures.show_texts(names, figure_rows(bench))
        said = f"{bench.info.name} · {bench.info.placement}"
        if bench.last:
            since = self.tr("Change: since {when}, with KTDesk {version}")
            when, version = bench.last.get("measured_at"), bench.last.get("version")
            said += " · " + since.format(when=when, version=version)
        self._since.setText(said)

    def _show_kept(self) -> None:
        kept = self._presenter.kept
        self.kept.setVisible(bool(kept))
        self._earlier.setVisible(bool(kept))
        if not kept:
            return
        from ui.bench.words import kept_row

        names = (
            self.tr("When"), self.tr("Model"), self.tr("Placement"), self.tr("Prompt, tokens/s"),
            self.tr("Answer, tokens/s"),
        )  # fmt: skip
        self.kept.setAccessibleName(self.tr("Measured before"))
        self.kept.show_texts(names, [kept_row(result) for result in kept])

    @Slot(list)
    def _show_models(self, models: list[LocalModel]) -> None:
        wanted = self.models.currentData() or self._presenter.model.path
        self.models.clear()
        for model in models:
            if not model.problem:
                self.models.addItem(model.name, model.path)
        paths = [self.models.itemData(at) for at in range(self.models.count())]
        self.models.setCurrentIndex(paths.index(wanted) if wanted in paths else 0)
        self.refresh()

    @Slot(str, float)
    def _show_progress(self, stage: str, fraction: float) -> None:
        from ui.bench.words import stage_text

        self._stage.setText(f"{stage_text(stage)}…")
        self.bar.setValue(round(_FULL * fraction))

    @Slot()
    def _begin(self) -> None:
        path = self.models.currentData()
        if isinstance(path, Path):
            self.banner.hide()
            self._stage.setText("")
            self.bar.setValue(0)
            prompt, tokens, runs = (field.value() for field in self.sizes.values())
            self._presenter.start(path, {"prompt_tokens": prompt, "tokens": tokens, "runs": runs})

    def _number(self, value: int, most: int) -> QSpinBox:
        field = QSpinBox(self)
        keep_still(field)
        field.lineEdit().setTextMargins(6, 0, 6, 0)  # its padding in a style sheet is ignored
        field.setRange(1, most)
        field.setValue(value)
        return field

    def _lay_out(self) -> None:
        body = QWidget(self)
        body.setObjectName("page")
        body.setMaximumWidth(MOST_WIDTH)
        form, buttons = QHBoxLayout(), QHBoxLayout()
        form.setSpacing(12)
        pairs = ((self._model_title, self.models), *zip(self._size_titles, self.sizes.values()))  # noqa: B905
        for label, field in pairs:
            pair = QVBoxLayout()
            pair.addWidget(label)
            pair.addWidget(field)
            form.addLayout(pair, 3 if field is self.models else 1)
        for widget in (self.start, self.cancel):
            buttons.addWidget(widget)
        buttons.addWidget(self._stage)
        buttons.addStretch()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 24)
        column.setSpacing(12)
        column.addWidget(self._about)
        column.addWidget(self.banner)
        column.addLayout(form)
        column.addLayout(buttons)
        for widget in (self.bar, self._since, self.figures, self._earlier, self.kept):
            column.addWidget(widget)
        column.addStretch()
        scroll(self, body)


class _Table(QTableView):
    """Texts in rows, as high as they are. wide: the column that takes the room that is left.

    Columns behind it are figures, which stand at their right.
    """

    def __init__(self, wide: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._wide = wide
        self._model = QStandardItemModel(self)
        show_rows(self, self._model)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)

    def show_texts(self, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Show a header and rows."""
        self._model.clear()
        self._model.setHorizontalHeaderLabels(list(names))
        for row in rows:
            self._model.appendRow([QStandardItem(text) for text in row])
        for column in range(len(names)):
            self._align(column)
        modes = QHeaderView.ResizeMode
        self.horizontalHeader().setSectionResizeMode(modes.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(self._wide, modes.Stretch)
        high = self.verticalHeader().defaultSectionSize() * self._model.rowCount()
        self.setFixedHeight(high + self.horizontalHeader().sizeHint().height() + 4)

    def _align(self, column: int) -> None:
        sides = Qt.AlignmentFlag
        side = sides.AlignRight if column > self._wide else sides.AlignLeft
        items = [self._model.item(row, column) for row in range(self._model.rowCount())]
        for item in (self._model.horizontalHeaderItem(column), *items):
            item.setTextAlignment(side | sides.AlignVCenter)
