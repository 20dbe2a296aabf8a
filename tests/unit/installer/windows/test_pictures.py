# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage, QImageReader

from installer.windows.pictures import SIDE, SIZES, write_icon, write_side


def test_qt_reads_every_size(tmp_path: Path) -> None:
    path = tmp_path / "ktdesk.ico"
    write_icon(path)
    reader = QImageReader(str(path), b"ico")
    assert reader.imageCount() == len(SIZES)
    for number, size in enumerate(SIZES):
        assert reader.jumpToImage(number)
        image = reader.read()
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() == 0  # outside its round corner
        assert image.pixelColor(size // 2, size // 5) != QColor("white")


def test_the_side_is_a_bitmap_without_transparency(tmp_path: Path) -> None:
    path = tmp_path / "side.bmp"
    write_side(path)
    image = QImage(str(path), "bmp")
    assert (image.width(), image.height()) == SIDE
    assert not image.hasAlphaChannel()  # which the installer would show as black
    assert image.pixelColor(2, 2) != image.pixelColor(2, SIDE[1] - 2)
