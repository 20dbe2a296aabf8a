# SPDX-License-Identifier: Apache-2.0
"""`ktdesk bench`: what is run, and what is made of the measurements."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from ktdesk.bench.last import Spread, changes
from ktdesk.bench.measuring import make_prompt
from ktdesk.runtime.request import Done
from tests.unit.cli.conftest import STATS


@pytest.fixture
def runs(engine):
    """An engine with two tokens to a word, slower from run to run; returns its requests."""

    def events(request):
        tokens = 2 * len(request.prompt.split())
        seconds = len(engine.requests) / 100
        stats = dataclasses.replace(
            STATS, prompt_tokens=tokens, cached_tokens=0, prefill_s=seconds, first_token_s=seconds
        )
        yield Done("length", stats)

    engine.events = events
    return engine.requests


def test_the_first_runs_are_not_measured(ktdesk, model, engine, runs) -> None:
    done = ktdesk("bench", "--model", model, "--prompt-tokens", "120", "--runs", "3", "--json")
    result = json.loads(done.out)
    assert len(runs) == 6  # one to count tokens, one to warm up, three to measure, one to stop
    assert engine.is_cancelled
    assert result["runs"] == 3
    assert result["first_token_s"] == {"median": 0.04, "low": 0.03, "high": 0.05}
    assert result["prompt_tokens"]["median"] == 120
    assert result["prefill_tokens_per_s"] == pytest.approx(
        {"median": 3000, "low": 2400, "high": 4000}
    )
    assert result["model"]["name"] == "Small model"
    assert result["machine"]["processor"]["physical_cores"] >= 1


def test_each_run_reads_a_prompt_of_its_own(ktdesk, model, runs) -> None:
    ktdesk("bench", "--model", model, "--runs", "2")
    assert len({request.prompt for request in runs}) == len(runs)
    assert make_prompt(50, 1).split()[:8] != make_prompt(50, 2).split()[:8]
    assert make_prompt(50, 1) == make_prompt(50, 1)


def test_the_page_says_what_was_measured(ktdesk, model, runs) -> None:
    out = ktdesk("bench", "--model", model, "--runs", "1", "--tokens", "8").out
    assert runs[-2].options.max_tokens == 8
    assert runs[-2].options.temperature == 0
    for part in (
        "Small model",
        "1 runs",
        "prefill, tokens/s",
        "median",
        "cores",
        "Load: once",
        "load again, s",
        "stop, s",
    ):
        assert part in out


@pytest.mark.parametrize("arguments", [("--runs", "0"), ("--tokens", "-1"), ("--runs", "x")])
def test_wrong_numbers_are_wrong_usage(ktdesk, model, arguments) -> None:
    with pytest.raises(SystemExit) as caught:
        ktdesk("bench", "--model", model, *arguments)
    assert caught.value.code == 2


class Bench:
    """`ktdesk bench` for an engine whose runs are all alike, and faster by a factor."""

    def __init__(self, ktdesk, engine, model) -> None:
        self._ktdesk, self._engine, self._model = ktdesk, engine, model
        self.factor = 1.0
        engine.events = self._events

    def _events(self, request):
        seconds = 1 / self.factor
        tokens = len(request.prompt.split())
        times = {"prefill_s": seconds, "first_token_s": seconds}
        yield Done(
            "length", dataclasses.replace(STATS, prompt_tokens=tokens, cached_tokens=0, **times)
        )

    def page(self, *arguments: object) -> str:
        self._engine.is_cancelled = False  # by the run before
        done = self._ktdesk("bench", self._model, *arguments)
        assert done.code == 0
        return done.out

    def result(self, *arguments: object) -> dict:
        return json.loads(self.page(*arguments, "--json"))


@pytest.fixture
def bench(ktdesk, engine, model) -> Bench:
    return Bench(ktdesk, engine, model)


def test_the_next_run_says_what_has_changed(bench: Bench) -> None:
    first = bench.result()
    assert first["last"] is None
    assert first["changes"] == {}
    bench.factor = 1.5
    page = bench.page()
    lines = {line.split(",")[0]: line for line in page.splitlines()}
    assert lines["prefill"].endswith("+50.0 %")
    assert lines["decode"].endswith("+0.0 %, within the spread")
    assert f"since the run of {first['measured_at']} with KTDesk {first['version']}" in page
    third = bench.result()
    assert third["changes"]["prefill_tokens_per_s"] == {"percent": 0, "is_noise": True}
    before = third["last"]["prefill_tokens_per_s"]["median"]
    assert before == pytest.approx(1.5 * first["prefill_tokens_per_s"]["median"])
    assert "last" not in third["last"]  # results do not grow from run to run


@pytest.mark.parametrize("other", [("--tokens", 8), ("--threads", 2), ("--context", 1024)])
def test_other_settings_are_not_compared(bench: Bench, other: tuple[object, ...]) -> None:
    bench.result()
    assert bench.result(*other)["last"] is None
    assert "change" not in bench.page("--tokens", 9)


@pytest.mark.logs("measurements cannot be read")
@pytest.mark.parametrize("text", ["{", "7"])
def test_what_is_kept_may_be_damaged(bench: Bench, home: Path, text: str) -> None:
    bench.result()
    (kept,) = (home / "bench" / "last").iterdir()
    kept.write_text(text)
    assert bench.result()["changes"] == {}
    assert "prefill_tokens_per_s" in bench.result()["changes"]


@pytest.mark.parametrize("figure", [None, 7, {"median": 3}, {"median": "x", "low": 1, "high": 2}])
def test_a_damaged_figure_is_not_compared(figure: object) -> None:
    now = {"decode_tokens_per_s": Spread(5, 4, 6)}
    assert changes(now, {"decode_tokens_per_s": figure}) == {}


@pytest.mark.logs("measurements cannot be (read|kept)")
def test_where_nothing_can_be_kept_there_is_a_result(bench: Bench, home: Path) -> None:
    home.mkdir()
    (home / "bench").write_text("a file where the folder should be")
    assert bench.result()["last"] is None
    assert bench.result()["last"] is None


def test_the_model_may_be_an_option(ktdesk, model, engine, runs) -> None:
    assert ktdesk("bench", "--model", model).code == 0
    assert engine.info.path == model
