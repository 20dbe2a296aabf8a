# SPDX-License-Identifier: Apache-2.0
"""`ktdesk-app`: builds everything and passes it down. Qt is imported only when it can start."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktdesk import __version__, log
from ktdesk.settings import load_settings, log_folder

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

CLOSE_MS = 1000  # what is under way is given this long to end
PACKAGES = (
    "libgl1 libegl1 libxkbcommon-x11-0 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libfontconfig1"
)
INSTALL = f"On Debian and Ubuntu, install what it needs: sudo apt install {PACKAGES}"

_log = logging.getLogger(__name__)
_BEGAN = time.monotonic()


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; return the exit code: 0, or 1 if there is nothing to open it on.

    arguments: those of the process by default.
    """
    chosen = _parser().parse_args(arguments)
    display = {"QT_QPA_PLATFORM": "offscreen"} if chosen.smoke_test else os.environ
    problem = missing_display(sys.platform, display) or _missing_library()
    if problem:
        _complain(problem)
        return 1
    if chosen.smoke_test:
        from ui import smoke_test

        return smoke_test.run(lambda model: _run(model, is_smoke_test=True))
    return _run(chosen.model)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ktdesk-app", description="Open KTDesk's window.")
    parser.add_argument("model", metavar="FILE", nargs="?", type=Path, help="a model to load")
    parser.add_argument("--version", action="version", version=f"KTDesk {__version__}")
    parser.add_argument(
        "--smoke-test", action="store_true", help="try whether all parts of KTDesk work here"
    )
    return parser


def _complain(problem: str) -> None:
    """Say why there is no window, where there is something to say it on."""
    if sys.stderr:
        sys.stderr.write(f"ktdesk-app: {problem}\n")
        sys.stderr.flush()


def missing_display(platform: str, environment: Mapping[str, str]) -> str:
    """Return why no window can be shown, or ''. Qt itself would end the process."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if platform != "linux" or any(environment.get(name) for name in names):
        return ""
    return (
        "there is no display to open a window on. "
        "Start it on a desktop, or use the terminal: ktdesk chat"
    )


def _missing_library() -> str:
    try:
        for name in ("PySide6.QtWidgets", "PySide6.QtSvg"):
            importlib.import_module(name)
    except ImportError as error:
        return f"Qt cannot be loaded: {error}.\n{INSTALL}"
    return ""


def _log_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Log what Qt says. After a fatal message it would abort: say what to do, and end instead."""
    from PySide6.QtCore import QtMsgType

    del context
    if kind == QtMsgType.QtFatalMsg:
        _complain(f"the window cannot be opened. {text.strip()}\n{INSTALL}")
        os._exit(1)
    is_bad = kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg)
    _log.log(logging.WARNING if is_bad else logging.DEBUG, "Qt: %s", text)


def _log_start() -> None:
    _log.info("the window was painted %.2f s after its program began", time.monotonic() - _BEGAN)


def _run(file: Path | None, *, is_smoke_test: bool = False) -> int:
    """Open the window and return when it was closed. file: the model to load, if one was named."""
    from PySide6.QtCore import QCoreApplication, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication, QWidget

    from ktdesk.engine import Engine
    from ui.bridge import EngineBridge
    from ui.chat.model_presenter import ModelPresenter
    from ui.chat.presenter import ChatPresenter
    from ui.faults import FaultReporter
    from ui.kept_chats import open_kept
    from ui.language import Language
    from ui.library.on_demand import LibraryOnDemand
    from ui.main_window import MainWindow, PageKind
    from ui.server.opening import server_over
    from ui.server.presenter import ServerPresenter
    from ui.settings_store import SettingsStore
    from ui.theme import Theme, application_icon

    log_file = log.configure(log_folder(), to_stderr="WARNING")
    qInstallMessageHandler(_log_qt)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("KTDesk")
    application.setDesktopFileName("ktdesk")
    application.setWindowIcon(application_icon())
    FaultReporter(log_file, application).install()
    store = SettingsStore(load_settings(), application)
    theme, language = Theme(application), Language(application)

    def follow(section: str = "interface", name: str = "") -> None:
        del name
        if section == "interface":
            theme.use(store.settings.interface.theme)
            language.use(store.settings.interface.language)

    follow()
    store.changed.connect(follow)
    engine = Engine()
    bridge = EngineBridge(engine, application)
    model = ModelPresenter(bridge, store, application)
    server = ServerPresenter(server_over(engine), store, model, application)

    library = LibraryOnDemand(store, model, theme, application)

    def discover_title() -> str:
        return QCoreApplication.translate("MainWindow", "Discover")

    def shelf_title() -> str:
        return QCoreApplication.translate("MainWindow", "My models")

    def placement_page() -> QWidget:
        from ui.placement.page import PlacementPage
        from ui.placement.presenter import PlacementPresenter

        return PlacementPage(PlacementPresenter(model, store, application), model, theme)

    def placement_title() -> str:
        return QCoreApplication.translate("MainWindow", "Placement")

    def hardware_page() -> QWidget:
        from ui.hardware.page import HardwarePage
        from ui.hardware.presenter import HardwarePresenter

        return HardwarePage(HardwarePresenter(store, application), store, theme)

    def hardware_title() -> str:
        return QCoreApplication.translate("MainWindow", "Hardware")

    def server_page() -> QWidget:
        from ui.server.page import ServerPage

        return ServerPage(server, theme)

    def server_title() -> str:
        return QCoreApplication.translate("MainWindow", "Server")

    pages = (
        PageKind("discover", "discover", discover_title, library.make_discover),
        PageKind("shelf", "shelf", shelf_title, library.make_shelf),
        PageKind("placement", "placement", placement_title, placement_page),
        PageKind("hardware", "hardware", hardware_title, hardware_page),
        PageKind("server", "server", server_title, server_page),
    )
    kept, problem = open_kept(application)
    chat = ChatPresenter(bridge, store, model, kept, application)
    window = MainWindow(chat, model, kept, store, theme, pages)
    chat.open_last()
    if problem:
        window.page.banner.show_error(problem)
    window.painted.connect(_log_start)
    if is_smoke_test:
        from ui.smoke_test import SmokeTest

        SmokeTest(window, chat, model, store)
    if file:
        window.painted.connect(lambda: model.load(file.absolute()))
    elif window.wizard.is_wanted:
        window.show_wizard()
        window.painted.connect(window.wizard.look)
    else:
        window.painted.connect(model.start)  # torch would delay what is seen first

    def quit_now() -> None:
        window.quit()
        application.quit()

    def go_on_with_downloads() -> None:
        window.may_close = library.go_on(window, quit_now) or window.may_close

    library.loading.connect(lambda: window.show_page("chat"))
    window.painted.connect(go_on_with_downloads)
    if store.settings.interface.serve_at_start:
        server.failed.connect(window.page.banner.show_error)
        window.painted.connect(server.start)
    window.show()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while Qt waits, Python would not see Ctrl+C
    code = application.exec()
    library.close()
    has_ended = server.close(CLOSE_MS / 1000)
    chat.close()
    kept.close()
    if not (bridge.close(CLOSE_MS) and has_ended):
        _log.warning("the engine or the server did not end in time")
        log.close()
        os._exit(code)  # its thread would be destroyed while it runs, which Qt answers with abort
    return code
