# SPDX-License-Identifier: Apache-2.0
"""Takes the pictures of the window.

    python resources/screenshots/make_screenshots.py          those that the README shows
    python resources/screenshots/make_screenshots.py FOLDER   all: every page and dialog in both
                                                              languages, both themes, two scales

Run it from the root of the repository.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget
from scenes import walk
from studio import Studio, pass_time

from ui.language import LANGUAGES

FOLDER = Path(__file__).parent
SCALES = (1, 2)
SETTLE_MS = 200
# Packages know where newer ones are, and ask whether they may look there. Nobody is there.
PACKAGED = {"KTDESK_RELEASES": "https://releases.invalid/"}

# What the README and the guides show: the name of a scene, then files with theme and language.
SHOWN = {
    "wizard_machine": {"wizard_zh": ("light", "zh_CN")},
    "wizard_models": {"wizard": ("light", "en")},
    "welcome": {"welcome": ("light", "en"), "welcome_zh": ("light", "zh_CN")},
    "chat": {
        "chat": ("light", "en"), "chat_dark": ("dark", "en"), "chat_zh": ("light", "zh_CN"),
    },
    "discover": {"discover": ("light", "en"), "discover_zh": ("dark", "zh_CN")},
    "shelf": {"shelf": ("light", "en"), "shelf_zh": ("dark", "zh_CN")},
    "placement_advanced": {"placement": ("light", "en"), "placement_zh": ("dark", "zh_CN")},
    "hardware": {"hardware": ("light", "en"), "hardware_zh": ("light", "zh_CN")},
    "bench": {"bench": ("light", "en"), "bench_zh": ("dark", "zh_CN")},
    "server": {"server": ("light", "en"), "server_zh": ("dark", "zh_CN")},
    "preferences": {"settings": ("light", "en"), "settings_zh": ("dark", "zh_CN")},
}  # fmt: skip


def main() -> None:
    """Take those of the README, or all into a folder."""
    match sys.argv[1:]:
        case []:
            take_pictures(FOLDER, is_all=False)
        case [folder]:
            for scale in SCALES:  # Qt reads it once, at the start
                environment = os.environ | {"QT_SCALE_FACTOR": str(scale), **PACKAGED}
                into = Path(folder) / f"{100 * scale}"
                into.mkdir(parents=True, exist_ok=True)
                command = [sys.executable, __file__, "--all", str(into)]
                subprocess.run(command, env=environment, check=True)
        case ["--all", folder]:
            take_pictures(Path(folder), is_all=True)
        case _:
            raise SystemExit(__doc__)


def take_pictures(folder: Path, *, is_all: bool) -> None:
    """Walk through the window once."""
    studio = Studio()
    everything = [(theme, language) for theme in ("light", "dark") for language in LANGUAGES]

    def take(scene: str, widget: QWidget | Callable[[], QWidget]) -> None:
        wanted = SHOWN.get(scene, {})
        if is_all:
            wanted = {f"{scene}_{language}_{theme}": (theme, language)
                      for theme, language in everything}  # fmt: skip
        for name, (theme, language) in wanted.items():
            studio.theme.use(theme)
            studio.language.use(language)
            pass_time(SETTLE_MS)
            studio.application.processEvents()  # so that layouts have settled
            path = folder / f"{name}.png"
            shown = widget if isinstance(widget, QWidget) else widget()
            if not shown.grab().save(str(path)):
                raise SystemExit(f"{path} cannot be written")
        studio.theme.use("light")
        studio.language.use("en")

    walk(studio, take)
    studio.close()


if __name__ == "__main__":
    main()
