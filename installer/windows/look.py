# SPDX-License-Identifier: Apache-2.0
"""What Windows shows of a program in its folder: an icon, and who made which version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from installer.windows.pictures import write_icon
from ktdesk import __version__


def look_of(name: str, icon: Path) -> dict[str, Any]:
    """Return what PyInstaller's EXE takes for it; write the icon. Only on Windows."""
    from PyInstaller.utils.win32 import versioninfo

    write_icon(icon)
    major, minor, patch = __version__.split(".")
    numbers = (int(major), int(minor), int(patch), 0)
    texts = {
        "CompanyName": "The authors of KTDesk",
        "FileDescription": "KTDesk",
        "FileVersion": __version__,
        "LegalCopyright": "Apache License 2.0",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "KTDesk",
        "ProductVersion": __version__,
    }
    english = "040904B0"  # its code, and that of Unicode
    table = versioninfo.StringTable(
        english, [versioninfo.StringStruct(*each) for each in texts.items()]
    )
    version = versioninfo.VSVersionInfo(
        ffi=versioninfo.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            versioninfo.StringFileInfo([table]),
            versioninfo.VarFileInfo([versioninfo.VarStruct("Translation", [0x0409, 1200])]),
        ],
    )
    return {"icon": str(icon), "version": version}
