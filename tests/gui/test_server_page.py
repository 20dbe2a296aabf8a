# SPDX-License-Identifier: Apache-2.0
"""The page of the server, on one that pretends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from ktdesk.errors import SettingsError
from ktdesk.runtime.request import Stats
from ktdesk.server.keys import Key, read_keys
from ktdesk.server.visits import MOST_KEPT, Visits
from ktdesk.settings import Settings, keys_file
from tests.gui.accessible import check_accessible
from tests.gui.said import check_chinese
from ui.chat.model_presenter import ModelPresenter
from ui.server.page import ServerPage
from ui.server.presenter import ServerPresenter, ServerState
from ui.server.request_table import Column
from ui.server.snippets import KINDS, snippet
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

ROOT = Path(__file__).parents[2]
LONG_MS = 60_000  # with the imports of torch and the server, on a machine that is busy
LEFT = Qt.MouseButton.LeftButton
STATS = Stats(
    prompt_tokens=12,
    cached_tokens=0,
    generated_tokens=5,
    first_token_s=0.1,
    prefill_s=0.1,
    decode_s=0.5,
    context_used=17,
    context_tokens=512,
)


class FakeServed:
    """Serves nothing until it is stopped."""

    address = "http://127.0.0.1:8421"

    def __init__(self) -> None:
        self.is_stopping, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        self.looks, self.was_at_once = 0, False
        self.keys: tuple[Key, ...] = ()

    def run(self, on_ready: Callable[[], None] | None = None) -> None:
        assert self.may_answer.wait(20)
        assert on_ready
        on_ready()
        assert self.is_stopping.wait(20)

    def stop(self, *, at_once: bool = False) -> None:
        self.was_at_once = at_once
        self.is_stopping.set()

    def use_keys(self, keys: Sequence[Key]) -> None:
        self.keys = tuple(keys)

    def look_again(self) -> None:
        self.looks += 1


class Stage:
    """A page on servers that pretend. error: what keeps the next one from starting."""

    def __init__(
        self, qtbot: QtBot, store: SettingsStore, model: ModelPresenter, theme: Theme
    ) -> None:
        self.qtbot = qtbot
        self.error: Exception | None = None
        self.opened: list[FakeServed] = []
        self.presenter = ServerPresenter(self._open, store, model, store)
        self.page = ServerPage(self.presenter, theme)
        qtbot.addWidget(self.page)
        self.page.resize(1000, 900)
        self.page.show()

    def _open(self, settings: Settings, visits: Visits) -> FakeServed:
        if self.error:
            raise self.error
        self.opened.append(FakeServed())
        return self.opened[-1]

    def press(self) -> None:
        self.qtbot.mouseClick(self.page.head.button, LEFT)

    def wait(self, state: ServerState) -> None:
        self.qtbot.waitUntil(lambda: self.presenter.state is state, timeout=LONG_MS)


@pytest.fixture
def stage(
    qtbot: QtBot, store: SettingsStore, model: ModelPresenter, theme: Theme
) -> Iterator[Stage]:
    stage = Stage(qtbot, store, model, theme)
    yield stage
    assert stage.presenter.close(20)


def said(page: ServerPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_it_starts_says_where_it_answers_and_stops(stage: Stage) -> None:
    assert "The server is stopped" in said(stage.page)
    stage.press()
    stage.wait(ServerState.RUNNING)
    assert "Answers at http://127.0.0.1:8421" in said(stage.page)
    stage.qtbot.mouseClick(stage.page.head.copy, LEFT)
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:8421"
    stage.press()
    stage.wait(ServerState.STOPPED)
    assert "The server is stopped" in said(stage.page)
    assert not stage.page.head.copy.isVisible()
    assert not stage.opened[0].was_at_once


def test_settings_that_change_wait_for_a_restart(stage: Stage, store: SettingsStore) -> None:
    stage.press()
    stage.wait(ServerState.RUNNING)
    assert not stage.page.head.restart.isVisible()
    store.set("server", "queue_length", 7)
    assert stage.page.head.restart.isVisible()
    stage.qtbot.mouseClick(stage.page.head.restart, LEFT)
    stage.qtbot.waitUntil(lambda: len(stage.opened) == 2)
    stage.wait(ServerState.RUNNING)
    assert not stage.page.head.restart.isVisible()


def test_stopping_while_it_starts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    may_open = threading.Event()
    open_ = stage._open

    def slowly(settings: Settings, visits: Visits) -> FakeServed:
        assert may_open.wait(20)
        return open_(settings, visits)

    monkeypatch.setattr(stage.presenter, "_open", slowly)
    stage.press()
    assert "The server starts…" in said(stage.page)
    stage.press()
    may_open.set()
    stage.wait(ServerState.STOPPED)
    assert stage.opened[0].is_stopping.is_set()


def test_an_error_is_said_and_it_can_be_started_again(stage: Stage) -> None:
    stage.error = SettingsError("No such host.", hint="Say another.")
    stage.press()
    stage.qtbot.waitUntil(stage.page.banner.isVisible)
    assert stage.page.banner.text == "No such host. Say another."
    assert stage.presenter.state is ServerState.STOPPED
    stage.error = None
    stage.press()
    stage.wait(ServerState.RUNNING)
    assert not stage.page.banner.isVisible()


def test_keys_are_shown_once_listed_and_removed(stage: Stage) -> None:
    keys = stage.page.keys
    stage.qtbot.keyClicks(keys.name, "editor")
    stage.qtbot.keyClick(keys.name, Qt.Key.Key_Return)
    text = keys.made.text.text()
    assert text.startswith("ktdesk-")
    stage.qtbot.mouseClick(keys.made.copy, LEFT)
    assert QGuiApplication.clipboard().text() == text
    assert text not in keys_file().read_text("utf-8")
    stage.qtbot.mouseClick(keys.made.done, LEFT)
    assert text not in [field.text() for field in stage.page.findChildren(QLineEdit)]
    assert keys.made.copy.text_to_copy == ""
    stage.qtbot.waitUntil(lambda: "editor" in said(stage.page))
    stage.qtbot.keyClicks(keys.name, "editor")
    stage.qtbot.mouseClick(keys.make, LEFT)
    assert "editor" in stage.page.banner.text  # the name is taken
    (remove,) = [
        button
        for button in keys.findChildren(IconButton)
        if button.accessibleName() == "Remove the key editor"
    ]
    stage.qtbot.mouseClick(remove, LEFT)
    assert read_keys(keys_file()) == ()
    assert "editor" not in said(stage.page)


def test_the_local_network_needs_a_key(stage: Stage, store: SettingsStore) -> None:
    need = "The local network needs a key: make one below."
    assert need not in said(stage.page)
    store.set("server", "lan", True)
    assert need in said(stage.page)
    stage.presenter.make_key("phone")
    assert need not in said(stage.page)


def test_names_are_a_list_in_a_line(stage: Stage, store: SettingsStore) -> None:
    assert not stage.page.reach.folded.isVisible()
    stage.page.reach.fold.click()
    field = stage.page.findChild(object, "server.hosts").findChild(QLineEdit)
    stage.qtbot.keyClicks(field, "desk.example, other.example")
    stage.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.settings.server.hosts == ("desk.example", "other.example")


def test_requests_are_listed_newest_first_and_cost_nothing_when_hidden(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.page.requests._timer.setInterval(1)
    visits, table = stage.presenter.visits, stage.page.requests.rows

    def texts(row: int) -> list[str]:
        return [table.index(row, column).data() for column in Column]

    first = visits.begin("POST", "/v1/chat/completions", "openai")
    first.client, first.model = "editor", "tiny"
    stage.qtbot.waitUntil(lambda: table.rowCount() == 1)
    assert texts(0)[1:] == [
        "editor", "OpenAI", "POST /v1/chat/completions", "tiny", "", "", "under way",
    ]  # fmt: skip
    first.add_answer(STATS)
    first.status, first.seconds = 200, 1.25
    stage.qtbot.waitUntil(lambda: texts(0)[Column.STATUS] == "200 answered, 1.2 s")
    assert texts(0)[Column.TOKENS : Column.STATUS] == ["12 → 5", "8.0"]
    visits.begin("GET", "/api/tags", "ollama")
    stage.qtbot.waitUntil(lambda: table.rowCount() == 2)
    assert texts(0)[Column.REQUEST] == "GET /api/tags"
    stage.page.hide()
    looks = list[int]()
    monkeypatch.setattr(visits, "last", lambda: looks.append(1) or ())
    stage.qtbot.wait(50)
    assert not looks


def test_only_the_last_requests_are_kept(stage: Stage) -> None:
    for number in range(MOST_KEPT + 20):
        stage.presenter.visits.begin("GET", f"/{number}", "openai")
        if number == 10:
            stage.page.requests.look()
    stage.page.requests.look()
    table = stage.page.requests.rows
    assert table.rowCount() == MOST_KEPT
    assert table.index(0, Column.REQUEST).data() == f"GET /{MOST_KEPT + 19}"
    assert table.index(MOST_KEPT - 1, Column.REQUEST).data() == "GET /20"


def test_another_model_is_told_to_the_server(
    stage: Stage, model: ModelPresenter, file: Path
) -> None:
    assert any(text.startswith("No model is loaded.") for text in said(stage.page))
    stage.press()
    stage.wait(ServerState.RUNNING)
    model.load(file)
    stage.qtbot.waitUntil(lambda: model.is_ready)
    assert stage.opened[0].looks
    assert any(text.startswith("small is loaded;") for text in said(stage.page))
    assert '"small"' in stage.page.snippets.code.toPlainText()


@pytest.mark.parametrize("kind", KINDS)
def test_snippets_name_address_model_and_key(kind: str) -> None:
    text = snippet(kind, "http://127.0.0.1:1", 'a"b', has_keys=True)
    assert "http://127.0.0.1:1" in text
    assert r'"a\"b"' in text
    assert "YOUR-KEY" in text
    assert "YOUR-KEY" not in snippet(kind, "http://127.0.0.1:1", "m", has_keys=False)
    if kind != "curl":
        compile(text, kind, "exec")


def test_the_page_can_be_used_without_eyes_or_mouse(stage: Stage) -> None:
    stage.presenter.make_key("phone")
    stage.page.reach.fold.click()
    check_accessible(stage.page)


def test_neither_the_server_nor_torch_is_loaded_with_the_page() -> None:
    program = (
        "import sys, ui.app, ui.main_window, ui.server.page, ui.server.opening;"
        "sys.exit(' '.join({'fastapi', 'uvicorn', 'torch'} & {*sys.modules}) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(stage: Stage) -> None:
    stage.page.requests._timer.setInterval(1)
    check_chinese(stage.page)
    stage.press()
    stage.wait(ServerState.RUNNING)
    for status in (200, 400, 401, 403, 404, 405, 413, 422, 429, 499, 500, 503):
        visit = stage.presenter.visits.begin("POST", "/v1/chat/completions", "openai")
        visit.model, visit.status = "tiny", status
    stage.presenter.visits.begin("GET", "/api/tags", "ollama")
    stage.qtbot.waitUntil(lambda: stage.page.requests.rows.rowCount() == 13)
    check_chinese(stage.page)
