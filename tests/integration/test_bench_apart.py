# SPDX-License-Identifier: Apache-2.0
"""A measurement in a process of its own: what comes back, what is kept, and how it is stopped."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from ktdesk.bench.apart import bench_apart
from ktdesk.bench.last import kept_results
from ktdesk.bench.one import Sizes
from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.settings import EngineSettings
from tests.tiny.deepseek2 import tiny_deepseek

SIZES = Sizes(prompt_tokens=12, tokens=4, runs=2)
SETTINGS = EngineSettings(threads=1, context_tokens=128)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_deepseek(tmp_path / "model.gguf").path


def test_it_is_measured_kept_and_compared(model: Path) -> None:
    seen: list[tuple[str, float]] = []
    first = bench_apart(model, SETTINGS, SIZES, lambda *now: seen.append(now))
    assert first.info.path == model
    assert first.threads == 1
    assert len(first.measured.stats) == 2
    assert all(s.generated_tokens <= 4 and s.prefill_s > 0 for s in first.measured.stats)
    assert first.last is None
    assert [fraction for _, fraction in seen] == sorted(fraction for _, fraction in seen)
    assert all(0 <= fraction <= 1 for _, fraction in seen)
    second = bench_apart(model, SETTINGS, SIZES, lambda *now: None)
    assert second.last is not None
    assert second.last["measured_at"] == first.result["measured_at"]
    assert set(second.since) >= {"prefill_tokens_per_s", "first_token_s"}
    (kept,) = kept_results()
    assert kept["first_token_s"]["median"] == second.result["first_token_s"]["median"]


def test_what_report_raises_ends_the_process(model: Path) -> None:
    def report(stage: str, fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        bench_apart(model, SETTINGS, SIZES, report)
    assert multiprocessing.active_children() == []
    assert kept_results() == []


def test_its_errors_are_ours(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF")
    with pytest.raises(KTDeskError, match=r"broken\.gguf") as caught:
        bench_apart(tmp_path / "broken.gguf", SETTINGS, SIZES, lambda *now: None)
    assert caught.value.hint
