# SPDX-License-Identifier: Apache-2.0
"""What the command line says of a model while it is loaded."""

from __future__ import annotations

import pytest

from ktdesk.cli.loaded_model import stage_line
from ktdesk.runtime.progress import LoadProgress


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (LoadProgress("Ready", 1.0), "Ready"),
        (LoadProgress("Reading", 0.1, 0, 7_000_000), "Reading: 0 of 7 MB"),
        (LoadProgress("Reading", 0.5, 31_000_000, 143_000_000), "Reading: 31 of 143 MB"),
        (
            LoadProgress("Verifying", 0.5, 10**9, 2 * 10**9, 1.2e9),
            "Verifying: 1.0 of 2.0 GB, 1.2 GB/s",
        ),
        (LoadProgress("Reading", 0.5, 99_900_000, 404_400_000_000), "Reading: 0.1 of 404.4 GB"),
    ],
)
def test_a_stage_with_the_bytes_that_are_read(now: LoadProgress, line: str) -> None:
    assert stage_line(now) == line
