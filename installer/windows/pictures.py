# SPDX-License-Identifier: Apache-2.0
"""Draws what Windows and its installer show of KTDesk: an icon, and the side of the first page."""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtSvg import QSvgRenderer

PICTURE = Path(__file__).parents[2] / "resources" / "icons" / "ktdesk.svg"
SIZES = (16, 24, 32, 48, 64, 256)
SIDE = (328, 628)  # twice what the installer shows, for displays with many points
GROUND = ("#3f8f79", "#245a4c")  # the picture's own


def write_icon(path: Path) -> None:
    """Write the file: a table of pictures, then the pictures as PNG."""
    pictures = [draw(size) for size in SIZES]
    place = struct.calcsize("<HHH") + len(SIZES) * struct.calcsize("<BBBBHHII")
    table = struct.pack("<HHH", 0, 1, len(SIZES))
    for size, picture in zip(SIZES, pictures, strict=True):
        side = size % 256  # 0 stands for 256
        table += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), place)
        place += len(picture)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(table + b"".join(pictures))


def draw(size: int) -> bytes:
    """Return the picture as PNG, size by size pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(PICTURE)).render(painter)
    painter.end()
    file = QBuffer()
    file.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(file, "PNG")
    return QByteArray(file.data()).data()


def write_side(path: Path) -> None:
    """Write the picture that stands beside the texts of the first and the last page, a bitmap."""
    width, height = SIDE
    image = QImage(width, height, QImage.Format.Format_RGB32)
    ground = QLinearGradient(0, 0, 0, height)
    ground.setColorAt(0, QColor(GROUND[0]))
    ground.setColorAt(1, QColor(GROUND[1]))
    painter = QPainter(image)
    painter.fillRect(image.rect(), ground)
    side = width * 0.6
    QSvgRenderer(str(PICTURE)).render(painter, QRectF((width - side) / 2, side / 2, side, side))
    painter.end()
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(str(path), "BMP")
