# SPDX-License-Identifier: Apache-2.0
"""Starting the program: what it needs, what it says if that is missing, and faults."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from ktdesk.settings import InterfaceSettings, Settings, data_folder, save_settings
from ui import resource
from ui.app import missing_display
from ui.crash_reports import CrashReports
from ui.debian import QT_NEEDS
from ui.faults import FaultReporter

ROOT = Path(__file__).parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        kept.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", code],
        env=kept | environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_without_a_display_it_says_so_and_ends() -> None:
    done = run("import sys; sys.platform = 'linux'; from ui.app import main; sys.exit(main())")
    assert done.returncode == 1
    assert "ktdesk chat" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_any_display_will_do(name: str) -> None:
    assert missing_display("linux", {name: "x"}) == ""
    assert missing_display("linux", {}) != ""
    assert missing_display("win32", {}) == ""


def test_a_missing_library_names_the_packages() -> None:
    code = """
import sys
sys.modules["PySide6.QtWidgets"] = None  # as if it could not be loaded
from ui.app import main
sys.exit(main())
"""
    done = run(code, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 1
    assert f"sudo apt install {' '.join(QT_NEEDS)}" in done.stderr


def test_a_display_that_cannot_be_used_ends_with_a_message_and_not_with_a_crash() -> None:
    code = "import sys; from ui.app import main; sys.exit(main())"
    done = run(code, QT_QPA_PLATFORM="no-such-platform")
    assert done.returncode == 1
    assert "the window cannot be opened" in done.stderr
    assert "apt install" in done.stderr


@pytest.mark.parametrize("is_first", [True, False])
def test_the_window_opens_before_torch_and_the_library_are_loaded(is_first: bool) -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=not is_first)))
    begins = "WizardPresenter.look" if is_first else "ModelPresenter.start"
    code = f"""
import sys
from PySide6.QtCore import QTimer
from ui.chat.model_presenter import ModelPresenter
from ui.wizard.presenter import WizardPresenter
LATE = ("torch", "numpy", "asyncio", "ktdesk.library", "ktdesk.formats", "ktdesk.planning")
def start(self):
    late = [m for m in LATE if m in sys.modules]
    from PySide6.QtWidgets import QApplication
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    print("late:", late, "shown:", len(shown))
    QTimer.singleShot(0, QApplication.quit)
{begins} = start
from ui.app import main
sys.exit(main())
"""
    done = run(code, QT_QPA_PLATFORM="offscreen")
    assert (done.stdout, done.returncode) == ("late: [] shown: 1\n", 0), done.stderr


def test_a_file_that_was_opened_with_the_program_is_loaded(tmp_path: Path) -> None:
    code = f"""
import sys
from PySide6.QtWidgets import QApplication
from ui.chat.model_presenter import ModelPresenter
def load(self, path):
    print(path)
    QApplication.quit()
ModelPresenter.load = load
from ui.app import main
sys.exit(main([{str(tmp_path / "模型 1.gguf")!r}]))
"""
    done = run(code, QT_QPA_PLATFORM="offscreen", PYTHONIOENCODING="utf-8")
    assert (done.stdout, done.returncode) == (f"{tmp_path / '模型 1.gguf'}\n", 0), done.stderr


def test_the_page_of_the_machine_is_there_and_needs_no_torch() -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow
def look():
    from ui.hardware.section_card import SectionCard
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    if not window.findChildren(SectionCard):
        QTimer.singleShot(50, look)
        return
    print("torch" in sys.modules)
    QApplication.quit()
def start(self):
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    window.show_page("hardware")
    look()
ModelPresenter.start = start
from ui.app import main
sys.exit(main())
"""
    done = run(code, QT_QPA_PLATFORM="offscreen")
    assert (done.stdout, done.returncode) == ("False\n", 0), done.stderr


@pytest.mark.parametrize("page", ["discover", "shelf"])
def test_the_pages_of_models_are_there_and_the_program_ends_whole(page: str) -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
    code = f"""
import sys, threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow
def look():
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    window.show_page({page!r})
    print(type(window._pages[{page!r}]).__name__)
    QTimer.singleShot(300, QApplication.quit)
ModelPresenter.start = lambda self: QTimer.singleShot(100, look)
from ui.app import main
code = main()
print([t.name for t in threading.enumerate() if t.name.startswith(("downloads", "shelf"))])
sys.exit(code)
"""
    done = run(code, QT_QPA_PLATFORM="offscreen")
    name = {"discover": "DiscoverPage", "shelf": "ShelfPage"}[page]
    assert (done.stdout, done.returncode) == (f"{name}\n[]\n", 0), done.stderr


def test_a_list_of_downloads_that_cannot_be_used_is_told_on_the_pages() -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
    (data_folder() / "downloads.sqlite").mkdir(parents=True)
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow
from ui.widgets.banner import ErrorBanner
def look():
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    window.show_page("shelf")
    (banner,) = window._pages["shelf"].findChildren(ErrorBanner)
    print("downloads.sqlite" in banner.text)
    QTimer.singleShot(0, QApplication.quit)
ModelPresenter.start = lambda self: QTimer.singleShot(100, look)
from ui.app import main
sys.exit(main())
"""
    done = run(code, QT_QPA_PLATFORM="offscreen")
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


@pytest.mark.logs("KTDesk has a fault")
def test_a_fault_is_logged_and_shown_once(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    reports = CrashReports(tmp_path / "crashes")
    reporter = FaultReporter(tmp_path / "run.log", reports, qapp)
    for _ in range(2):
        reporter.report(ValueError, ValueError("oops"), None)

    def dialogs() -> list[QMessageBox]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]

    qtbot.waitUntil(lambda: bool(dialogs()))
    qtbot.wait(10)
    (dialog,) = dialogs()
    newest = reports.found()[0]
    assert len(reports.found()) == 2
    assert "ValueError: oops" in newest.read_text("utf-8")
    assert str(reports.folder) in dialog.informativeText()
    dialog.close()
    qtbot.waitUntil(lambda: not dialogs())
    reporter.deleteLater()


def test_both_themes_name_the_same_colours() -> None:
    light, dark = (
        tomllib.loads(resource(f"themes/{name}.toml").read_text("utf-8"))
        for name in ("light", "dark")
    )
    assert light.keys() == dark.keys()


def test_the_placement_page_is_made_without_torch() -> None:
    code = """
import sys
import ui.placement.page
print([m for m in ("torch", "numpy", "ktdesk.planning", "ktdesk.formats") if m in sys.modules])
"""
    done = run(code)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
