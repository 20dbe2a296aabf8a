# SPDX-License-Identifier: Apache-2.0
"""From the prompt to the answer with the real engine, on a tiny random model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from ktdesk import Engine
from ktdesk.settings import placements_folder
from tests.gui.conftest import CLOSE_MS
from tests.tiny import tiny_deepseek
from ui.bridge import EngineBridge
from ui.chat.message_view import AnswerView
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.main_window import MainWindow
from ui.placement.presenter import PlacementPresenter
from ui.settings_store import SettingsStore
from ui.workspace.presenter import Workspace

LOAD_MS = 60_000  # with the import of torch, on a machine that is busy


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(threads=2)
    yield engine
    engine.unload()


@pytest.fixture
def loaded(
    qtbot: QtBot, bridge: EngineBridge, model: ModelPresenter, tmp_path: Path
) -> ModelPresenter:
    model.load(tiny_deepseek(tmp_path / "tiny.gguf").path)
    qtbot.waitUntil(lambda: model.is_ready, timeout=LOAD_MS)
    return model


def test_a_question_is_answered(
    qtbot: QtBot,
    window: MainWindow,
    chat: ChatPresenter,
    loaded: ModelPresenter,
    store: SettingsStore,
) -> None:
    store.set("sampling", "max_tokens", 12)
    editor = window.page.prompt.findChild(QPlainTextEdit)
    qtbot.keyClicks(editor, "hello")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not chat.is_answering, timeout=LOAD_MS)
    stats = chat.messages[1].stats
    assert stats is not None
    assert 0 < stats.generated_tokens <= 12
    assert chat.context_used == stats.context_used
    assert window.findChild(AnswerView)


def test_two_panes_with_two_models_are_answered_one_after_the_other(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, loaded: ModelPresenter,
    store: SettingsStore, tmp_path: Path,
) -> None:  # fmt: skip
    store.set("sampling", "max_tokens", 6)
    chosen, other = loaded.path, tiny_deepseek(tmp_path / "other.gguf").path
    workspace.compare(is_wanted=True)
    first, second = workspace.chats
    second.own.use_model(other)
    assert workspace.ask_all("hello")
    qtbot.waitUntil(lambda: not workspace.line.tickets, timeout=LOAD_MS)
    for chat, model in ((first, "tiny"), (second, "other")):
        message = chat.messages[-1]
        assert message.stats
        assert 0 < message.stats.generated_tokens <= 6
        assert Path(message.settings["model"]["path"]).stem == model
    assert (loaded.path, loaded.chosen) == (other, chosen)
    assert window.workspace.ask_all.comparison.isVisible()


def test_a_prompt_longer_than_the_context_is_explained_and_kept(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, loaded: ModelPresenter
) -> None:
    assert chat.ask("too long " * 200)
    qtbot.waitUntil(lambda: window.page.banner.isVisible(), timeout=LOAD_MS)
    assert "512" in window.page.banner.text
    assert chat.can_retry


def test_closing_in_mid_answer_ends_the_engine(
    qtbot: QtBot, bridge: EngineBridge, chat: ChatPresenter, loaded: ModelPresenter
) -> None:
    assert chat.ask("hello")
    qtbot.waitUntil(lambda: bool(chat.messages[-1].text) or not chat.is_answering, timeout=LOAD_MS)
    assert bridge.close(CLOSE_MS)


def test_own_rules_are_loaded_and_answer(
    qtbot: QtBot, model: ModelPresenter, store: SettingsStore, tmp_path: Path
) -> None:
    presenter = PlacementPresenter(model, store, model)
    presenter.show_model(tiny_deepseek(tmp_path / "tiny.gguf").path)
    qtbot.waitUntil(lambda: not presenter.is_reading, timeout=LOAD_MS)
    presenter.choose("reference")
    presenter.edit(f"{presenter.rules.text}# mine\n")
    presenter.use()
    qtbot.waitUntil(lambda: model.is_ready, timeout=LOAD_MS)
    assert model.info is not None
    assert model.info.placement == "tiny"
    assert (placements_folder() / "tiny.yaml").read_text("utf-8").endswith("# mine\n")
