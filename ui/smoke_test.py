# SPDX-License-Identifier: Apache-2.0
"""`ktdesk-app --smoke-test`: a window off the screen is painted, and the demo model answers in it.

All but the display is as ever. Settings and chats are not the user's: they lie in a folder that
is gone afterwards.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, qVersion

from ktdesk.errors import KTDeskError
from ktdesk.hardware.versions import versions
from ktdesk.settings import models_folder

if TYPE_CHECKING:
    from ui.chat.model_presenter import ModelPresenter
    from ui.chat.presenter import ChatPresenter
    from ui.main_window import MainWindow
    from ui.settings_store import SettingsStore

TOKENS = 8
ENDS_WITHIN_MS = 300_000
FEWEST_COLOURS = 16  # a window that was not painted has one


def run(open_window: Callable[[Path], int]) -> int:
    """Print versions; have the window opened with the demo model; return the exit code.

    open_window: takes the model's file, and makes a SmokeTest of what it opens.
    """
    from ktdesk.library.demo import demo_models

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for subject, version in (*versions(), ("Qt", qVersion())):
        say(subject, version)
    try:
        model = demo_models(models_folder()).deepseek2
    except KTDeskError as error:
        say("failed", f"{error} {error.hint}")
        return 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["KTDESK_HOME"] = home
        return open_window(model)


def say(subject: str, text: str) -> None:
    """Print a line, where there is something to print to: windowed programs may have nothing."""
    print(f"{subject:12}{text}", flush=True)  # noqa: T201 - what the test is for


class SmokeTest(QObject):
    """Asks as soon as the model is loaded, looks at the window after the answer, closes it.

    The event loop then ends with 0, or with 1 if anything went wrong.
    """

    def __init__(
        self, window: MainWindow, chat: ChatPresenter, model: ModelPresenter, store: SettingsStore
    ) -> None:
        super().__init__(window)
        self._window, self._chat, self._model = window, chat, model
        self._is_asked = self._is_answered = self._has_ended = False
        store.set("sampling", "max_tokens", TOKENS)
        store.set("sampling", "temperature", 0.0)
        window.painted.connect(lambda: say("window", "painted for the first time"))
        model.changed.connect(self._go_on)
        chat.changed.connect(self._go_on)
        model.failed.connect(self._fail)
        chat.failed.connect(self._fail)
        too_late = f"The answer took more than {ENDS_WITHIN_MS // 1000} s."
        QTimer.singleShot(ENDS_WITHIN_MS, self, lambda: self._fail(too_late))

    def _go_on(self) -> None:
        if self._model.is_ready and not self._is_asked:
            self._is_asked = True
            say("model", self._model.info.name if self._model.info else "")
            self._chat.ask("Hello")
        elif self._is_asked and not self._chat.is_answering and not self._is_answered:
            self._is_answered = True
            QTimer.singleShot(0, self, self._look)

    def _look(self) -> None:
        """Compare what there is with what there should be."""
        answer = self._chat.messages[-1]
        generated = answer.stats.generated_tokens if answer.stats else 0
        say("answer", f"{answer.text!r}, {generated} tokens")
        if answer.role != "assistant" or generated != TOKENS:
            self._fail(f"The answer has {generated} tokens instead of {TOKENS}.")
            return
        image = self._window.grab().toImage()
        width, height = image.width(), image.height()
        colours = {image.pixel(x, y) for x in range(0, width, 3) for y in range(0, height, 3)}
        say("window", f"{width} x {height} pixels in {len(colours)} colours")
        if len(colours) < FEWEST_COLOURS:
            self._fail("The window is empty.")
            return
        self._end(0)

    def _fail(self, problem: object) -> None:
        say("failed", f"{problem} {problem.hint if isinstance(problem, KTDeskError) else ''}")
        self._end(1)

    def _end(self, code: int) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._window.quit()
            QCoreApplication.exit(code)
