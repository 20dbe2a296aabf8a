# SPDX-License-Identifier: Apache-2.0
"""The folder that becomes an AppImage: the frozen program, and what describes it to desktops."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from installer.components import Component
from installer.contents import ROOT
from installer.licences import add_licences
from installer.source_date import made_at
from ktdesk import __version__

HERE = Path(__file__).parent
METAINFO = "org.ktdesk.ktdesk.metainfo.xml"
ICON = ROOT / "resources" / "icons" / "ktdesk.svg"
ICON_PIXELS = 256


def fill(folder: Path, frozen: Path, linked: Iterable[Component]) -> None:
    """Lay out the folder anew; fail if what describes it is not valid.

    linked: what the AppImage's own program is made of.
    """
    shutil.rmtree(folder, ignore_errors=True)
    programs = folder / "usr" / "lib" / "ktdesk"
    shutil.copytree(frozen, programs, symlinks=True)
    add_licences(programs / "licenses", linked)
    shutil.copy(HERE / "AppRun", folder)
    shutil.copy(HERE / "ktdesk.desktop", folder)
    write_icon(folder / "ktdesk.png")
    (folder / ".DirIcon").symlink_to("ktdesk.png")
    share = folder / "usr" / "share"
    for source, place in (
        (HERE / "ktdesk.desktop", "applications"),
        (HERE / "ktdesk-mime.xml", "mime/packages"),
        (ICON, "icons/hicolor/scalable/apps"),
    ):
        (share / place).mkdir(parents=True)
        shutil.copy(source, share / place)
    metainfo = write_metainfo(share / "metainfo")
    subprocess.run(["desktop-file-validate", folder / "ktdesk.desktop"], check=True)
    subprocess.run(["appstreamcli", "validate", "--no-net", metainfo], check=True)


def write_metainfo(folder: Path) -> Path:
    """Write what software centres show, of this version; return the file."""
    text = (HERE / METAINFO).read_text(encoding="utf-8")
    date = datetime.fromtimestamp(made_at(), UTC).date().isoformat()
    folder.mkdir(parents=True)
    path = folder / METAINFO
    path.write_text(text.replace("@VERSION@", __version__).replace("@DATE@", date), "utf-8")
    return path


def write_icon(path: Path) -> None:
    """Draw the program's icon."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(ICON_PIXELS, ICON_PIXELS, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICON)).render(painter)
    painter.end()
    if not image.save(str(path)):
        raise SystemExit(f"{path} cannot be written.")
