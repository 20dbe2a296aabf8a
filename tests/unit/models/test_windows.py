# SPDX-License-Identifier: Apache-2.0
"""Which layers have a window, from what files say and what they leave out."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.models.windows import read_windows


def read(
    path: Path, *, period: int, window: int = 9, pattern: int | list[bool] | None = None
) -> tuple[int, ...]:
    writer = gguf.GGUFWriter(path / "model.gguf", "any")
    writer.add_sliding_window(window)
    if isinstance(pattern, int):
        writer.add_int32("any.attention.sliding_window_pattern", pattern)
    elif pattern:
        writer.add_sliding_window_pattern(pattern)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return read_windows(Checkpoint.open(path / "model.gguf"), 5, period=period)


def test_the_last_of_a_period_sees_all(tmp_path: Path) -> None:
    assert read(tmp_path, period=2) == (9, 0, 9, 0, 9)


def test_without_a_period_none_sees_all(tmp_path: Path) -> None:
    assert read(tmp_path, period=0) == (9,) * 5


def test_without_a_window_all_do(tmp_path: Path) -> None:
    assert read(tmp_path, period=2, window=0) == (0,) * 5


def test_the_file_knows_better(tmp_path: Path) -> None:
    assert read(tmp_path, period=2, pattern=3) == (9, 9, 0, 9, 9)


def test_the_file_says_it_for_each_layer(tmp_path: Path) -> None:
    pattern = [False, True, True, False, True]
    assert read(tmp_path, period=2, pattern=pattern) == (0, 9, 9, 0, 9)


@pytest.mark.parametrize("pattern", [-1, [True, False]])
def test_a_pattern_that_is_none(tmp_path: Path, pattern: int | list[bool]) -> None:
    with pytest.raises(ModelFileError, match="sliding_window_pattern"):
        read(tmp_path, period=2, pattern=pattern)
