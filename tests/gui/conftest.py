# SPDX-License-Identifier: Apache-2.0
"""The window and its parts, on an engine that answers from a list."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktdesk.chats import open_chats
from ktdesk.hardware.machine import Machine
from ktdesk.library.shelf import before_load
from ktdesk.settings import Settings
from tests.gui.fake_engine import FakeEngine
from tests.gui.wizard_driving import wait
from tests.gui.wizard_machines import MACHINES
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.garbage import Garbage
from ui.kept_chats import KeptChats
from ui.language import Language
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.wizard.page import WizardPage
from ui.workspace.presenter import Workspace

CLOSE_MS = 5000  # far longer than anything here takes: a thread that hangs fails the test
PATIENCE_MS = 60_000  # nobody waits in vain, and some machines compute other things as well


class PatientBot(QtBot):
    """Waits as long as a machine may need that has little time for it."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        """Wait until the callback says so, or raises no AssertionError any more."""
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp, request: pytest.FixtureRequest) -> PatientBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _garbage(qapp) -> Iterator[None]:
    """As in the program, no thread but this one destroys the widgets of earlier tests."""
    garbage = Garbage()
    yield
    garbage.collect()
    gc.enable()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are loaded without being verified: headers of true sizes are gigabytes of nothing."""
    monkeypatch.setattr(before_load, "verify_first", lambda *_: None)


@pytest.fixture
def store(qapp) -> Iterator[SettingsStore]:
    store = SettingsStore(Settings())
    yield store
    store.save_now()


@pytest.fixture
def bridge(qapp, engine: FakeEngine) -> Iterator[EngineBridge]:
    bridge = EngineBridge(engine)
    yield bridge
    assert bridge.close(CLOSE_MS)


@pytest.fixture
def model(bridge: EngineBridge, store: SettingsStore) -> Iterator[ModelPresenter]:
    model = ModelPresenter(bridge, store, bridge)
    yield model
    model.own.save_now()


@pytest.fixture
def kept(qapp) -> Iterator[KeptChats]:
    kept = KeptChats(open_chats())
    yield kept
    kept.close()


@pytest.fixture
def workspace(
    bridge: EngineBridge, store: SettingsStore, model: ModelPresenter, kept: KeptChats
) -> Iterator[Workspace]:
    workspace = Workspace(bridge, store, model, kept, bridge)
    yield workspace
    workspace.close()


@pytest.fixture
def chat(workspace: Workspace) -> ChatPresenter:
    """The conversation in the first pane of the first tab."""
    return workspace.active


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that the fake engine loads."""
    path = tmp_path / "small.gguf"
    path.write_bytes(b"GGUF")
    return path


@pytest.fixture
def loaded(qtbot: QtBot, model: ModelPresenter, file: Path) -> ModelPresenter:
    """The presenter of models with one loaded."""
    model.load(file)
    qtbot.waitUntil(lambda: model.is_ready)
    return model


@pytest.fixture(scope="session")
def theme(qapp) -> Theme:
    return Theme(qapp)


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    language = Language(qapp)
    language.use("en")
    yield language
    language.use("en")


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[Language]:
    """Chinese, spoken from before anything is made that is asked for later."""
    language = Language(qapp)
    language.use("zh_CN")
    yield language
    language.use("en")


@pytest.fixture
def window(
    qtbot: QtBot,
    workspace: Workspace,
    model: ModelPresenter,
    kept: KeptChats,
    store: SettingsStore,
    theme: Theme,
) -> MainWindow:
    window = MainWindow(workspace, model, kept, store, theme)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Machine:
    return MACHINES[getattr(request, "param", "desktop")]


@pytest.fixture
def page(
    qtbot: QtBot, window: MainWindow, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> WizardPage:
    """The first step, with all that is looked for in the background found."""
    monkeypatch.setattr("ui.wizard.presenter.describe_machine", lambda folders, settings: machine)
    window.show_wizard()
    window.wizard.look()
    wait(qtbot, lambda: bool(window.wizard.prospects and window.wizard.places))
    return window.findChild(WizardPage)


@pytest.fixture
def demo(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the demo model, which was made before."""
    made = SimpleNamespace(deepseek2=file)
    monkeypatch.setattr("ktdesk.library.demo.demo_models", lambda folder, *, progress: made)
    monkeypatch.setattr("ktdesk.library.demo.built_demo", lambda folder: file)
    return file
