# SPDX-License-Identifier: Apache-2.0
"""The whole program, killed in the middle of an answer: the next start shows what was said.

A second pane's question waits in line meanwhile.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ktdesk.chats import open_chats
from ktdesk.settings import InterfaceSettings, Settings, save_settings

ROOT = Path(__file__).parents[2]
LOST_S = 3.0  # of an answer: a second, and what a busy machine takes for a round

# Starts the program on an engine that writes a letter each millisecond, and asks it something.
PROGRAM = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import ktdesk.remote.any_engine
from ktdesk import Token
from tests.gui.fake_engine import FakeEngine
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow

def events(request):
    count = 0
    while True:
        count += 1
        print(f"{time.time():.3f} {count}", flush=True)
        yield Token(count, "x")
        time.sleep(0.001)

def make():
    engine = FakeEngine()
    engine.events = events
    return engine

def ask():
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    if not window._model.is_ready:
        QTimer.singleShot(20, ask)
        return
    window.page.prompt.set_text("why?")
    window.page.prompt.submitted.emit("why?")
    window.page.prompt.set_text("and then")
    window.actions_by_id["split"].trigger()
    window.page.prompt.submitted.emit("in line")

ktdesk.remote.any_engine.AnyEngine = make
ModelPresenter.start = lambda self: (self.load(Path(sys.argv[1])), ask())
from ui.app import main
sys.exit(main([]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_next_start_shows_question_answer_and_draft(tmp_path: Path, seed: int) -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    command = [sys.executable, "-c", PROGRAM, str(model)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(random.Random(seed).uniform(1.0, 5.0))
        process.kill()
        said = [line.split() for line in process.stdout.read().splitlines()]
    whole = [(float(line[0]), int(line[1])) for line in said if len(line) == 2]
    with open_chats() as store:
        chats = {chat.title: chat for chat in store.chats.all()}
        chat, waited = chats.pop("why?"), chats.pop("in line")
        assert not chats
        path = store.messages.path(chat.id)
        messages = store.messages.load(path)
        assert messages[path[0]].content == "why?"
        kept = len(messages[path[1]].content) if len(path) > 1 else 0
        assert all(message.status in ("done", "stopped") for message in messages.values())
        (tab,) = store.chats.remembered("workspace")["tabs"]
        assert [pane["chat_id"] for pane in tab["panes"]] == [chat.id, waited.id]
        (question,) = store.messages.load(store.messages.path(waited.id)).values()
        assert (question.role, question.content) == ("user", "in line")
        assert store.chats.get(chat.id).draft == "and then"
    last_s = whole[-1][0]
    assert kept >= max((count for at, count in whole if at < last_s - LOST_S), default=0)
