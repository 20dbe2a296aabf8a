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
from ktdesk.settings import crashes_folder, data_folder, load_settings, log_folder
from ui.debian import QT_NEEDS

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType

    from ui.single_instance import SingleInstance

CLOSE_MS = 1000  # what is under way is given this long to end
INSTALL = f"On Debian and Ubuntu, install what it needs: sudo apt install {' '.join(QT_NEEDS)}"

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
    file: Path | None = chosen.model
    return _run(file.expanduser().absolute() if file else None)  # others stand in other folders


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


def _hand_over(instance: SingleInstance, file: Path | None) -> int:
    if instance.hand_over([str(file)] if file else []):
        return 0
    _complain("KTDesk is running already, but does not answer. Wait for it, or end it.")
    return 1


def _run(file: Path | None, *, is_smoke_test: bool = False) -> int:
    """Open the window and return when it was closed. file: the model to load, if one was named."""
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from ktdesk.remote.any_engine import AnyEngine
    from ui.bridge import EngineBridge
    from ui.chat.model_presenter import ModelPresenter
    from ui.crash_reports import CrashReports
    from ui.faults import FaultReporter
    from ui.garbage import Garbage
    from ui.kept_chats import open_kept
    from ui.language import Language
    from ui.library.on_demand import LibraryOnDemand
    from ui.main_window import MainWindow
    from ui.pages import Pages
    from ui.server.opening import server_over
    from ui.server.presenter import ServerPresenter
    from ui.settings_store import SettingsStore
    from ui.single_instance import SingleInstance
    from ui.theme import Theme, application_icon
    from ui.workspace.presenter import Workspace

    qInstallMessageHandler(_log_qt)
    application = QApplication(sys.argv[:1])
    Garbage(application)
    instance = SingleInstance(data_folder(), application)
    if not instance.claim():
        return _hand_over(instance, file)
    recent = log.Recent()
    log_file = log.configure(log_folder(), to_stderr="WARNING", recent=recent)
    reports = CrashReports(crashes_folder())
    reports.watch()
    application.setApplicationName("KTDesk")
    application.setDesktopFileName("ktdesk")
    application.setWindowIcon(application_icon())
    FaultReporter(log_file, reports, application).install()
    store = SettingsStore(load_settings(), application)
    theme, language = Theme(application), Language(application)

    def follow(section: str = "interface", name: str = "") -> None:
        del name
        if section == "interface":
            theme.use(store.settings.interface.theme)
            language.use(store.settings.interface.language)

    follow()
    store.changed.connect(follow)
    engine = AnyEngine()
    bridge = EngineBridge(engine, application)
    model = ModelPresenter(bridge, store, application)
    server = ServerPresenter(server_over(engine), store, model, application)

    library = LibraryOnDemand(store, model, theme, application)
    pages = Pages(store, model, library, server, recent, reports, theme, application)
    kept, problem = open_kept(application)
    workspace = Workspace(bridge, store, model, kept, application)
    workspace.restore()
    window = MainWindow(workspace, model, kept, store, theme, pages.kinds())
    if problem:
        window.workspace.show_error(problem)
    window.painted.connect(_log_start)

    def take(given: list[str]) -> None:
        """Do what another start was asked to: come to the front, with a model if one is given."""
        window.come_forward()
        if given:
            model.load(Path(given[0]))

    instance.asked.connect(take)
    if is_smoke_test:
        from ui.smoke_test import SmokeTest

        SmokeTest(window, workspace.active, model, store)
    if file:
        window.painted.connect(lambda: model.load(file))
    elif window.wizard.is_wanted:
        window.show_wizard()
        window.painted.connect(window.wizard.look)
    else:
        window.painted.connect(model.start)  # torch would delay what is seen first
    if not window.wizard.is_wanted:  # one question at a time
        window.painted.connect(window.updates.start)

    def quit_now() -> None:
        window.quit()
        application.quit()

    def go_on_with_downloads() -> None:
        window.may_close = library.go_on(window, quit_now) or window.may_close

    library.loading.connect(lambda: window.show_page("chat"))
    window.painted.connect(go_on_with_downloads)
    if store.settings.interface.serve_at_start:
        server.failed.connect(window.workspace.show_error)
        window.painted.connect(server.start)
    window.show()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while Qt waits, Python would not see Ctrl+C
    code = application.exec()
    library.close()
    has_ended = server.close(CLOSE_MS / 1000)
    workspace.close()
    kept.close()
    instance.close()
    reports.end()
    if not (bridge.close(CLOSE_MS) and has_ended):
        _log.warning("the engine or the server did not end in time")
        log.close()
        os._exit(code)  # its thread would be destroyed while it runs, which Qt answers with abort
    return code
