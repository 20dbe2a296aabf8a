# SPDX-License-Identifier: Apache-2.0
"""What is kept of the use of experts: by content, added up, and nothing of a damaged file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ktdesk.formats.gguf import Checkpoint
from ktdesk.planning.expert_record import add_counts, counts_file, read_counts
from tests.tiny import tiny_qwen3moe

COUNTS = np.arange(24, dtype=np.int64).reshape(3, 8)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    return Checkpoint.open(tiny_qwen3moe(tmp_path / "tiny.gguf").path)


def test_counts_add_up(checkpoint: Checkpoint) -> None:
    assert read_counts(checkpoint) is None
    for _ in range(3):
        add_counts(counts_file(checkpoint), COUNTS)
    assert np.array_equal(read_counts(checkpoint), 3 * COUNTS)


def test_a_copy_of_the_file_has_the_same_counts_and_another_model_none(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    add_counts(counts_file(checkpoint), COUNTS)
    copy = tmp_path / "copy.gguf"
    content = bytearray(checkpoint.path.read_bytes())
    copy.write_bytes(content)
    assert np.array_equal(read_counts(Checkpoint.open(copy)), COUNTS)
    content[-1] ^= 1  # of the last tensor
    copy.write_bytes(content)
    assert read_counts(Checkpoint.open(copy)) is None


@pytest.mark.logs("the counts in .* cannot be read")
@pytest.mark.parametrize("content", [b"", b"junk", b"\x93NUMPY\x01\x00", b"\x93NUMPY" * 99])
def test_a_damaged_file_counts_as_none(checkpoint: Checkpoint, content: bytes) -> None:
    file = counts_file(checkpoint)
    add_counts(file, COUNTS)
    file.write_bytes(content)
    assert read_counts(checkpoint) is None
    add_counts(file, COUNTS)
    assert np.array_equal(read_counts(checkpoint), COUNTS)


def test_counts_that_are_none_count_as_none(checkpoint: Checkpoint) -> None:
    file = counts_file(checkpoint)
    for wrong in (COUNTS.astype(float), COUNTS[0], -COUNTS):
        add_counts(file, COUNTS)
        np.save(file, wrong)
        assert read_counts(checkpoint) is None
