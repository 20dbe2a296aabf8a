# SPDX-License-Identifier: Apache-2.0
"""What must be said by a frozen program that is tried, and that silence fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer import smoke_test

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")

SAID = dict.fromkeys(smoke_test.WORDS, "something")
LOADED = {"GPU module": "for 89-real. No NVIDIA driver is installed."}
BROKEN = {"GPU module": "The GPU module cannot be loaded: no."}


@pytest.fixture
def frozen(tmp_path: Path):
    """Make a program that says things, with the module for GPUs or without."""

    def make(said: dict[str, str], code: int = 0, *, has_gpu_module: bool = False) -> str:
        lines = "\n".join(f"{word:12}{text}" for word, text in said.items())
        program = tmp_path / "ktdesk"
        program.write_text(f"#!/bin/sh\ncat <<'EOF'\n{lines}\nEOF\nexit {code}\n")
        program.chmod(0o755)
        if has_gpu_module:
            module = tmp_path / "_internal" / "ktdesk" / "_cuda.cpython-311-x86_64-linux-gnu.so"
            module.parent.mkdir(parents=True)
            module.touch()
        return str(tmp_path)

    return make


def test_a_program_that_works_passes_with_the_module_and_without(frozen) -> None:
    assert smoke_test.main(frozen(SAID)) == 0
    assert smoke_test.main(frozen(SAID | LOADED, has_gpu_module=True)) == 0


def test_a_module_that_cannot_be_imported_fails(frozen) -> None:
    assert smoke_test.main(frozen(SAID | BROKEN, has_gpu_module=True)) == 1


@pytest.mark.parametrize("word", smoke_test.WORDS)
def test_silence_fails(frozen, word: str) -> None:
    said = {name: text for name, text in SAID.items() if name != word}
    assert smoke_test.main(frozen(said)) == 1


def test_a_code_fails(frozen) -> None:
    assert smoke_test.main(frozen(SAID, code=1)) == 1
