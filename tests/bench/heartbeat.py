# SPDX-License-Identifier: Apache-2.0
"""Whether the window stays at hand while a model works: `python -m tests.bench.heartbeat MODEL`.

The whole window, without a screen. A timer of 16 ms in the GUI thread: how long from beat to beat,
and how long of it the thread worked, while nothing happens, while a long prompt is read, and while
an answer is written and shown. Then how long it takes from asking to stop to what is kept, in the
prompt and in the answer.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer

from ktdesk import Engine
from ktdesk.bench.measuring import make_prompt
from ktdesk.chats import temporary_chats
from ktdesk.library.demo import demo_models
from ktdesk.settings import EngineSettings, Settings, models_folder
from tests.bench.chat_window import application
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.kept_chats import KeptChats
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.workspace.presenter import Workspace

BEAT_MS = 16
QUESTION = "Write a long guide to Python, with headings, lists, tables and code. Do not stop early."
PATIENCE_S = 300.0


class Heart:
    """Collects the milliseconds from beat to beat."""

    def __init__(self) -> None:
        self.beats: list[float] = []
        self.work: list[float] = []  # of the thread itself, which another program cannot slow down
        self._last = (0.0, 0.0)
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def begin(self) -> None:
        """Forget the beats so far."""
        self.beats, self.work, self._last = [], [], (0.0, 0.0)

    def line(self, name: str) -> str:
        """Return the figures of the beats since `begin`."""
        beats, work = sorted(self.beats), sorted(self.work)
        at = int(len(beats) * 0.99)
        figures = (beats[len(beats) // 2], beats[at], beats[-1], work[at])
        return f"{name:28}{len(beats):6}" + "".join(f"{figure:10.1f}" for figure in figures) + " ms"

    def _beat(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        if self._last[0]:
            self.beats.append(1e3 * (now[0] - self._last[0]))
            self.work.append(1e3 * (now[1] - self._last[1]))
        self._last = now


def wait(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Let the window live until something is so, or for some time.

    In a loop of events as the program's own is. `QTest.qWait` keeps Python's lock while it waits:
    each call of the engine's thread would take milliseconds longer.
    """
    end, loop, look = time.monotonic() + seconds, QEventLoop(), QTimer()
    look.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    look.start(1)
    loop.exec()


def stop_ms(chat: ChatPresenter, prompt: str, until: Callable[[], bool]) -> float:
    """Return the milliseconds from asking to stop until the answer has ended and is stored."""
    chat.new_chat()
    chat.ask(prompt)
    wait(lambda: until() or not chat.is_answering)
    assert chat.is_answering, "the answer ended before it could be stopped"
    before = chat.messages[-1].text  # nothing, in the prompt
    start = time.perf_counter()
    chat.stop()
    wait(lambda: not chat.is_answering)
    milliseconds = 1e3 * (time.perf_counter() - start)
    kept = next((m.text for m in [chat.messages[-1]] if m.role == "assistant"), "")
    assert kept.startswith(before), "something of the answer was lost"
    return milliseconds


def measure(chat: ChatPresenter, words: int, seconds: float, stops: int) -> list[str]:
    """Return the lines of all figures."""
    heart = Heart()
    wait(lambda: False, 3)
    heart.begin()
    wait(lambda: False, 3)
    lines = [
        f"{'':28}{'beats':>6}{'median':>10}{'99 %':>10}{'most':>10}{'work 99 %':>10}",
        heart.line("idle"),
    ]

    def has_begun() -> bool:
        return not chat.is_answering or bool(chat.messages[-1].text)

    heart.begin()
    chat.ask(make_prompt(words, 1))
    wait(has_begun)
    lines.append(heart.line(f"reading {words} words"))
    chat.stop()
    wait(lambda: not chat.is_answering)
    chat.new_chat()
    chat.ask(QUESTION)
    wait(has_begun)
    heart.begin()
    wait(lambda: not chat.is_answering, seconds)
    shown = len(chat.messages[-1].text)
    lines.append(heart.line("writing"))
    chat.stop()
    wait(lambda: not chat.is_answering)
    lines.append(f"{shown} characters were written and shown meanwhile")
    progress = [0, 1]
    chat.prefill.connect(lambda done, total: progress.__setitem__(slice(2), [done, total]))

    def is_reading() -> bool:
        return 0 < progress[0] < progress[1]

    reads = [stop_ms(chat, make_prompt(words, 7 + n), is_reading) for n in range(stops)]
    writes = [stop_ms(chat, QUESTION, has_begun) for _ in range(stops)]
    for name, times in (("the prompt", reads), ("the answer", writes)):
        median = sorted(times)[len(times) // 2]
        lines.append(f"stop in {name:20} median {median:.0f}, most {max(times):.0f} ms")
    return lines


def main() -> int:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="tests.bench.heartbeat", description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", help="the demo model by default")
    parser.add_argument("--words", type=int, default=1200)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stops", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    path = arguments.model or demo_models(models_folder()).deepseek2
    app = application()
    engine = EngineSettings(threads=arguments.threads, context_tokens=4096)
    store = SettingsStore(dataclasses.replace(Settings(), engine=engine))
    bridge = EngineBridge(Engine())
    model, kept = ModelPresenter(bridge, store, bridge), KeptChats(temporary_chats())
    workspace = Workspace(bridge, store, model, kept, bridge)
    window = MainWindow(workspace, model, kept, store, Theme(app))
    window.resize(1100, 850)
    window.show()
    model.load(path)
    wait(lambda: model.is_ready)
    lines = measure(workspace.active, arguments.words, arguments.seconds, arguments.stops)
    sys.stdout.write("\n".join(lines) + "\n")
    workspace.close()
    bridge.close(10_000)
    kept.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
