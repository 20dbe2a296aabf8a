# SPDX-License-Identifier: Apache-2.0
"""The window with its library over a hub on this machine, and the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktdesk import Engine
from tests.faulty_server import FaultyServer
from tests.hub.server import Hub
from tests.tiny import tiny_deepseek
from ui.chat.model_presenter import ModelPresenter
from ui.kept_chats import KeptChats
from ui.library.on_demand import LibraryOnDemand
from ui.main_window import MainWindow, PageKind
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.workspace.presenter import Workspace

REPOSITORY = "tests/Tiny-DeepSeek-GGUF"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(threads=2)
    yield engine
    engine.unload()


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return tiny_deepseek(tmp_path / "tiny.gguf").path.read_bytes()


@pytest.fixture
def hub(server: FaultyServer, store: SettingsStore, data: bytes) -> Hub:
    store.set("sources", "hub", server.url)
    store.set("models", "other_programs", False)
    hub = Hub(server)
    hub.add(REPOSITORY, {"README.md": b"# Tiny", "Tiny-F32.gguf": data})
    hub.add("tests/Another-GGUF", {"Another-Q8_0.gguf": b"GGUF"})
    return hub


@pytest.fixture
def library(
    qapp: QApplication, hub: Hub, store: SettingsStore, model: ModelPresenter, theme: Theme
) -> Iterator[LibraryOnDemand]:
    library = LibraryOnDemand(store, model, theme, qapp)
    yield library
    library.close()
    library.deleteLater()


@pytest.fixture
def paged(
    qtbot: QtBot,
    library: LibraryOnDemand,
    workspace: Workspace,
    model: ModelPresenter,
    kept: KeptChats,
    store: SettingsStore,
    theme: Theme,
) -> MainWindow:
    pages = (
        PageKind("discover", "discover", "Discover", library.make_discover),
        PageKind("shelf", "shelf", "My models", library.make_shelf),
    )
    window = MainWindow(workspace, model, kept, store, theme, pages)
    library.loading.connect(lambda: window.show_page("chat"))
    qtbot.addWidget(window)
    window.show()
    return window
