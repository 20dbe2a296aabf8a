# SPDX-License-Identifier: Apache-2.0
"""`ktdesk bench` with several placements, on an engine that pretends."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from ktdesk.runtime.request import Done
from tests.known.header import write_header
from tests.known.models import MODELS
from tests.unit.cli.conftest import STATS


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model's header: placements are checked against it."""
    return write_header(MODELS["DeepSeek-V2-Lite"], tmp_path / "lite.gguf")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: cpu_only\nrules:\n- {class: routed, use: experts.torch}\n")
    return file


@pytest.fixture(autouse=True)
def answers(engine, mine: Path) -> None:
    """Make the placement 'mine' half as fast; its logits differ for one token of four."""

    def events(request):
        seconds = 2.0 if engine.info.placement == str(mine) else 1.0
        tokens = len(request.prompt.split())
        yield Done(
            "length",
            dataclasses.replace(
                STATS,
                prompt_tokens=tokens,
                cached_tokens=0,
                generated_tokens=41,
                prefill_s=seconds,
                decode_s=seconds,
            ),
        )

    engine.events = events
    a, b = np.log(np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]], np.float32))
    engine.logits = {"cpu_only": [a] * 4, str(mine): [a, a, b, a]}


def test_placements_stand_side_by_side(ktdesk, model: Path, engine, mine: Path) -> None:
    done = ktdesk("bench", model, "--placement", "cpu_only", "--placement", mine, "--runs", "2")
    assert (done.code, done.err) == (0, "")
    rows = {line[:20].strip(): line[20:].split("  ") for line in done.out.splitlines()}
    cells = {name: [cell.strip() for cell in row if cell.strip()] for name, row in rows.items()}
    assert cells["decode, tokens/s"] == ["40.0 (40.0 to 40.0)", "20.0 (20.0 to 20.0)"]
    assert cells["same choice"] == ["-", "75.0%"]
    # A quarter of 0.5 ln 2 - 0.25 ln 2.
    assert cells["divergence, mean"] == ["-", "4.33e-02"]
    assert cells["divergence, most"] == ["-", "1.73e-01"]
    assert len(engine.requests) == 2 * (1 + 1 + 2)  # to count tokens, to warm up, to measure
    assert engine.info is None  # no model is left in memory


def test_all_of_it_for_programs(ktdesk, model: Path, mine: Path) -> None:
    done = ktdesk("bench", "--json", model, "--placement", "cpu_only", "--placement", mine)
    result = json.loads(done.out)
    first, second = result["placements"]
    assert (first["placement"], second["placement"]) == ("cpu_only", str(mine))
    assert first["divergence"] is None
    assert second["divergence"]["tokens"] == 4
    assert second["divergence"]["same_top"] == 0.75
    assert second["decode_tokens_per_s"] == {"median": 20, "low": 20, "high": 20}
    assert {"memory_bytes", "card_bytes", "load_s", "runs", "model"} <= first.keys()
    assert result["machine"]["processor"]["physical_cores"] >= 1


def test_all_are_checked_before_one_is_loaded(ktdesk, model: Path, engine, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("extends: cpu_only\nrules:\n- {match: layers.99.*, use: '*.cpu'}\n")
    done = ktdesk("bench", model, "--placement", "cpu_only", "--placement", wrong)
    assert (done.code, done.out) == (1, "")
    assert "line 3" in done.err
    assert engine.loaded_with == {}


def test_one_placement_is_measured_as_ever(ktdesk, model: Path, engine) -> None:
    engine.logits = {}
    done = ktdesk("bench", model, "--placement", "cpu_only", "--runs", "1")
    assert done.code == 0
    assert engine.loaded_with["placement"] == "cpu_only"
    assert "load again, s" in done.out
