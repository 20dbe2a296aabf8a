# SPDX-License-Identifier: Apache-2.0
"""Which experts are chosen in which layer: a column for each layer, a line for each expert."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from ui.placement.expert_watch import Choices
from ui.theme import Theme

_LOWEST, _HIGHEST = 96, 256  # of the map
_SHADES = 63
_JUST_NOW = "text"  # the colour of what was chosen since the last look
_OF_THE_MOST = 4  # the part of a layer's experts of which it is said how much they are chosen

_AT_HOME, _ON_A_CARD = "share_routed", "device_card_0"  # the colours of those chosen often

Columns = Callable[[int], tuple[float, float]]  # from a layer to left and width
OnCards = Mapping[int, frozenset[int]]  # experts, by layer


class ExpertMap(QWidget):
    """The map, and what it says in words. columns: where each layer stands."""

    def __init__(self, theme: Theme, columns: Columns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._choices: Choices | None = None
        self.grid, self.words = _Grid(theme, columns, self), QLabel(self)
        self._legend = QLabel(self)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        self.words.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.grid, self._legend, self.words):
            column.addWidget(widget)
        theme.changed.connect(self.retranslate)
        self.retranslate()

    def show_choices(self, choices: Choices | None) -> None:
        """Show how often experts were chosen; None for never yet."""
        self._choices = choices
        self.retranslate()

    def show_on_cards(self, on_cards: OnCards) -> None:
        """Show which experts the plan has on graphics cards."""
        self.grid.on_cards = on_cards
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language and colours."""
        choices, theme = self._choices, self._theme
        self.grid.setVisible(choices is not None)
        self._legend.setVisible(choices is not None)
        colours = [
            (_blend(theme, _AT_HOME, 0.1), self.tr("seldom")),
            (_blend(theme, _AT_HOME, 0.5), self.tr("as often as by chance")),
            (_blend(theme, _AT_HOME, 1.0), self.tr("often")),
            (theme.colour(_JUST_NOW), self.tr("just now")),
        ]
        if self.grid.on_cards:
            colours.append((theme.colour(_ON_A_CARD), self.tr("often, on a graphics card")))
        spans = (
            f'<span style="color:{colour.name()}">■</span>&nbsp;{text}' for colour, text in colours
        )
        self._legend.setText(" &nbsp; ".join(spans))
        text = self._text(choices) if choices else self.tr("Counted while the model answers.")
        self.words.setText(text)
        self.grid.setAccessibleName(self.tr("Map of the experts"))
        self.grid.setAccessibleDescription(text)
        self.grid.show_choices(choices)

    def _text(self, choices: Choices) -> str:
        counted = self.tr("{count} choices were counted since the model was loaded.")
        if not choices.is_live:
            counted = self.tr("{count} choices were counted in earlier answers.")
        most = self.tr("The quarter of a layer's experts that is chosen most got {share} of them.")
        share = choices.share_of_most(_OF_THE_MOST)
        parts = counted.format(count=f"{choices.counts.sum():,}"), most.format(share=f"{share:.0%}")
        return " ".join(parts)


class _Grid(QWidget):
    def __init__(self, theme: Theme, columns: Columns, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._columns = theme, columns
        self._choices: Choices | None = None
        self.on_cards: OnCards = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_choices(self, choices: Choices | None) -> None:
        self._choices = choices
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        experts = self._choices.counts.shape[1] if self._choices else 1
        return QSize(200, min(experts * max(1, _LOWEST // experts), _HIGHEST))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        del event
        if self._choices is None:
            return
        painter, image = QPainter(self), self._image(self._choices)
        layers = self._choices.layers
        for layer in layers:
            left, width = self._columns(layer)
            target = QRectF(left, 0, width, self.height())
            painter.drawImage(target, image, QRectF(layer, 0, 1, image.height()))
        painter.setPen(self._theme.colour("text"))
        beside = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        room = QRectF(0, 0, self._columns(layers[0])[0], self.height())
        painter.drawText(room, beside, self.tr("Experts"))
        painter.end()

    def _image(self, choices: Choices) -> QImage:
        """Return a pixel for each expert, [experts, layers]."""
        import numpy as np

        shades = [
            [_blend(self._theme, often, step / _SHADES).rgb() for step in range(_SHADES + 1)]
            for often in (_AT_HOME, _ON_A_CARD)
        ]
        at = (choices.levels() * _SHADES).round().astype(int)
        places = np.zeros_like(at)
        for layer, experts in self.on_cards.items():
            if layer < len(places):
                places[layer, [e for e in experts if e < places.shape[1]]] = 1
        pixels = np.array(shades, np.uint32)[places, at]
        pixels[choices.recent > 0] = self._theme.colour(_JUST_NOW).rgb()
        lines = np.ascontiguousarray(pixels.T)
        height, width = lines.shape
        image = QImage(lines.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32)
        return image.copy()  # which has its bytes itself

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def text_at(self, point: QPointF) -> str:
        choices = self._choices
        for layer in choices.layers if choices else ():
            left, width = self._columns(layer)
            if choices and left <= point.x() < left + width:
                counts = choices.counts[layer]
                expert = min(int(point.y() * len(counts) / self.height()), len(counts) - 1)
                share = f"{counts[expert] / counts.sum():.1%}"
                text = self.tr("Layer {layer}, expert {expert}: {share} of the choices")
                if expert in self.on_cards.get(layer, ()):
                    text = self.tr(
                        "Layer {layer}, expert {expert}, on a graphics card: {share} of the choices"
                    )
                return text.format(layer=layer, expert=expert, share=share)
        return ""


def _blend(theme: Theme, often: str, level: float) -> QColor:
    """Return a colour between never and always, 0 and 1. often: the latter's name."""
    never, always = theme.colour("panel"), theme.colour(often)

    def between(low: int, high: int) -> int:
        return round(low + (high - low) * level)

    return QColor(
        between(never.red(), always.red()),
        between(never.green(), always.green()),
        between(never.blue(), always.blue()),
    )
