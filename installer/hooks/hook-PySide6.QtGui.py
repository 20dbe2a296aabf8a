# SPDX-License-Identifier: Apache-2.0
"""The plugins of Qt that KTDesk's window uses; all others are left out, with what they need.

Replaces the hook of PyInstaller, which takes all: those for displays without a window system,
for the toolkits of the host (GTK: 20 libraries), and for sensors and networks.
"""

from pathlib import Path

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

PLUGINS = {
    "iconengines": ("qsvgicon",),
    "imageformats": ("qgif", "qico", "qjpeg", "qsvg", "qwebp"),
    "platforminputcontexts": ("composeplatforminputcontext", "ibusplatforminputcontext"),
    "platforms": ("qoffscreen", "qwayland", "qwindows", "qxcb"),
    "platformthemes": ("qxdgdesktopportal",),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-shell-integration": ("xdg-shell",),
}

hiddenimports, binaries, datas = add_qt6_dependencies(__file__)


def is_used(plugin: str) -> bool:
    """Whether a plugin's file is one of those above, however the system names it."""
    path = Path(plugin)
    name = path.name.removeprefix("lib")
    return name.startswith(PLUGINS.get(path.parent.name, ()))


binaries = [
    entry for entry in binaries if "plugins" not in Path(entry[0]).parts or is_used(entry[0])
]
datas = [entry for entry in datas if "translations" not in Path(entry[0]).parts]
