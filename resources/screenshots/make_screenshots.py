# SPDX-License-Identifier: Apache-2.0
"""Takes the pictures of the window: the real one, with the real demo model, and no screen.

    python resources/screenshots/make_screenshots.py

Run it from the root of the repository. The fonts stand for those that a desktop would choose.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from ktdesk import Engine
from ktdesk.chats import temporary_chats
from ktdesk.hardware import Machine, describe_machine
from ktdesk.library.demo import demo_models
from ktdesk.settings import Settings, models_folder
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.hardware.page import HardwarePage
from ui.hardware.presenter import HardwarePresenter
from ui.kept_chats import KeptChats
from ui.language import Language
from ui.main_window import MainWindow, PageKind
from ui.placement.page import PlacementPage
from ui.placement.presenter import PlacementPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.wizard.page import WizardPage

FOLDER = Path(__file__).parent
SIZE = (1200, 820)
POINTS = 10
FONTS = ["Noto Sans", "Noto Sans CJK SC"]
PATIENCE_MS = 600_000
STEP_MS, SETTLE_MS = 50, 200
QUESTIONS = (
    "What is a mixture-of-experts model? Answer in two sentences.",
    "Write a Python function that reverses a string.",
)


@dataclass(frozen=True)
class Picture:
    """What is on a picture, besides the window."""

    name: str
    theme: str
    language: str


def main() -> None:
    """Ask the questions once, and take every picture of the conversation and of the machine."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    demo = demo_models(models_folder()).deepseek2
    os.environ["KTDESK_HOME"] = tempfile.mkdtemp()  # the user's own settings stay as they are
    application = QApplication([])
    font = QFont()
    font.setFamilies(FONTS)
    font.setPointSizeF(POINTS)
    application.setFont(font)
    theme, language = Theme(application), Language(application)
    store = SettingsStore(Settings())
    store.set("sampling", "temperature", 0.0)  # the same pictures every time
    store.set("sampling", "max_tokens", 220)
    bridge = EngineBridge(Engine())
    model = ModelPresenter(bridge, store, bridge)
    model.failed.connect(_fail)
    kept = KeptChats(temporary_chats(), bridge)
    chat = ChatPresenter(bridge, store, model, kept, bridge)

    def make_placement() -> PlacementPage:
        return PlacementPage(PlacementPresenter(model, store, bridge), model, theme)

    def placement_title() -> str:
        return QCoreApplication.translate("MainWindow", "Placement")

    machine = HardwarePresenter(store, bridge, look=_without_programs)

    def hardware_title() -> str:
        return QCoreApplication.translate("MainWindow", "Hardware")

    def hardware_page() -> QWidget:
        return HardwarePage(machine, store, theme)

    pages = (
        PageKind("placement", "placement", placement_title, make_placement),
        PageKind("hardware", "hardware", hardware_title, hardware_page),
    )
    window = MainWindow(chat, model, kept, store, theme, pages)
    window.resize(*SIZE)
    window.show()

    def take(*pictures: Picture) -> None:
        for picture in pictures:
            theme.use(picture.theme)
            language.use(picture.language)
            _save(window, picture.name)
        theme.use("light")
        language.use("en")

    language.use("en")
    window.show_wizard()
    window.wizard.look()
    _wait(lambda: window.wizard.prospects is not None and window.wizard.places is not None)
    take(Picture("wizard_zh", "light", "zh_CN"))
    window.findChild(WizardPage).next.click()
    take(Picture("wizard", "light", "en"))
    window.wizard.ended.emit()
    model.load(demo)
    _wait(lambda: model.is_ready)
    take(Picture("welcome", "light", "en"), Picture("welcome_zh", "light", "zh_CN"))
    for question in QUESTIONS:
        chat.ask(question)
        _wait(lambda: not chat.is_answering)
    take(
        Picture("chat", "light", "en"),
        Picture("chat_dark", "dark", "en"),
        Picture("chat_zh", "light", "zh_CN"),
    )
    window.page.drawer.show()
    take(Picture("settings", "light", "en"))
    window.page.drawer.hide()
    window.show_page("placement")
    page = window.findChild(PlacementPage)
    _wait(lambda: page.verdict.isVisible())
    take(Picture("placement", "light", "en"), Picture("placement_zh", "dark", "zh_CN"))
    window.show_page("hardware")
    _wait(lambda: machine.machine is not None)
    machine.measure()
    _wait(lambda: not machine.is_measuring)
    take(Picture("hardware", "light", "en"), Picture("hardware_zh", "light", "zh_CN"))
    bridge.close(PATIENCE_MS)
    kept.close()


def _save(window: QWidget, name: str) -> None:
    _pass_time(SETTLE_MS)  # until layouts have settled
    path = FOLDER / f"{name}.png"
    if not window.grab().save(str(path)):
        raise SystemExit(f"{path} cannot be written")


def _wait(condition: Callable[[], bool]) -> None:
    for _ in range(PATIENCE_MS // STEP_MS):
        if condition():
            return
        _pass_time(STEP_MS)
    raise SystemExit("the model takes too long")


def _pass_time(duration_ms: int) -> None:
    """Run the window; QTest.qWait would keep the engine's thread from running Python."""
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()


def _without_programs(folders: Sequence[Path]) -> Machine:
    """Return the machine, but not what else runs on it: that is nobody's business."""
    machine = describe_machine(folders)
    return replace(machine, memory=replace(machine.memory, largest_programs=()))


def _fail(error: Exception) -> None:
    raise SystemExit(f"{error} {getattr(error, 'hint', '')}")


if __name__ == "__main__":
    main()
