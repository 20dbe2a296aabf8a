# SPDX-License-Identifier: Apache-2.0
"""Keeping the computer awake: by a helper that ends with this process, or not at all."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk.library.downloads.awake import Awake
from tests.watched_queue import PATIENCE_S

ROOT = Path(__file__).parents[4]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the helper is Linux's")


@pytest.fixture
def inhibit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which `systemd-inhibit` notes its process and what it was asked."""
    program = tmp_path / "systemd-inhibit"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\necho $$ > {tmp_path}/pid\nexec cat\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "Z"  # nobody has asked for its code yet


def wait_for(what) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def pid_of(folder: Path) -> int:
    wait_for(lambda: (folder / "pid").exists() and (folder / "pid").read_text().strip())
    return int((folder / "pid").read_text())


@ON_LINUX
def test_the_helper_holds_and_lets_go(inhibit: Path) -> None:
    awake = Awake()
    awake.hold()
    pid = pid_of(inhibit)
    awake.hold()
    assert awake.state == "The computer is kept from sleeping."
    assert "--what=sleep:idle" in (inhibit / "asked").read_text()
    awake.release()
    assert awake.state == ""
    assert has_ended(pid)


@ON_LINUX
def test_a_killed_program_keeps_nothing_awake(inhibit: Path) -> None:
    program = """
import time
from ktdesk.library.downloads.awake import Awake
awake = Awake()
awake.hold()
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as process:
        pid = pid_of(inhibit)
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: has_ended(pid))


@ON_LINUX
def test_a_helper_that_cannot_is_said_quietly(inhibit: Path) -> None:
    (inhibit / "systemd-inhibit").write_text("#!/bin/sh\nexit 1\n")
    awake = Awake()

    def is_told() -> bool:
        awake.hold()
        return "may go to sleep" in awake.state

    wait_for(is_told)
    awake.release()


@ON_LINUX
def test_without_a_helper_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    awake = Awake()
    awake.hold()
    assert "may go to sleep" in awake.state
    awake.release()
    assert awake.state == ""


def test_windows_is_asked_by_its_own_function(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def set_state(flags: int) -> int:
        asked.append(flags)
        return 1

    kernel = SimpleNamespace(SetThreadExecutionState=set_state)
    windll = SimpleNamespace(kernel32=kernel)
    monkeypatch.setattr(ctypes, "windll", windll, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    awake = Awake()
    awake.hold()
    awake.hold()
    awake.release()
    assert asked == [0x80000001, 0x80000000]
