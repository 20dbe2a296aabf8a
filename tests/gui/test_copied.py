# SPDX-License-Identifier: Apache-2.0
"""What is copied of an answer stays on the clipboard to the end of the process, and no longer."""

from __future__ import annotations

import subprocess
import sys

import pytest

TEXT = "Some **bold** text\n\n```py\nx = 1\n```\n"
PROGRAM = """
import sys
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from ui.chat.blocks_view import BlocksView
from ui.theme import Theme

application = QApplication([])
view = BlocksView(Theme(application))
view.show_text(sys.argv[1])
view.show()
chosen = [getattr(view.views[int(at)], "editor", view.views[int(at)]) for at in sys.argv[2]]
for editor in chosen:
    editor.selectAll()
chosen[-1].copy()
print(QGuiApplication.clipboard().text())
"""


@pytest.mark.parametrize(
    ("blocks", "copied"), [("0", "Some **bold** text"), ("1", "x = 1"), ("01", TEXT.strip())]
)
def test_the_program_ends_well_after_something_was_copied(blocks: str, copied: str) -> None:
    command = [sys.executable, "-c", PROGRAM, TEXT, blocks]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, copied), ended.stderr
