# SPDX-License-Identifier: Apache-2.0
"""A model file that is cut short while it is used ends in an error, and the program goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ktdesk.engine import Engine
from tests.losing import answer
from tests.tiny import tiny_deepseek, tiny_llama

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets nobody cut a mapped file"
)
LOST = "was cut short, or its disk went away, while it was in use"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("lost")
    return tiny_deepseek(folder / "whole.gguf").path, tiny_llama(folder / "other.gguf").path


@pytest.fixture(scope="module")
def others_answer(models: tuple[Path, Path]) -> str:
    engine = Engine(threads=2)
    engine.load(models[1])
    tokens = answer(engine)
    engine.unload()
    return str(tokens)


@pytest.mark.parametrize("when", ["header", "loading", "prefill", "decode"])
def test_the_program_says_so_and_goes_on(
    models: tuple[Path, Path], others_answer: str, tmp_path: Path, when: str
) -> None:
    model = tmp_path / "model.gguf"
    shutil.copy(models[0], model)
    # Python's own handler of the signal, behind ours, would end the program.
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.losing", when, model, models[1]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert lines["first"].startswith("ModelFileError model.gguf")
    assert LOST in lines["first"]
    assert "fetch the file again" in lines["first"]
    # What was loaded refuses to answer from then on; what could not be loaded is not there.
    assert (LOST if when in ("prefill", "decode") else "No model") in lines["again"]
    assert lines.get("tokens", "3") == "3"
    assert lines["other"] == others_answer
