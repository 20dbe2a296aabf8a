# SPDX-License-Identifier: Apache-2.0
"""Damaged files: whatever the bytes are, a file is read or refused, and never anything else.

`python -m tests.fuzz MINUTES` does more of the same for longer.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import files, targets
from tests.fuzz.files import Change
from tests.unit.formats import raw

WHOLE = bytes(raw.small())
PART = files.shard(2, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def parts(folder: Path) -> list[Path]:
    """The parts of a model that is whole."""
    paths = [folder / f"big-{number:05d}-of-00003.gguf" for number in (1, 2, 3)]
    for number, path in enumerate(paths, 1):
        path.write_bytes(files.shard(number, 3))
    return paths


def check(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    targets.read(path)


def test_a_file_cut_at_any_byte(folder: Path) -> None:
    for size in range(len(WHOLE)):
        (folder / "model.gguf").write_bytes(WHOLE[:size])
        assert targets.read(folder / "model.gguf") is not None


@given(files.changes(len(WHOLE), files.all_places(len(WHOLE))))
def test_bytes_that_were_changed(folder: Path, changes: list[Change]) -> None:
    check(folder / "model.gguf", files.changed(WHOLE, changes))


@given(files.invented())
def test_files_that_are_almost_valid(folder: Path, content: bytes) -> None:
    check(folder / "model.gguf", content)


@given(st.binary(max_size=64))
def test_any_bytes_after_the_magic(folder: Path, content: bytes) -> None:
    check(folder / "model.gguf", WHOLE[:8] + content)


@given(files.changes(len(PART), files.all_places(len(PART))))
def test_a_part_that_was_changed(parts: list[Path], changes: list[Change]) -> None:
    parts[1].write_bytes(files.changed(PART, changes))
    targets.read(parts[0])
