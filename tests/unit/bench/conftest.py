# SPDX-License-Identifier: Apache-2.0
"""A model of the benchmark's kind that is small enough for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.attention import LatentAttention
from tests.bench.shapes import SHAPES
from tests.bench.synthetic import write_model

SMALL = replace(
    SHAPES["v3"],
    name="small",
    layers=3,
    width=256,
    attention=LatentAttention(
        heads=4, q_latent=256, latent=256, nope=32, rope=32, value=64, sharpening=1.0
    ),
    dense_width=256,
    experts=16,
    experts_used=4,
    expert_width=256,
)


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of SMALL: one dense and two sparse layers."""
    path = tmp_path_factory.mktemp("bench") / "small.gguf"
    write_model(SMALL, path)
    return path
