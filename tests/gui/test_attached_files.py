# SPDX-License-Identifier: Apache-2.0
"""Files that go with a question, from the prompt to the request and back; and what will be cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktdesk.attachments import compose, split
from tests.gui.driving import editor, say, send_button
from tests.gui.fake_engine import FakeEngine
from ui.chat.chips import Chip
from ui.chat.message_view import QuestionView
from ui.chat.presenter import ChatPresenter
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.py"
    path.write_text("x = 1\ny = 2\n")
    return path


def chips(window: MainWindow) -> list[str]:
    """Return what the chips of the prompt say."""
    found = window.page.prompt.findChildren(Chip)
    return [chip.findChildren(QLabel)[1].text() for chip in found if chip.isVisible()]


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.page.dropEvent(event)


def test_dropped_files_become_chips_with_their_tokens_and_go_with_the_question(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine, notes: Path
) -> None:
    drop(window, notes)
    qtbot.waitUntil(lambda: bool(chips(window)))
    (attachment,) = window.page.files.attachments
    count = engine.count_tokens(compose("", [attachment]))
    assert chips(window) == [f"notes.py  ·  {count} tokens"]
    say(qtbot, window, chat, "what is this?")
    content = engine.requests[-1].messages[-1].content
    assert split(content) == ([attachment], "what is this?")
    assert "```python\nx = 1\ny = 2\n\n```" in content
    assert chips(window) == []
    question = window.findChild(QuestionView)
    assert question.findChild(Chip).isVisible()
    assert question._label.text() == "what is this?"


def test_a_file_alone_can_be_sent_and_one_can_be_taken_away(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine, notes: Path
) -> None:
    other = notes.with_name("other.md")
    other.write_text("# other")
    assert not send_button(window).isEnabled()
    drop(window, notes, other)
    qtbot.waitUntil(lambda: len(chips(window)) == 2)
    assert send_button(window).isEnabled()
    window.page.prompt.findChild(Chip).findChild(type(send_button(window)), "chipClose").click()
    qtbot.waitUntil(lambda: len(chips(window)) == 1)
    send_button(window).click()
    qtbot.waitUntil(lambda: not chat.is_answering)
    found, text = split(engine.requests[-1].messages[-1].content)
    assert ([a.name for a in found], text) == (["other.md"], "")


def test_a_folder_is_one_chip(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "src"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(name)
    drop(window, folder)
    qtbot.waitUntil(lambda: bool(chips(window)))
    (said,) = chips(window)
    assert said.startswith("src/  ·  3 files  ·  ")


def test_what_cannot_be_attached_is_explained(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "program.bin").write_bytes(b"\0\1")
    drop(window, tmp_path / "program.bin")
    qtbot.waitUntil(window.page.banner.isVisible)
    assert "program.bin" in window.page.banner.text
    assert not window.page.files.is_reading


def test_a_pasted_picture_is_kept_and_shown_but_not_seen_by_the_model(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    data = QMimeData()
    data.setImageData(image)
    editor(window).insertFromMimeData(data)
    qtbot.waitUntil(lambda: bool(chips(window)))
    assert "cannot see" in chips(window)[0]
    say(qtbot, window, chat, "look")
    assert "cannot be seen" in engine.requests[-1].messages[-1].content
    (kept,) = chat.messages.pictures(chat.messages[0])
    shown = QImage.fromData(QByteArray(kept))
    assert shown.pixelColor(3, 3).name() == "#336699"
    pixmaps = [label.pixmap() for label in window.findChild(QuestionView).findChildren(QLabel)]
    assert any(pixmap.width() == 30 for pixmap in pixmaps if not pixmap.isNull())


def test_an_edited_question_keeps_its_files(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine, notes: Path
) -> None:
    drop(window, notes)
    qtbot.waitUntil(lambda: bool(chips(window)))
    say(qtbot, window, chat, "one")
    window.page._start_edit(0)
    qtbot.waitUntil(lambda: bool(chips(window)))
    assert window.page.prompt.text == "one"
    window.page.prompt.set_text("two")
    qtbot.waitUntil(send_button(window).isEnabled)
    send_button(window).click()
    qtbot.waitUntil(lambda: not chat.is_answering)
    found, text = split(engine.requests[-1].messages[-1].content)
    assert ([a.name for a in found], text) == (["notes.py"], "two")


def note(window: MainWindow) -> str:
    label = window.page.prompt.findChild(QLabel, "promptNote")
    return label.text() if label.isVisible() else ""


def test_what_will_be_cut_is_said_before_it_is_sent(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, store: SettingsStore
) -> None:
    window.page.prompt.set_text("word " * 100)
    qtbot.waitUntil(lambda: window.page.forecast.size is not None)
    assert note(window) == ""
    window.page.prompt.set_text("word " * 500)
    qtbot.waitUntil(lambda: "nearly full" in note(window))
    assert "12 tokens" in note(window)
    window.page.prompt.set_text("word " * 600)
    qtbot.waitUntil(lambda: "Too long by 89 tokens" in note(window))
    window.page.prompt.set_text("")
    say(qtbot, window, chat, "hello")
    store.set("sampling", "context_full", "shift")
    window.page.prompt.set_text("word " * 509)
    qtbot.waitUntil(lambda: "the 1 oldest messages" in note(window))
