# SPDX-License-Identifier: Apache-2.0
"""One window for each folder of data: a second start hands over, whatever the first has left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ktdesk.settings import InterfaceSettings, Settings, save_settings
from ui.single_instance import SingleInstance

ROOT = Path(__file__).parents[2]

HAND_OVER = """
import sys
from pathlib import Path
from ktdesk.settings import InterfaceSettings, Settings, save_settings
from ui.single_instance import SingleInstance
second = SingleInstance(Path(sys.argv[1]))
print(second.claim(), second.hand_over(sys.argv[2:]))
"""

HOLD = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from ktdesk.settings import InterfaceSettings, Settings, save_settings
from ui.single_instance import SingleInstance
application = QCoreApplication([])
first = SingleInstance(Path(sys.argv[1]))
print(first.claim(), flush=True)
application.exec()
"""


@pytest.fixture
def first(qapp, tmp_path: Path) -> Iterator[SingleInstance]:
    first = SingleInstance(tmp_path)
    assert first.claim()
    yield first
    first.close()


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_a_second_start_hands_over_what_it_was_given(
    qtbot: QtBot, first: SingleInstance, tmp_path: Path
) -> None:
    with qtbot.waitSignal(first.asked, timeout=30_000) as asked:
        second = start(HAND_OVER, str(tmp_path), "/models/a 模型.gguf")
    assert asked.args == [["/models/a 模型.gguf"]]
    out, _ = second.communicate(timeout=30)
    assert out == "False True\n"


def test_other_folders_have_windows_of_their_own(first: SingleInstance, tmp_path: Path) -> None:
    other = SingleInstance(tmp_path / "other")
    assert other.claim()
    other.close()


def test_after_the_first_has_ended_there_is_a_new_first(
    first: SingleInstance, tmp_path: Path
) -> None:
    first.close()
    next_one = SingleInstance(tmp_path)
    assert next_one.claim()
    next_one.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_what_a_crash_has_left_is_taken_over(qtbot: QtBot, qapp, tmp_path: Path) -> None:
    crashed = start(HOLD, str(tmp_path))
    assert crashed.stdout is not None
    assert crashed.stdout.readline() == "True\n"
    mine = SingleInstance(tmp_path)
    assert not mine.claim()
    os.kill(crashed.pid, signal.SIGKILL)
    crashed.communicate(timeout=30)
    assert (tmp_path / "window.socket").exists(), "left behind"
    assert mine.claim()
    with qtbot.waitSignal(mine.asked, timeout=30_000):
        third = start(HAND_OVER, str(tmp_path))
    third.communicate(timeout=30)
    mine.close()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are reached otherwise")
@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n", b'{"a": 1}\n', b"[1]\n", b"x" * 2_000_000])
def test_what_is_not_ours_asks_for_nothing(
    qtbot: QtBot, first: SingleInstance, tmp_path: Path, sent: bytes
) -> None:
    asked: list[object] = []
    first.asked.connect(asked.append)
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(tmp_path / "window.socket"))
        stranger.setblocking(False)
        deadline = time.monotonic() + 10
        while sent and time.monotonic() < deadline:
            try:
                sent = sent[stranger.send(sent) :]
            except BlockingIOError:
                qtbot.wait(10)
            except BrokenPipeError:
                break
        qtbot.wait(100)
    assert asked == []


def test_a_path_that_is_too_long_for_a_socket_will_do(qapp, tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 40)
    first = SingleInstance(deep)
    assert first.claim()
    assert first._server.isListening()
    first.close()


def test_a_folder_that_cannot_be_written_keeps_nobody_from_starting(qapp, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert SingleInstance(tmp_path / "file" / "data").claim()


FIRST_WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.chat.model_presenter import ModelPresenter
def load(self, path, placement=None, own=None):
    print(path, flush=True)
    QTimer.singleShot(0, QApplication.quit)
ModelPresenter.load = load
ModelPresenter.start = lambda self: print("painted", flush=True)
from ui.app import main
sys.exit(main([]))
"""


def test_a_second_start_of_the_program_gives_its_model_to_the_first(tmp_path: Path) -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
    first = start(FIRST_WINDOW)
    assert first.stdout is not None
    assert first.stdout.readline() == "painted\n"
    code = "import sys; from ui.app import main; sys.exit(main(sys.argv[1:]))"
    second = start(code, str(tmp_path / "a.gguf"))
    second.communicate(timeout=60)
    assert second.returncode == 0
    out, _ = first.communicate(timeout=60)
    assert (out, first.returncode) == (f"{tmp_path / 'a.gguf'}\n", 0)
