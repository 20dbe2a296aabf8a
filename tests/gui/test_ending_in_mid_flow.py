# SPDX-License-Identifier: Apache-2.0
"""The whole program, ended while flows wait for threads that go on for long: it ends well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ktdesk.settings import InterfaceSettings, Settings, save_settings

ROOT = Path(__file__).parents[2]

# Each of the flows is at another point when the program ends.
PROGRAM = """
import asyncio, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.aio import in_thread, start
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow

begun = []

def work(report):
    while True:
        report("", 0.0)
        time.sleep(0.001)

async def wait(work):
    begun.append(work)
    try:
        await in_thread(work, lambda stage, fraction: None)
    finally:
        print("ended", flush=True)

async def run_both():
    await asyncio.gather(wait(work), asyncio.sleep(3600))

def begin(model):
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    start(model, wait(work))
    start(model, wait(lambda report: time.sleep(3600)))
    start(window, run_both())
    look(window)

def look(window):
    if len(begun) < 3:
        QTimer.singleShot(20, lambda: look(window))
        return
    start(window, wait(work))  # it has not begun yet
    {end}

ModelPresenter.start = begin
from ui.app import main
code = main([])
start(QApplication.instance(), wait(work)).cancel()  # it never begins
sys.exit(code)
"""


@pytest.mark.parametrize(
    "end", ["window.close()", 'window.actions_by_id["quit"].trigger()', "QApplication.exit()"]
)
def test_it_ends_with_0_and_says_nothing(end: str) -> None:
    save_settings(Settings(interface=InterfaceSettings(wizard_done=True)))
    done = subprocess.run(  # in development mode Python tells of all that is left open
        [sys.executable, "-X", "dev", "-c", PROGRAM.format(end=end)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr, done.returncode) == (["ended"] * 3, "", 0)
