# SPDX-License-Identifier: Apache-2.0
"""The window that pictures are taken of: the real one, with the real demo model, and no screen.

Everything is in folders of its own. The fonts stand for those that a desktop would choose.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from ktdesk import Engine, log
from ktdesk.chats import temporary_chats
from ktdesk.hardware import Machine, describe_machine
from ktdesk.library.demo import demo_models
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.lock_file import ModelLock, write_lock
from ktdesk.settings import Settings, crashes_folder, log_folder, models_folder
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.crash_reports import CrashReports
from ui.hardware.page import HardwarePage
from ui.hardware.presenter import HardwarePresenter
from ui.kept_chats import KeptChats
from ui.language import Language
from ui.library.on_demand import LibraryOnDemand
from ui.main_window import MainWindow
from ui.pages import Pages
from ui.server.opening import server_over
from ui.server.presenter import ServerPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.workspace.presenter import Workspace

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.known import models
from tests.known.header import write_header

SIZE = (1200, 820)
POINTS = 10
FONTS = ["Noto Sans", "Noto Sans CJK SC"]
PATIENCE_MS = 600_000
STEP_MS = 50
BITS = {"Q2_K": 3.0, "Q3_K_M": 3.85, "Q5_K_M": 5.69, "Q6_K": 6.57, "Q8_0": 8.51}  # for a weight


class Studio:
    """Holds all parts of the program that pictures need."""

    def __init__(self) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        self.demo = demo_models(models_folder()).deepseek2
        self._home = os.environ["KTDESK_HOME"] = tempfile.mkdtemp()  # the user's stays as it is
        recent = log.Recent()
        log.configure(log_folder(), recent=recent)
        self.application = QApplication([])
        font = QFont()
        font.setFamilies(FONTS)
        font.setPointSizeF(POINTS)
        self.application.setFont(font)
        self.theme, self.language = Theme(self.application), Language(self.application)
        self.folder = Path(tempfile.mkdtemp(prefix="models-"))  # sparse: they take next to no room
        fill(self.folder, self.demo)
        self.store = SettingsStore(self._settings(), self.application)
        engine = Engine()
        self.bridge = EngineBridge(engine, self.application)
        self.model = ModelPresenter(self.bridge, self.store, self.application)
        self.model.failed.connect(_fail)
        self.kept = KeptChats(temporary_chats(), self.application)
        self.workspace = Workspace(self.bridge, self.store, self.model, self.kept, self.application)
        self.machine = HardwarePresenter(self.store, self.application, look=_without_programs)
        self.server = ServerPresenter(server_over(engine), self.store, self.model, self.application)
        self.library = LibraryOnDemand(self.store, self.model, self.theme, self.application)
        pages = Pages(
            self.store, self.model, self.library, self.server, recent,
            CrashReports(crashes_folder()), self.theme, self.application,
        ).kinds()  # fmt: skip
        pages = tuple(
            replace(kind, make=self._hardware) if kind.id == "hardware" else kind for kind in pages
        )
        self.window = MainWindow(
            self.workspace, self.model, self.kept, self.store, self.theme, pages
        )
        self.window.resize(*SIZE)
        self.language.use("en")
        self.window.show()

    def close(self) -> None:
        """End everything; nothing is left."""
        self.window.close()
        self.library.close()
        self.server.close(PATIENCE_MS / 1000)
        self.workspace.close()
        self.bridge.close(PATIENCE_MS)
        self.kept.close()
        log.close()
        shutil.rmtree(self.folder)
        shutil.rmtree(self._home)

    def _settings(self) -> Settings:
        settings = Settings()
        sampling = replace(settings.sampling, temperature=0.0, max_tokens=220)  # always the same
        kept, stick = (str(self.folder / name) for name in ("kept", "stick"))
        return replace(
            settings,
            sampling=sampling,
            models=replace(settings.models, folders=(kept,), other_programs=False),
            sources=replace(settings.sources, folders=(stick,)),
            downloads=replace(settings.downloads, speed_limit_mbs=100.0),
        )

    def _hardware(self) -> QWidget:
        return HardwarePage(self.machine, self.store, self.theme)


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


def wait(condition: Callable[[], object]) -> None:
    """Run the window until something is so."""
    for _ in range(PATIENCE_MS // STEP_MS):
        if condition():
            return
        pass_time(STEP_MS)
    raise SystemExit("the model takes too long")


def pass_time(duration_ms: int) -> None:
    """Run the window; QTest.qWait would keep the engine's thread from running Python.

    The timer is our own: that of QTimer.singleShot is deleted after the loop has ended, and now and
    then PySide has forgotten it by then, which is a segmentation fault.
    """
    loop, timer = QEventLoop(), QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)
    timer.start(duration_ms)
    loop.exec()


def _without_programs(folders: Sequence[Path]) -> Machine:
    """Return the machine, but not what else runs on it: that is nobody's business."""
    machine = describe_machine(folders)
    return replace(machine, memory=replace(machine.memory, largest_programs=()))


def _fail(error: Exception) -> None:
    raise SystemExit(f"{error} {getattr(error, 'hint', '')}")
