# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImageReader

from installer.windows.icon import SIZES, write_icon


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
