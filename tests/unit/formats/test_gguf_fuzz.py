# SPDX-License-Identifier: Apache-2.0
"""Damaged files: whatever the bytes are, a file is read or refused, and never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from tests.unit.formats import raw

WHOLE = bytes(raw.small())
PLACES = st.integers(0, len(WHOLE) - 1)
# Single bytes, and whole numbers of the sizes that the format has, with their extremes.
PATCHES = st.one_of(
    st.binary(min_size=1, max_size=1),
    st.sampled_from([0, 1, 2**31, 2**32 - 1]).map(lambda n: n.to_bytes(4, "little")),
    st.sampled_from([0, 2**40, 2**63, 2**64 - 1]).map(lambda n: n.to_bytes(8, "little")),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "model.gguf"


def fault(path: Path) -> ModelFileError | None:
    """Open a file as a model is opened, and read all of it."""
    try:
        checkpoint = Checkpoint.open(path)
        f"{checkpoint.architecture}{checkpoint.name}{checkpoint.metadata}".encode()
        for name in checkpoint.tensors:
            checkpoint.weight(name).dequantize()
    except ModelFileError as error:
        return error
    return None


def check(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    error = fault(path)
    if error is not None:
        assert error.hint
        assert str(error).encode()  # it can be shown


@given(st.lists(st.tuples(PLACES, PATCHES), min_size=1, max_size=4))
def test_bytes_that_were_changed(path: Path, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for place, patch in changes:
        content[place : place + len(patch)] = patch
    check(path, bytes(content))


@given(PLACES, st.integers(0, 32), st.binary(max_size=32))
def test_bytes_that_came_or_went(path: Path, place: int, gone: int, come: bytes) -> None:
    check(path, WHOLE[:place] + come + WHOLE[place + gone :])


@given(st.binary(max_size=64))
def test_any_bytes_after_the_magic(path: Path, content: bytes) -> None:
    check(path, WHOLE[:8] + content)
