# SPDX-License-Identifier: Apache-2.0
"""Answers on the screen: text, links, code, and following the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from ktdesk import Done, Token
from tests.gui.driving import say, shown
from tests.gui.fake_engine import STATS, FakeEngine, answer
from ui.chat.code_block import CodeBlock
from ui.chat.conversation_view import ConversationView
from ui.chat.link_question import LinkQuestion
from ui.chat.presenter import ChatPresenter
from ui.chat.text_block import TextBlock
from ui.main_window import MainWindow
from ui.widgets.copy_button import CopyButton

pytestmark = pytest.mark.usefixtures("loaded")


def test_the_model_s_own_html_is_text_and_its_pictures_stay_out(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    text = "<b>bold</b> ![x](file:///etc/hostname)\n\n<script>x</script>"
    engine.events = lambda request: [Token(1, text), Done("end", STATS)]
    say(qtbot, window, chat, "hello")
    assert "<b>bold</b>" in shown(window)
    assert "<script>x</script>" in shown(window)
    block = window.findChild(TextBlock)
    assert block.loadResource(2, "file:///etc/hostname").isNull()


def test_links_ask_with_the_host_and_only_those_of_the_web_can_be_opened(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine, monkeypatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "ui.chat.link_question.QDesktopServices.openUrl", lambda url: opened.append(url.toString())
    )
    engine.events = lambda request: answer("[a](https://example.org)")
    say(qtbot, window, chat, "hello")
    block = window.findChild(TextBlock)
    for address in ("file:///etc/passwd", "javascript:x", "data:text/html,x"):
        block.anchorClicked.emit(QUrl(address))
    assert window.findChild(LinkQuestion) is None
    block.anchorClicked.emit(QUrl("https://good.org:x@b\u0430d.org/" + "a" * 999))
    question = window.findChild(LinkQuestion)
    assert "xn--bd-7kc.org" in question.text()
    assert "good" not in question.text()
    assert len(question.informativeText()) < 310
    question.reject()
    assert opened == []
    block.anchorClicked.emit(QUrl("https://example.org"))
    window.findChildren(LinkQuestion)[-1].open_button.click()
    assert opened == ["https://example.org"]


def test_code_and_answers_can_be_copied(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    text = "Look:\n\n```py\nx = 1\n```\n"
    engine.events = lambda request: [*(Token(1, letter) for letter in text), Done("end", STATS)]
    say(qtbot, window, chat, "hello")
    code = window.findChild(CodeBlock)
    code.findChild(CopyButton).click()
    assert QGuiApplication.clipboard().text() == "x = 1"
    window.findChild(CopyButton, "copyAnswer").click()
    assert QGuiApplication.clipboard().text() == text


def test_the_view_follows_the_answer_until_the_user_scrolls_up(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: [
        *(Token(1, f"line {at}\n\n") for at in range(60)),
        Done("end", STATS),
    ]
    say(qtbot, window, chat, "hello")
    view = window.findChild(ConversationView)
    bar, jump = view.verticalScrollBar(), view.findChild(QToolButton, "jump")
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    assert not jump.isVisible()
    bar.setValue(0)
    assert jump.isVisible()
    last = chat.messages[-1]
    chat.messages.set_ahead(replace(last, text=last.text + "\n\nmore\n\nmore"))
    qtbot.wait(20)
    assert bar.value() == 0
    jump.click()
    assert bar.value() == bar.maximum()
