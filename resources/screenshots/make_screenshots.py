# SPDX-License-Identifier: Apache-2.0
"""Takes the pictures of the window: the real one, with the real demo model, and no screen.

    python resources/screenshots/make_screenshots.py

Run it from the root of the repository. The fonts stand for those that a desktop would choose.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
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
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.lock_file import ModelLock, write_lock
from ktdesk.settings import Settings, models_folder
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.hardware.page import HardwarePage
from ui.hardware.presenter import HardwarePresenter
from ui.kept_chats import KeptChats
from ui.language import Language
from ui.library.discover_page import DiscoverPage
from ui.library.on_demand import LibraryOnDemand
from ui.library.shelf_page import ShelfPage
from ui.main_window import MainWindow, PageKind
from ui.placement.page import PlacementPage
from ui.placement.presenter import PlacementPresenter
from ui.server.opening import server_over
from ui.server.page import ServerPage
from ui.server.presenter import ServerPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.wizard.page import WizardPage

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.known import models
from tests.known.header import write_header

FOLDER = Path(__file__).parent
SIZE = (1200, 820)
POINTS = 10
FONTS = ["Noto Sans", "Noto Sans CJK SC"]
PATIENCE_MS = 600_000
STEP_MS, SETTLE_MS = 50, 200
DOWNLOAD_MS = 6000
BITS = {"Q2_K": 3.0, "Q3_K_M": 3.85, "Q5_K_M": 5.69, "Q6_K": 6.57, "Q8_0": 8.51}  # for a weight
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
    home = os.environ["KTDESK_HOME"] = tempfile.mkdtemp()  # the user's own stays as it is
    application = QApplication([])
    font = QFont()
    font.setFamilies(FONTS)
    font.setPointSizeF(POINTS)
    application.setFont(font)
    theme, language = Theme(application), Language(application)
    store = SettingsStore(Settings())
    store.set("sampling", "temperature", 0.0)  # the same pictures every time
    store.set("sampling", "max_tokens", 220)
    engine = Engine()
    bridge = EngineBridge(engine)
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

    server = ServerPresenter(server_over(engine), store, model, bridge)

    def server_title() -> str:
        return QCoreApplication.translate("MainWindow", "Server")

    def server_page() -> QWidget:
        return ServerPage(server, theme)

    folder = Path(tempfile.mkdtemp(prefix="models-"))  # sparse files: they take next to no room
    fill(folder, demo)
    store.set("models", "folders", (str(folder / "kept"),))
    store.set("models", "other_programs", False)
    store.set("sources", "folders", (str(folder / "stick"),))
    store.set("downloads", "speed_limit_mbs", 100.0)
    library = LibraryOnDemand(store, model, theme, application)

    def discover_title() -> str:
        return QCoreApplication.translate("MainWindow", "Discover")

    def shelf_title() -> str:
        return QCoreApplication.translate("MainWindow", "My models")

    pages = (
        PageKind("discover", "discover", discover_title, library.make_discover),
        PageKind("shelf", "shelf", shelf_title, library.make_shelf),
        PageKind("placement", "placement", placement_title, make_placement),
        PageKind("hardware", "hardware", hardware_title, hardware_page),
        PageKind("server", "server", server_title, server_page),
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
    window.show_page("discover")
    find_models(window, str(folder / "stick"))
    take(Picture("discover", "light", "en"), Picture("discover_zh", "dark", "zh_CN"))
    window.show_page("shelf")
    verify_models(window)
    take(Picture("shelf", "light", "en"), Picture("shelf_zh", "dark", "zh_CN"))
    window.show_page("placement")
    page = window.findChild(PlacementPage)
    _wait(lambda: page.verdict.isVisible())
    take(Picture("placement", "light", "en"), Picture("placement_zh", "dark", "zh_CN"))
    window.show_page("hardware")
    _wait(lambda: machine.machine is not None)
    machine.measure()
    _wait(lambda: not machine.is_measuring)
    take(Picture("hardware", "light", "en"), Picture("hardware_zh", "light", "zh_CN"))
    window.show_page("server")
    server.start()
    _wait(lambda: bool(server.address))
    take(Picture("server", "light", "en"), Picture("server_zh", "dark", "zh_CN"))
    window.close()
    library.close()
    server.close(PATIENCE_MS / 1000)
    bridge.close(PATIENCE_MS)
    kept.close()
    shutil.rmtree(folder)
    shutil.rmtree(home)


def fill(folder: Path, demo: Path) -> None:
    """Write models without weights: in 'stick' what is to be found, in 'kept' what is there."""
    stick, kept = folder / "stick" / "Qwen" / "Qwen3-30B-A3B-GGUF", folder / "kept"
    stick.mkdir(parents=True)
    kept.mkdir()
    known = models.MODELS
    usual = write_header(known["Qwen3-30B-A3B"], stick / "Qwen3-30B-A3B-Q4_K_M.gguf")
    weights = 8 * usual.stat().st_size / 4.87
    for label, bits in BITS.items():
        path = stick / f"Qwen3-30B-A3B-{label}.gguf"
        path.touch()
        os.truncate(path, int(weights * bits / 8))
    write_header(known["GLM-4.5-Air"], kept / "GLM-4.5-Air-Q4_K_M.gguf")
    parts = kept / "DeepSeek-R1-Q4_K_M.gguf"
    first = write_header(known["DeepSeek-R1"], parts, part_tensors=200)
    first.with_name(first.name.replace("-00001-", "-00003-")).unlink()
    complete = Path(shutil.copy(demo, kept))
    sha256 = hashlib.sha256(complete.read_bytes()).hexdigest()
    file = RemoteFile(complete.name, complete.stat().st_size, sha256)
    write_lock(kept, ModelLock("huggingface", "ktdesk/demo", "0" * 40, (file,)))


def find_models(window: MainWindow, source: str) -> None:
    """Look at a model's quantisations, and get two."""
    page = window.findChild(DiscoverPage)
    _wait(lambda: page.hits.rowCount() > 0)
    page.sources.setCurrentIndex(page.sources.findData(source))
    page.sources.activated.emit(page.sources.currentIndex())
    page.field.setText("qwen3")
    page.field.returnPressed.emit()
    _wait(lambda: page.details.offer is not None and bool(page.details.offer.fit))
    for row in (2, 0):
        page.details.table.selectRow(row)
        page.details.get.click()
    page.details.table.selectRow(2)
    _pass_time(DOWNLOAD_MS)


def verify_models(window: MainWindow) -> None:
    """Verify the model whose hash is known."""
    page = window.findChild(ShelfPage)
    _wait(lambda: page.shown.rowCount() > 2)
    names = [page.shown.index(row, 1).data() for row in range(page.shown.rowCount())]
    for row in range(len(names)):
        page.table.selectRow(row)
        if page.actions_row.by_name["load"].isEnabled():
            page.actions_row.by_name["verify"].trigger()
    _wait(lambda: any(page.shown.index(row, 1).data() == "Complete" for row in range(len(names))))


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
