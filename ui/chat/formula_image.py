# SPDX-License-Identifier: Apache-2.0
"""Formulas as pictures of pixels."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from ktdesk.rendering.formulas import Formula


def formula_image(formula: Formula, ratio: float, above: float = 0, below: float = 0) -> QImage:
    """Return the picture for a display of `ratio` pixels a point, with room above and below."""
    height = above + formula.ascent + formula.descent + below
    width = max(1, round(formula.width * ratio))
    image = QImage(width, max(1, round(height * ratio)), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    area = QRectF(0, above * ratio, width, (formula.ascent + formula.descent) * ratio)
    QSvgRenderer(QByteArray(formula.svg.encode())).render(painter, area)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image
