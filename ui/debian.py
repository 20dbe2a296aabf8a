# SPDX-License-Identifier: Apache-2.0
"""What Qt's wheels expect of Debian and Ubuntu. Needs nothing but Python: setting up asks, too."""

from __future__ import annotations

# To paint at all, and to open a window under X11.
QT_NEEDS = (
    "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0", "libxkbcommon0",
    "libx11-xcb1", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
    "libxcb-randr0", "libxcb-render-util0", "libxcb-shape0", "libxcb-shm0", "libxcb-sync1",
    "libxcb-xfixes0", "libxcb-xkb1", "libxkbcommon-x11-0",
)  # fmt: skip
