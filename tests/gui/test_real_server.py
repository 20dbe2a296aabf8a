# SPDX-License-Identifier: Apache-2.0
"""The server of the page on a real engine, which it shares with the window, asked by programs."""

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
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktdesk import Engine, Request
from ktdesk.settings import InterfaceSettings, ServerSettings, Settings, save_settings
from tests.tiny import tiny_deepseek
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.server.opening import server_over
from ui.server.page import ServerPage
from ui.server.presenter import ServerPresenter, ServerState, free_port
from ui.server.snippets import KINDS, snippet
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.workspace.presenter import Workspace

ROOT = Path(__file__).parents[2]
LONG_MS = 60_000  # with the imports of torch and the server, on a machine that is busy
LEFT = Qt.MouseButton.LeftButton


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
    workspace = Workspace(real_bridge, store, model, kept, real_bridge)  # pyright: ignore
    chat = workspace.active
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
    visit = rows.row_at(0)
    assert visit
    assert (visit.client, visit.model, visit.status) == ("127.0.0.1", "tiny", 200)
    assert visit.prompt_tokens > 0
    assert 0 < visit.answer_tokens <= 24
    workspace.close()


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
def test_keys_count_at_once_and_the_last_one_leaves_the_door_shut(real: Real) -> None:
    address = real.start()

    def status(key: str) -> int:
        headers = {"authorization": f"Bearer {key}"}
        return httpx.get(f"{address}/v1/models", headers=headers, trust_env=False).status_code

    assert status("none") == 200
    made = real.presenter.make_key("editor")
    assert made
    assert (status("none"), status(made[1])) == (401, 200)
    real.presenter.remove_key("editor")
    assert (status("none"), status(made[1])) == (401, 401)
    assert real.presenter.is_shut
    assert real.page.head.restart.isVisible()
    real.presenter.restart()
    real.wait(lambda: real.presenter.state is ServerState.STOPPED or not real.presenter.address)
    real.wait(lambda: real.presenter.state is ServerState.RUNNING)
    assert not real.presenter.is_shut
    assert status("none") == 200


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
        assert panel._title.text() == "Requests: 1 under way"
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
