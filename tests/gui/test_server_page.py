# SPDX-License-Identifier: Apache-2.0
"""The page of the server: on one that pretends, and on a real one that shares the engine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import openai
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ktdesk import Engine, Request
from ktdesk.errors import SettingsError
from ktdesk.runtime.request import Stats
from ktdesk.server.keys import read_keys
from ktdesk.server.visits import MOST_KEPT, Visits
from ktdesk.settings import (
    InterfaceSettings,
    ServerSettings,
    Settings,
    keys_file,
    save_settings,
)
from tests.gui.accessible import check_accessible
from tests.tiny import tiny_deepseek
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.server.opening import server_over
from ui.server.page import ServerPage
from ui.server.presenter import ServerPresenter, ServerState, free_port
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

    def run(self, on_ready: Callable[[], None] | None = None) -> None:
        assert self.may_answer.wait(20)
        assert on_ready
        on_ready()
        assert self.is_stopping.wait(20)

    def stop(self, *, at_once: bool = False) -> None:
        self.was_at_once = at_once
        self.is_stopping.set()

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
    assert any(text.startswith("small answers programs") for text in said(stage.page))
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


class Real:
    """The page's server over the window's own engine, with a tiny model loaded."""

    def __init__(self, qtbot: QtBot, presenter: ServerPresenter, page: ServerPage) -> None:
        self.qtbot, self.presenter, self.page = qtbot, presenter, page

    def start(self) -> str:
        self.qtbot.mouseClick(self.page.head.button, LEFT)
        self.wait(lambda: self.presenter.state is ServerState.RUNNING)
        return self.presenter.address

    def wait(self, is_so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(is_so, timeout=LONG_MS)

    def aside(self, work: Callable[[], object]) -> threading.Thread:
        """Do something while the window lives on."""
        thread = threading.Thread(target=work)
        thread.start()
        return thread


@pytest.fixture
def real_engine() -> Iterator[Engine]:
    engine = Engine(threads=1)
    yield engine
    engine.unload()


@pytest.fixture
def real_bridge(qapp, real_engine: Engine) -> Iterator[EngineBridge]:
    bridge = EngineBridge(real_engine)
    yield bridge
    assert bridge.close(20_000)


@pytest.fixture
def real(
    qtbot: QtBot,
    real_engine: Engine,
    real_bridge: EngineBridge,
    store: SettingsStore,
    theme: Theme,
    tmp_path: Path,
) -> Iterator[Real]:
    store.set("server", "port", _unused_port())
    model = ModelPresenter(real_bridge, store, real_bridge)
    model.load(tiny_deepseek(tmp_path / "tiny.gguf").path)
    presenter = ServerPresenter(server_over(real_engine), store, model, real_bridge)
    page = ServerPage(presenter, theme)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: model.is_ready, timeout=LONG_MS)
    yield Real(qtbot, presenter, page)
    assert presenter.close(20)


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_programs_and_a_chat_of_the_window_share_the_engine(
    real: Real, real_bridge: EngineBridge, store: SettingsStore, kept: object
) -> None:
    address = real.start()
    store.set("sampling", "max_tokens", 24)
    model = real.presenter._model
    chat = ChatPresenter(real_bridge, store, model, kept, real_bridge)  # pyright: ignore
    answers: list[str] = []

    def ask() -> None:
        with openai.OpenAI(
            base_url=f"{address}/v1",
            api_key="none",
            http_client=httpx.Client(trust_env=False, timeout=60),
        ) as client:
            for _ in range(3):
                answer = client.chat.completions.create(
                    model="tiny",
                    messages=[{"role": "user", "content": "hello"}],
                    max_tokens=24,
                )
                answers.append(answer.choices[0].finish_reason)

    thread = real.aside(ask)
    assert chat.ask("hello")
    real.wait(lambda: not chat.is_answering and len(answers) == 3)
    thread.join(20)
    assert chat.messages[1].stats
    assert set(answers) <= {"stop", "length"}
    real.page.requests.look()
    rows = real.page.requests.rows
    assert rows.rowCount() == 3
    visit = rows.visit_at(0)
    assert visit
    assert (visit.client, visit.model, visit.status) == ("127.0.0.1", "tiny", 200)
    assert visit.prompt_tokens > 0
    assert 0 < visit.answer_tokens <= 24
    chat.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_snippet_is_answered(real: Real, store: SettingsStore, kind: str) -> None:
    made = real.presenter.make_key("shell")
    assert made
    store.set("server", "answer_tokens", 8)
    text = snippet(kind, real.start(), "tiny", has_keys=True).replace("YOUR-KEY", made[1])
    if kind == "curl" and shutil.which("curl") is None:
        pytest.skip("there is no curl")
    command = ["sh", "-c", text] if kind == "curl" else [sys.executable, "-c", text]
    done = list[subprocess.CompletedProcess[str]]()
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}

    def run() -> None:
        done.append(
            subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
        )

    real.aside(run)
    real.wait(lambda: bool(done))
    assert done[0].returncode == 0, done[0].stderr
    assert done[0].stdout
    assert real.presenter.visits.last()[-1].status == 200
    assert real.presenter.visits.last()[-1].answer_tokens <= 8


@pytest.mark.slow
def test_programs_neither_load_nor_unload(real: Real, real_engine: Engine) -> None:
    address = real.start()
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        names = [entry["id"] for entry in client.get("/v1/models").json()["data"]]
        assert names == ["tiny"]
        body = {"model": "other", "messages": [{"role": "user", "content": "x"}]}
        assert client.post("/v1/chat/completions", json=body).status_code == 404
        unload = client.post("/api/generate", json={"model": "tiny", "keep_alive": 0})
        assert unload.status_code == 503
        assert "window" in unload.json()["error"]
    real.presenter.stop()
    real.wait(lambda: real.presenter.state is ServerState.STOPPED)
    assert real_engine.info is not None


@pytest.mark.slow
def test_a_request_of_a_model_that_was_replaced_fails(
    real: Real, real_engine: Engine, tmp_path: Path
) -> None:
    first = real_engine.info
    assert first
    *_, last = real_engine.generate(Request(prompt="x"), model=tmp_path / "other.gguf")
    assert "Another model" in str(last.error)  # pyright: ignore


@pytest.mark.slow
def test_a_taken_port_offers_a_free_one(real: Real, store: SettingsStore) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        store.set("server", "port", taken)
        real.qtbot.mouseClick(real.page.head.button, LEFT)
        real.wait(real.page.banner.isVisible)
        assert f"Another program has port {taken} already." in real.page.banner.text
        free = free_port(store.settings.server)
        (offer,) = [
            button
            for button in real.page.banner.findChildren(QPushButton)
            if button.text() == f"Start at port {free}"
        ]
        real.qtbot.mouseClick(offer, LEFT)
        real.wait(lambda: real.presenter.state is ServerState.RUNNING)
    assert store.settings.server.port == free
    assert real.presenter.address.endswith(f":{free}")
    assert not real.page.banner.isVisible()


def _stream(address: str, ended: list[str]) -> None:
    body = {
        "model": "tiny",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
        "max_tokens": 400,
        "logit_bias": {},
    }
    with (
        httpx.Client(trust_env=False, timeout=60) as client,
        client.stream("POST", f"{address}/v1/chat/completions", json=body) as response,
    ):
        ended.append("begun")
        ended += [line for line in response.iter_lines() if line][-1:]


@pytest.mark.slow
def test_a_running_request_is_cancelled_by_hand(real: Real, real_engine: Engine) -> None:
    address, ended = real.start(), list[str]()
    with real_engine._turn.taken():  # so that it waits
        thread = real.aside(lambda: _stream(address, ended))
        real.wait(lambda: bool(real.presenter.visits.last()))
        panel = real.page.requests
        panel.look()
        panel.table.selectRow(0)
        real.wait(lambda: panel.look() or panel.cancel.isEnabled())
        real.qtbot.mouseClick(panel.cancel, LEFT)
        real.wait(lambda: not thread.is_alive())
    assert ended[-1] == "data: [DONE]"
    real.wait(lambda: real.presenter.visits.last()[0].status == 200)


@pytest.mark.slow
def test_the_program_ends_while_a_request_runs(real: Real, real_engine: Engine) -> None:
    address, ended = real.start(), list[str]()
    thread = real.aside(lambda: _stream(address, ended))
    real.wait(lambda: bool(ended) or not thread.is_alive())
    assert real.presenter.close(10)
    thread.join(20)
    assert not thread.is_alive()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health", trust_env=False)
    assert real_engine.info is not None


@pytest.mark.slow
def test_the_program_ends_while_a_request_waits(real: Real, real_engine: Engine) -> None:
    address, ended = real.start(), list[str]()
    with real_engine._turn.taken():
        thread = real.aside(lambda: _stream(address, ended))
        real.wait(lambda: any(visit.can_cancel for visit in real.presenter.visits.last()))
        assert real.presenter.close(10)
    thread.join(20)
    assert not thread.is_alive()


PROGRAM = """
import sys, threading
from PySide6.QtCore import QMetaObject, Qt
from PySide6.QtWidgets import QApplication
from ui.app import main

def end() -> None:
    sys.stdin.readline()
    queued = Qt.ConnectionType.QueuedConnection
    QMetaObject.invokeMethod(QApplication.instance(), "quit", queued)

threading.Thread(target=end, daemon=True).start()
sys.exit(main())
"""


@pytest.mark.slow
def test_the_whole_program_starts_with_the_server_and_ends_in_mid_answer(
    qtbot: QtBot, tmp_path: Path
) -> None:
    port, model = _unused_port(), tiny_deepseek(tmp_path / "tiny.gguf").path
    interface = InterfaceSettings(serve_at_start=True, wizard_done=True, last_model=str(model))
    save_settings(Settings(interface=interface, server=ServerSettings(port=port)))
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin
        address = f"http://127.0.0.1:{port}"
        qtbot.waitUntil(lambda: _models(address) == ["tiny"], timeout=LONG_MS)
        ended = list[str]()
        thread = threading.Thread(target=_stream, args=(address, ended))
        thread.start()
        qtbot.waitUntil(lambda: bool(ended), timeout=LONG_MS)
        program.stdin.write("\n")
        program.stdin.flush()
        assert program.wait(20) == 0
        thread.join(20)
        assert program.stderr
        assert program.stderr.read() == ""


def _models(address: str) -> list[str]:
    try:
        found = httpx.get(f"{address}/v1/models", trust_env=False, timeout=20)
    except httpx.TransportError:
        return []
    return [entry["id"] for entry in found.json()["data"]]
