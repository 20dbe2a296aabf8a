# SPDX-License-Identifier: Apache-2.0
"""`--smoke-test` of both programs, and what they answer where a part is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ktdesk import __version__
from ktdesk.library.demo import DemoModels

ROOT = Path(__file__).parents[2]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "DISPLAY")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=kept | environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


PROGRAM = """
import sys
{before}
from {program} import main
sys.exit(main(["--smoke-test"]))
"""


@pytest.fixture
def home(tmp_path: Path, demo_models: DemoModels) -> Path:
    """A home whose models are the user's, so that none is built anew."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(demo_models.deepseek2.parent)
    return home


@pytest.mark.slow
def test_both_programs_answer_and_paint_without_a_display(home: Path) -> None:
    done = run(PROGRAM.format(program="ktdesk.cli", before=""), KTDESK_HOME=str(home))
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert [words[0] for words in said].count("answer") == 2
    assert said.count(["KTDesk", __version__]) == 2
    assert any(words[0] == "Qt" for words in said)
    assert not (home / "chats.sqlite").exists()  # they are not the user's


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "problem"),
    [
        ("import ui.smoke_test; ui.smoke_test.TOKENS = 9999", "tokens instead of 9999"),
        ("import ui.smoke_test; ui.smoke_test.ENDS_WITHIN_MS = 1", "The answer took more"),
        ("import ui.smoke_test; ui.smoke_test.FEWEST_COLOURS = 1 << 30", "The window is empty"),
    ],
)
def test_the_window_fails_where_a_part_does_not_work(home: Path, before: str, problem: str) -> None:
    done = run(PROGRAM.format(program="ui.app", before=before), KTDESK_HOME=str(home))
    assert done.returncode == 1
    assert problem in done.stdout


def test_a_demo_model_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("in the way of the folder")
    done = run(PROGRAM.format(program="ui.app", before=""), KTDESK_HOME=str(place))
    assert done.returncode == 1
    assert "demo model cannot be written" in done.stdout
