# SPDX-License-Identifier: Apache-2.0
"""Where every layer's modules are: a column for each layer, a row for each class, a colour each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from ktdesk.errors import format_bytes
from ui.placement.words import CPU, SHARES, device_name, word
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.planning.shares import MapCell

_ROW, _GAP = 18, 1
_WIDEST = 24  # of a column
_CARDS = 4  # that have a colour of their own; more begin again


class LayerMap(QWidget):
    """The map, and below it what its colours are."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid, self._legend = _Grid(theme, self), QLabel(self)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._grid)
        column.addWidget(self._legend)
        theme.changed.connect(self.retranslate)

    def show_cells(self, cells: Sequence[MapCell]) -> None:
        """Show a plan's map."""
        self._grid.show_cells(cells)
        self.retranslate()

    def column(self, layer: int) -> tuple[float, float]:
        """Return where a layer's column begins, and its width; nowhere if it is not shown."""
        return self._grid.column(layer)

    def retranslate(self) -> None:
        """Say it in the present language and colours."""
        devices = sorted({device for cell in self._grid.cells.values() for device in cell.devices})
        spans = (
            f'<span style="color:{device_colour(self._theme, device)}">■</span>&nbsp;'
            f"{device_name(device)}"
            for device in devices
        )
        self._legend.setText(" &nbsp; ".join(spans))
        self._grid.update()
        self._grid.setAccessibleName(self.tr("Map of the layers"))
        self._grid.setAccessibleDescription("\n".join(self._grid.texts()))


class _Grid(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cells: dict[tuple[int, str], MapCell] = {}
        self._layers: list[int] = []
        self._rows: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_cells(self, cells: Sequence[MapCell]) -> None:
        self.cells = {(cell.layer, cell.share): cell for cell in cells}
        self._layers = sorted({cell.layer for cell in cells})
        self._rows = [share for share in SHARES if any(cell.share == share for cell in cells)]
        self.updateGeometry()
        self.update()

    def texts(self) -> list[str]:
        return [self._text(cell) for cell in self.cells.values()]

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        return QSize(200, (len(self._rows) + 1) * (_ROW + _GAP))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        del event
        painter = QPainter(self)
        painter.setPen(self._theme.colour("text"))
        beside = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for row, share in enumerate(self._rows):
            box = QRectF(0, row * (_ROW + _GAP), self._left(), _ROW)
            painter.drawText(box, beside, word(SHARES, share))
        for cell in self.cells.values():
            self._paint_cell(painter, cell)
        painter.setPen(self._theme.colour("muted"))
        for layer in self._layers:
            if layer >= 0 and layer % 10 == 0:
                self._paint_number(painter, layer)
        painter.end()

    def _paint_cell(self, painter: QPainter, cell: MapCell) -> None:
        box = self._box(cell.layer, self._rows.index(cell.share))
        height = box.height() / len(cell.devices)
        for at, device in enumerate(cell.devices):
            part = QRectF(box.left(), box.top() + at * height, box.width(), height)
            painter.fillRect(part, self._theme.colour(_colour_name(device)))

    def _paint_number(self, painter: QPainter, layer: int) -> None:
        middle = self._box(layer, len(self._rows)).center()
        half = self.fontMetrics().horizontalAdvance(str(layer)) / 2 + 1
        x = min(middle.x(), self.width() - half)
        box = QRectF(x - half, middle.y() - _ROW / 2, 2 * half, _ROW)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(layer))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._text(cell) if cell else "", self)
            return True
        return super().event(event)

    def cell_at(self, point: QPointF) -> MapCell | None:
        column = int((point.x() - self._left()) // self._step())
        row = int(point.y() // (_ROW + _GAP))
        if not (0 <= column < len(self._layers) and 0 <= row < len(self._rows)):
            return None
        return self.cells.get((self._layers[column], self._rows[row]))

    def _text(self, cell: MapCell) -> str:
        where = ", ".join(map(device_name, cell.devices))
        what, size = word(SHARES, cell.share), format_bytes(cell.size_bytes)
        if cell.layer < 0:
            return f"{what}: {size}, {where}"
        return self.tr("Layer {number}, {what}: {size}, {where}").format(
            number=cell.layer, what=what, size=size, where=where
        )

    def _box(self, layer: int, row: int) -> QRectF:
        x, width = self.column(layer)
        return QRectF(x, row * (_ROW + _GAP), width, _ROW)

    def column(self, layer: int) -> tuple[float, float]:
        if layer not in self._layers:
            return 0.0, 0.0
        step = self._step()
        return self._left() + self._layers.index(layer) * step, max(1.0, step - _GAP)

    def _left(self) -> int:
        """Return the width of the rows' names."""
        metrics = self.fontMetrics()
        return 10 + max((metrics.horizontalAdvance(word(SHARES, s)) for s in self._rows), default=0)

    def _step(self) -> float:
        return min(_WIDEST, (self.width() - self._left()) / max(1, len(self._layers)))


def device_colour(theme: Theme, device: int) -> str:
    """Return a device's colour as style sheets write it."""
    return theme.colour(_colour_name(device)).name()


def _colour_name(device: int) -> str:
    return "device_cpu" if device == CPU else f"device_card_{device % _CARDS}"
